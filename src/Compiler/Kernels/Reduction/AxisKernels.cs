using RedGen.Compiler.Emit;
using RedGen.Compiler.Graphs;
using RedGen.Compiler.Operators.Reduction;
using RedGen.Compiler.Plan;

namespace RedGen.Compiler.Kernels.Reduction;

/// <summary>Softmax and LogSoftmax of floats through RedGen.Runtime.</summary>
internal sealed class SoftmaxKernel : Kernel, ILayoutKernel
{
    /// <inheritdoc/>
    public override Step? TryPlan(NodeGroup group, KernelContext context)
    {
        Node node = group.Head;
        if (!group.IsSingle || context.ElementType(node.Inputs[0]) != ElementType.Float32) return null;
        int[] x = context.Lengths(node.Inputs[0]);
        AxisView view = Softmaxes.View(node, x, context.Order(node.Inputs[0]));
        if (view.Outer * view.Length * view.Inner == 0) return null;
        return new SoftmaxStep(view, node.Operator.Name == "LogSoftmax" ? "RunLog" : "Run")
        {
            Nodes = group.Nodes,
            Inputs = [node.Inputs[0]],
            Outputs = [node.Outputs[0]],
            InPlaceInputs = [0],
            Summary = AxisText.Of(node, view),
        };
    }

    private sealed class SoftmaxStep(AxisView view, string method) : Step
    {
        public override string Kernel => "Softmax.Simd";

        internal override StepRounding? Rounding => StepRounding.OfNodes;

        public override void Emit(StepWriter writer)
            => writer.Line($"Softmax.{method}({writer.Input(0)}, {writer.Output(0)}, outer: {view.Outer}, axis: {view.Length}, inner: {view.Inner});");
    }
}

/// <summary>Operators along an axis in summaries.</summary>
internal static class AxisText
{
    /// <summary>The operator with how many elements it takes together, and how often.</summary>
    public static string Of(Node node, AxisView view)
        => $"{node.Operator.Name} over {view.Length} elements" + (view.Outer * view.Inner == 1 ? "" : $", {view.Outer * view.Inner} times");
}
