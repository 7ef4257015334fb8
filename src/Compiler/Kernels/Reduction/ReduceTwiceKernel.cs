using System.Collections.Generic;
using System.Linq;
using RedGen.Compiler.Emit;
using RedGen.Compiler.Graphs;
using RedGen.Compiler.Operators.Reduction;
using RedGen.Compiler.Plan;

namespace RedGen.Compiler.Kernels.Reduction;

/// <summary>
/// Reductions of floats over two groups of axes with kept ones between them (a mean over samples and pixels), through RedGen.Runtime: the inner group first, then the outer one. The
/// rounding is that of sums in another order.
/// </summary>
internal sealed class ReduceTwiceKernel : Kernel
{
    /// <summary>By operator, what the inner group's totals are made by, and what joins those; others have a root or a logarithm at the end.</summary>
    private static readonly Dictionary<string, (string Inner, string Outer)> Parts = new()
    {
        ["ReduceL1"] = ("L1", "Sum"),
        ["ReduceMax"] = ("Max", "Max"),
        ["ReduceMean"] = ("Mean", "Mean"),
        ["ReduceMin"] = ("Min", "Min"),
        ["ReduceProd"] = ("Prod", "Prod"),
        ["ReduceSum"] = ("Sum", "Sum"),
        ["ReduceSumSquare"] = ("SumSquare", "Sum"),
    };

    /// <inheritdoc/>
    public override Step? TryPlan(NodeGroup group, KernelContext context)
    {
        Node node = group.Head;
        if (!group.IsSingle || context.Options.IsScalar || context.ElementType(node.Inputs[0]) != ElementType.Float32 || !Parts.TryGetValue(node.Operator.Name, out (string Inner, string Outer) parts)) return null;
        if (ReduceLayer.TryRead(node, context) is not { } layer || layer.Axes.Count(a => a.IsReduced) != 2 || layer.Axes.Any(a => a.Length == 0)) return null;
        int inner = layer.Axes.Count - 1 - layer.Axes.Reverse().TakeWhile(a => !a.IsReduced).Count();
        int outer = layer.Axes.TakeWhile(a => !a.IsReduced).Count();
        var first = new AxisView(Length(layer.Axes.Take(inner)), layer.Axes[inner].Length, Length(layer.Axes.Skip(inner + 1)));
        var second = new AxisView(Length(layer.Axes.Take(outer)), layer.Axes[outer].Length, Length(layer.Axes.Skip(outer + 1).Where(a => !a.IsReduced)));
        return new ReduceTwiceStep(parts, first, second)
        {
            Nodes = group.Nodes,
            Inputs = [node.Inputs[0]],
            Outputs = [node.Outputs[0]],
            WorkspaceLength = first.Outer * first.Inner,
            Summary = layer.Text,
        };
    }

    private static int Length(IEnumerable<ReduceAxis> axes) => axes.Aggregate(1, (n, a) => n * a.Length);

    private sealed class ReduceTwiceStep((string Inner, string Outer) parts, AxisView first, AxisView second) : Step
    {
        public override string Kernel => "Reduce.Simd.Twice";

        internal override StepRounding? Rounding => StepRounding.OfNodes;

        public override void Emit(StepWriter writer)
        {
            Write(writer, writer.Input(0), writer.Workspace, first, parts.Inner);
            Write(writer, writer.Workspace, writer.Output(0), second, parts.Outer);
        }

        private static void Write(StepWriter writer, string from, string to, AxisView view, string reduction)
            => writer.Line($"Reduce.Run({from}, {to}, outer: {view.Outer}, axis: {view.Length}, inner: {view.Inner}, default({reduction}Reduction));");
    }
}
