using RedGen.Compiler.Emit;
using RedGen.Compiler.Graphs;
using RedGen.Compiler.Operators.Reduction;
using RedGen.Compiler.Plan;

namespace RedGen.Compiler.Kernels.Reduction;

/// <summary>Reductions of floats over neighbouring axes, through RedGen.Runtime.</summary>
internal sealed class ReduceKernel : Kernel, ILayoutKernel
{
    /// <inheritdoc/>
    public override Step? TryPlan(NodeGroup group, KernelContext context)
    {
        Node node = group.Head;
        if (!group.IsSingle || context.ElementType(node.Inputs[0]) != ElementType.Float32) return null;
        if (ReduceLayer.TryRead(node, context) is not { View: { } view } layer || view.Outer * view.Length * view.Inner == 0) return null;
        return new ReduceStep(node.Operator.Name, view)
        {
            Nodes = group.Nodes,
            Inputs = [node.Inputs[0]],
            Outputs = [node.Outputs[0]],
            Summary = layer.Text,
        };
    }

    private sealed class ReduceStep(string name, AxisView view) : Step
    {
        public override string Kernel => "Reduce.Simd";

        internal override StepRounding? Rounding => StepRounding.OfNodes;

        public override void Emit(StepWriter writer)
        {
            string sizes = $"{writer.Input(0)}, {writer.Output(0)}, outer: {view.Outer}, axis: {view.Length}, inner: {view.Inner}";
            writer.Line(name == "ReduceLogSumExp" ? $"Reduce.LogSumExp({sizes});" : $"Reduce.Run({sizes}, default({name.Substring("Reduce".Length)}Reduction));");
        }
    }
}
