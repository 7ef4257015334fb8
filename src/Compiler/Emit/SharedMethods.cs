using System;
using System.Collections.Generic;
using System.Collections.Immutable;
using System.Globalization;
using System.Linq;
using System.Text.RegularExpressions;
using RedGen.Compiler.Graphs;
using RedGen.Compiler.Kernels;
using RedGen.Compiler.Plan;

namespace RedGen.Compiler.Emit;

/// <summary>
/// One method for steps whose code differs in nothing but weights and a residual, which become its parameters: there is less to read, and less for the JIT to compile
/// before the first result (docs/decisions/0029).
/// </summary>
internal static class SharedMethods
{
    /// <summary>Multiply-adds below which a step has a method of its own, which may be inlined: to pass weights takes some nanoseconds.</summary>
    private const long LeastMultiplyAdds = 1 << 14;

    private const string Residual = "residual";

    /// <summary>The steps, with those that share a method named and called so.</summary>
    public static ImmutableArray<EmittedStep> Of(ExecutionPlan plan, ImmutableArray<EmittedStep> steps)
    {
        if (plan.Options.IsBareMetal) return steps;
        EmittedStep?[] general = [.. steps.Select(step => Generalise(plan, step))];
        Dictionary<string, int[]> groups = Enumerable.Range(0, steps.Length).Where(i => general[i] is not null)
            .GroupBy(i => FormOf(plan, WithResidual(general[i]!)), StringComparer.Ordinal).Where(g => g.Count() > 1).ToDictionary(g => g.Key, g => g.ToArray(), StringComparer.Ordinal);
        EmittedStep[] result = [.. steps];
        foreach (int[] group in groups.Values)
        {
            ImmutableArray<EmittedStep> sharers = [.. group.Select(i => steps[i])];
            bool anyAdds = sharers.Any(static s => s.Inputs.Length > 1);
            foreach (int i in group) result[i] = (anyAdds ? WithResidual(general[i]!) : general[i]!) with { Method = sharers[0].Method, Sharers = i == group[0] ? sharers : [], IsWritten = i == group[0] };
        }

        return [.. result];
    }

    /// <summary>The step with its weights as parameters; null where it keeps its own method.</summary>
    private static EmittedStep? Generalise(ExecutionPlan plan, EmittedStep step)
    {
        if (step.Step.MultiplyAdds < LeastMultiplyAdds || step.Bodies.Length > 0 || step.Result is not null || HasMembers(plan, step)) return null;
        var parameters = new List<string>();
        var arguments = new List<string>();
        var names = new HashSet<string>(step.Parameters.Concat(step.Constants.Select(static c => c.Split('=')[0].Trim())).Select(static p => p.Substring(p.LastIndexOf(' ') + 1)), StringComparer.Ordinal);
        foreach (string constant in step.Constants)
        {
            parameters.Add(constant.Split('=')[0].Trim());
            arguments.Add(constant.Substring(constant.IndexOf('=') + 1).Trim());
        }

        var weights = new List<string>();
        for (int i = 0; i < step.Weights.Length; i++)
        {
            if (step.Weights[i] is "default" or "") return null;
            Weight weight = step.Step.Weights[i];
            // Of a kept weight its source, what keeps it, and its layer.
            string source = SharedConstants.Find(step.Weights[i], out string place) ? step.Weights[i].Substring(0, step.Weights[i].IndexOf(')') + 1) : step.Weights[i].Split(',')[0];
            string[] kept = step.Weights[i].Substring(source.Length).Split([", "], StringSplitOptions.RemoveEmptyEntries);
            if (kept.Length > 0) weight = weight.Transform!.Source;
            string name = Unique(names, weight.Role);
            parameters.Add($"{(place.Length > 0 ? "int" : $"ReadOnlySpan<{weight.ElementType.CSharpName()}>")} {name}");
            arguments.Add(place.Length > 0 ? place : source);
            string expression = place.Length > 0 ? SharedConstants.Read(name, weight) : name;
            if (kept.Length > 0)
            {
                string layer = Unique(names, "Layer");
                parameters.Add("int " + layer);
                arguments.Add(layer + kept[1].Substring(kept[1].IndexOf(':')));
                expression += $", {kept[0]}, {layer}";
            }

            weights.Add(expression);
        }

        int inputs = step.Parameters.TakeWhile(static p => !p.StartsWith("Span<", StringComparison.Ordinal) && !p.StartsWith("out ", StringComparison.Ordinal)).Count();
        var shared = step with
        {
            Parameters = step.Parameters.InsertRange(inputs, parameters),
            Arguments = step.Arguments.InsertRange(inputs, arguments),
            Weights = [.. weights],
            Constants = [],
        };
        return names.Skip(step.Parameters.Length + step.Constants.Length).Any(name => IsDeclared(BodyOf(plan, shared), name)) ? null : shared;
    }

    /// <summary>The step with a residual that is empty, where its kernel could add one.</summary>
    private static EmittedStep WithResidual(EmittedStep step)
        => step.Step.MayAddResidual && step.Inputs.Length == 1 && step.Parameters[0].EndsWith(" " + step.Inputs[0], StringComparison.Ordinal)
            ? step with
            {
                Inputs = step.Inputs.Add(Residual),
                Parameters = step.Parameters.Insert(1, $"ReadOnlySpan<float> {Residual}"),
                Arguments = step.Arguments.Insert(1, $"{Residual}: default"),
            }
            : step;

    private static bool HasMembers(ExecutionPlan plan, EmittedStep step)
    {
        var beside = new SourceWriter();
        step.Step.EmitMembers(beside, step.Method);
        step.Step.EmitMethods(step.Writer(beside, plan));
        return beside.ToString().Length > 0;
    }

    /// <summary>A name of a role's that no parameter has yet.</summary>
    private static string Unique(HashSet<string> names, string role)
    {
        string plain = char.ToLowerInvariant(role[0]) + role.Substring(1);
        string name = plain;
        for (int i = 2; !names.Add(name); i++) name = plain + i.ToString(CultureInfo.InvariantCulture);
        return name;
    }

    /// <summary>Whether a method declares a local of that name.</summary>
    private static bool IsDeclared(string body, string name) => Regex.IsMatch(body, $@"[\w>\]] {name}( =|;| in\b|,)", RegexOptions.CultureInvariant);

    /// <summary>What steps of one method have in common.</summary>
    private static string FormOf(ExecutionPlan plan, EmittedStep step)
        => step.Step.Summary.Replace(Epilogue.ResidualText, "") + "\n" + step.Step.Kernel + "\n" + string.Join(", ", step.Parameters) + "\n" + BodyOf(plan, step);

    private static string BodyOf(ExecutionPlan plan, EmittedStep step)
    {
        var body = new SourceWriter();
        step.Step.Emit(step.Writer(body, plan));
        return body.ToString();
    }
}
