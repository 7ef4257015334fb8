using System;
using System.Collections.Immutable;
using System.Linq;
using RedGen.Compiler.Emit;
using RedGen.Compiler.Graphs;
using RedGen.Compiler.Plan;

namespace RedGen.Compiler.Kernels.RunTimeShapes;

/// <summary>A node that one call into RedGen.Runtime computes, whatever its shapes turn out to be.</summary>
internal sealed class CallKernel : Kernel
{
    private readonly Action<OpenCall> _write;

    /// <summary>A kernel that writes the body of the step's method.</summary>
    public CallKernel(Action<OpenCall> write) => _write = write;

    /// <summary>A kernel of an operator with one output, from the expression that gives it.</summary>
    public CallKernel(Func<OpenCall, string> expression)
        : this(call => call.Finish(0, expression(call), call.Writer.Step is CallStep { IsChecked: true }))
    {
    }

    /// <summary>The inputs that are parameters: where they are constants, they stand in the code as numbers.</summary>
    public ImmutableArray<int> ParameterInputs { get; init; } = [];

    /// <summary>Whether known lengths of the result are checked, because they follow from more than the operator's rules.</summary>
    public bool IsChecked { get; init; }

    /// <summary>Which nodes the kernel serves; null: all.</summary>
    public Func<Node, KernelContext, bool>? Serves { get; init; }

    /// <inheritdoc/>
    public override Step? TryPlan(NodeGroup group, KernelContext context)
    {
        Node node = group.Head;
        if (!group.IsSingle || node.Inputs.Concat(node.Outputs).Any(v => v.Length > 0 && context.ElementType(v).CSharpName() is null or "string")) return null;
        if (Serves is not null && !Serves(node, context)) return null;
        return new CallStep(context, _write)
        {
            IsChecked = IsChecked,
            Nodes = group.Nodes,
            Inputs = [.. node.Inputs.Where((v, i) => v.Length > 0 && !(ParameterInputs.Contains(i) && context.Constant(v) is not null)).Distinct()],
            Outputs = [.. node.Outputs.Where(o => o.Length > 0)],
            Summary = Describe(node, context),
        };
    }

    /// <summary>The operator with the shapes of its data.</summary>
    internal static string Describe(Node node, KernelContext context)
    {
        string Shapes(ImmutableArray<string> values) => string.Join(", ", values.Where(v => v.Length > 0).Select(v => ShapeText.Of(context.Type(v).Shape!)));
        string inputs = Shapes(node.Inputs);
        return node.Operator.Name + (inputs.Length == 0 ? "" : " of " + inputs) + " to " + Shapes(node.Outputs);
    }

    private sealed class CallStep(KernelContext context, Action<OpenCall> write) : Step
    {
        public bool IsChecked { get; init; }

        public override string Kernel => "RunTimeShape";

        public override void Emit(StepWriter writer) => write(new OpenCall(writer, context, Nodes[0]));
    }
}

/// <summary>Shapes as summaries show them.</summary>
internal static class ShapeText
{
    /// <summary>The lengths, with a question mark for those that run time decides.</summary>
    public static string Of(Shape shape) => shape.Rank == 0 ? "scalar" : string.Join("×", shape.Dimensions.Select(d => d.IsConstant ? d.ToString() : "?"));
}
