using System;
using System.Collections.Generic;
using System.Collections.Immutable;
using System.Globalization;
using System.Linq;
using System.Text.RegularExpressions;
using RedGen.Compiler.Diagnostics;
using RedGen.Compiler.Emit.Micro;
using RedGen.Compiler.Options;
using RedGen.Compiler.Plan;

namespace RedGen.Compiler.Emit.Portable;

/// <summary>
/// The C# of RedGenProfile=Portable: the loops that any profile has, with mathematics that netstandard2.0 offers. What netstandard2.0 and C# 7.3 have no form for is refused.
/// </summary>
internal static class PortableText
{
    /// <summary>What no translation helps, with the reason.</summary>
    private static readonly ImmutableSortedDictionary<string, string> Refused = new Dictionary<string, string>
    {
        ["Half"] = "netstandard2.0 has no type of 16-bit floats; convert inputs, weights and outputs to float32",
        ["Vector"] = "its code would need vectors",
    }.ToImmutableSortedDictionary(StringComparer.Ordinal);

    private static readonly Regex Single = new(@"\bMathF\.(?<name>[A-Z]\w*)(?=\()", RegexOptions.CultureInvariant);
    private static readonly Regex Inverse = new(@"\bMath\.(?<name>Asinh|Acosh|Atanh)(?=\()", RegexOptions.CultureInvariant);
    private static readonly Regex Classify = new(@"\b(?:float|double)\.IsFinite(?=\()", RegexOptions.CultureInvariant);
    private static readonly Regex List = new(@"(?<=[(,:?] ?|[=] )\[(?<items>-?\d[\w.+-]*(?:, -?\d[\w.+-]*)*)?\]", RegexOptions.CultureInvariant);
    private static readonly Regex Word = new(@"\b[A-Z]\w*", RegexOptions.CultureInvariant);

    /// <summary>The lines of a step's methods in the profile's own words.</summary>
    /// <exception cref="ModelException">The step cannot do without what the profile lacks.</exception>
    public static ImmutableArray<string> Translate(ExecutionPlan plan, EmittedStep step, ImmutableArray<string> lines)
    {
        var lists = new List<string>();
        ImmutableArray<string> translated = [.. lines.Select(l => IsComment(l) ? l : Translate(l, step.Method, lists))];
        translated = [.. lists.Select((items, i) => $"\nprivate static readonly {TypeOf(items)}[] {FieldOf(step.Method, i)} = {{ {items} }};"), .. translated];
        if ((Refuse(translated) ?? RefuseSource(plan, step, translated)) is not { } reason) return translated;
        string label = step.Step.Nodes.IsEmpty ? step.Method : step.Step.Nodes[0].Label;
        throw new ModelException(DiagnosticCatalog.NotInProfile.With(label, "RedGenProfile=Portable", reason));
    }

    /// <summary>A line, whose lists of lengths become arrays that are made once.</summary>
    private static string Translate(string line, string method, List<string> lists)
    {
        line = List.Replace(line, match =>
        {
            string items = match.Groups["items"].Value;
            if (items.Length == 0) return "default";
            if (!lists.Contains(items)) lists.Add(items);
            return FieldOf(method, lists.IndexOf(items));
        });
        return Classify.Replace(Inverse.Replace(Single.Replace(line, static m => SingleOf(m.Groups["name"].Value)), "ScalarMath.${name}"), "ScalarMath.IsFinite");
    }

    /// <summary>The type of a list's numbers, by their suffix.</summary>
    private static string TypeOf(string items) => items[items.Length - 1] switch { 'L' => "long", 'd' => "double", 'f' => "float", _ => "int" };

    private static string FieldOf(string method, int list) => "s_" + char.ToLowerInvariant(method[0]) + method.Substring(1) + "List" + (list == 0 ? "" : (list + 1).ToString(CultureInfo.InvariantCulture));

    /// <summary>A function of one float: RedGen's own, or that of double.</summary>
    private static string SingleOf(string name)
        => MicroText.IsFunction(name) ? MicroText.Mathematics + "." + name : "(float)Math." + name;

    private static string? Refuse(ImmutableArray<string> lines)
        => lines.Where(l => !IsComment(l)).SelectMany(l => Word.Matches(l).Cast<Match>()).Select(m => Refused.TryGetValue(m.Value, out string? reason) ? reason : null).FirstOrDefault(r => r is not null);

    /// <summary>Kernels that have no form in C# 7.3 come with the assembly only.</summary>
    private static string? RefuseSource(ExecutionPlan plan, EmittedStep step, ImmutableArray<string> lines)
    {
        if (plan.Options.Runtime != RuntimeMode.Source) return null;
        IEnumerable<string> needed = step.Step.Weights.Any(static w => w.IsMade) ? ["HashedWeights"] : [];
        return PortableSources.TypesOf(string.Join("\n", lines)).Concat(needed).FirstOrDefault(PortableSources.IsRefused) is { } type
            ? $"its code would need '{type}', which is no C# 7.3; RedGenRuntime=Package has it in an assembly" : null;
    }

    private static bool IsComment(string line) => line.TrimStart().StartsWith("//", StringComparison.Ordinal);
}
