using System.Collections.Generic;
using System.Collections.Immutable;
using System.Globalization;
using System.Linq;
using RedGen.Compiler.Graphs;
using RedGen.Compiler.Plan;

namespace RedGen.Compiler.Emit;

/// <summary>A step with the C# names that its method and the call of it use.</summary>
/// <param name="Step">The step.</param>
/// <param name="Workspace">Its workspace, or null.</param>
/// <param name="Method">The method's name.</param>
/// <param name="Parameters">Formal parameters: type and name.</param>
/// <param name="Arguments">What the call passes.</param>
/// <param name="Inputs">The names of the inputs inside the method.</param>
/// <param name="Outputs">The names of the outputs inside the method.</param>
/// <param name="Weights">The expressions of the packed constants.</param>
/// <param name="Constants">Locals for constants of the graph: name and expression.</param>
/// <param name="Result">The buffer that takes what the method returns: the only output, where its shape is known at run time only; null for methods that return nothing.</param>
internal sealed record EmittedStep(
    Step Step,
    Buffer? Workspace,
    string Method,
    ImmutableArray<string> Parameters,
    ImmutableArray<string> Arguments,
    ImmutableArray<string> Inputs,
    ImmutableArray<string> Outputs,
    ImmutableArray<string> Weights,
    ImmutableArray<string> Constants,
    Buffer? Result)
{
    /// <summary>The bodies of a branch or loop.</summary>
    public ImmutableArray<EmittedBody> Bodies { get; init; } = [];

    /// <summary>The name that its buffers and constants bear, whether the method is its own or not.</summary>
    public string Label { get; init; } = Method;

    /// <summary>Whether its method is written with it, and not with the step that shares it.</summary>
    public bool IsWritten { get; init; } = true;

    /// <summary>The steps of its method, itself among them, where several share it.</summary>
    public ImmutableArray<EmittedStep> Sharers { get; init; } = [];

    /// <summary>The writer for its method.</summary>
    public StepWriter Writer(SourceWriter to, ExecutionPlan plan) => new StepWriter(to, plan, Step, Inputs, Outputs, Weights, Bodies) { Method = Method };

    private static readonly string[] InputNames = ["a", "b", "c", "d"];

    /// <summary>Names all steps of a plan.</summary>
    /// <param name="plan">The plan.</param>
    /// <param name="weights">Takes the constants.</param>
    /// <param name="prefix">What the names of the steps of a body begin with: that of the body's method.</param>
    public static ImmutableArray<EmittedStep> NameAll(ExecutionPlan plan, WeightTable weights, string prefix = "")
    {
        ImmutableArray<EmittedStep>.Builder result = ImmutableArray.CreateBuilder<EmittedStep>();
        for (int i = 0; i < plan.Root.Steps.Length; i++)
        {
            Step step = plan.Root.Steps[i];
            if (step.IsView) continue;
            result.Add(Name(plan, step, plan.Workspaces[i], MethodName(plan, prefix + plan.StepNames[i]), weights));
        }

        return result.ToImmutable();
    }

    /// <summary>The method of a step: no member may bear the name of its class.</summary>
    public static string MethodName(ExecutionPlan plan, string name) => name == plan.ClassName ? name + "Layer" : name;

    private static EmittedStep Name(ExecutionPlan plan, Step step, Buffer? workspace, string method, WeightTable weights)
    {
        var parameters = new List<string>();
        var arguments = new List<string>();
        var inputs = new List<string>();
        var constants = new List<string>();
        var byValue = new Dictionary<string, string>(System.StringComparer.Ordinal);
        bool single = step.Inputs.Length == 1;
        for (int i = 0; i < step.Inputs.Length; i++)
        {
            string value = step.Inputs[i];
            if (byValue.TryGetValue(value, out string? known))
            {
                inputs.Add(known);
                continue;
            }

            string name = i < step.InputNames.Length ? step.InputNames[i] : single ? "x" : i < InputNames.Length ? InputNames[i] : "x" + i.ToString(CultureInfo.InvariantCulture);
            string type = (plan.Buffers[value].Storage == Storage.Dynamic ? "DynamicTensor<" : "ReadOnlySpan<") + plan.Buffers[value].ElementType.CSharpName() + ">";
            // A view of a constant is the constant itself.
            if (plan.Buffers[value].Storage == Storage.Constant)
            {
                Tensor tensor = plan.Graph.ConstantOf(value) ?? ConstantBehindView(plan, value);
                string role = plan.Root.Steps.Length > 0 && step.Nodes.Length > 0 ? "Operand" : "Value";
                constants.Add(type + " " + name + " = " + weights.Add(method, tensor, role, "Constant '" + value + "', " + tensor.Shape));
            }
            else
            {
                parameters.Add(type + " " + name);
                arguments.Add(plan.Buffers[value].Name);
            }

            inputs.Add(byValue[value] = name);
        }

        var outputs = new List<string>();
        Buffer? result = step.Outputs.Length == 1 && plan.Buffers[step.Outputs[0]] is { Storage: Storage.Dynamic } only ? only : null;
        for (int i = 0; i < step.Outputs.Length; i++)
        {
            if (step.Outputs[i].Length == 0)
            {
                outputs.Add("");
                continue;
            }

            string name = step.Outputs.Length == 1 ? "y" : "y" + i.ToString(CultureInfo.InvariantCulture);
            outputs.Add(name);
            if (result is not null) continue;
            Buffer buffer = plan.Buffers[step.Outputs[i]];
            bool isOpen = buffer.Storage == Storage.Dynamic;
            parameters.Add((isOpen ? "out DynamicTensor<" : "Span<") + buffer.ElementType.CSharpName() + "> " + name);
            arguments.Add((isOpen ? "out " : "") + buffer.Name);
        }

        if (workspace is not null)
        {
            parameters.Add("Span<" + workspace.ElementType.CSharpName() + "> workspace");
            arguments.Add(ArenaText.Slice(plan, workspace));
        }

        ImmutableArray<string> packed = [.. step.Weights.Select(w => weights.Add(method, w, step.TextOf(w)))];
        return new EmittedStep(step, workspace, method, [.. parameters], [.. arguments], [.. inputs], [.. outputs], packed, [.. constants], result)
        {
            Bodies = [.. step.Bodies.Select(b => EmittedBody.Name(b, method, weights))],
        };
    }

    private static Tensor ConstantBehindView(ExecutionPlan plan, string value)
    {
        Step view = plan.Root.Steps.First(s => s.IsView && s.Outputs[0] == value);
        return plan.Graph.ConstantOf(view.Inputs[0]) ?? ConstantBehindView(plan, view.Inputs[0]);
    }
}
