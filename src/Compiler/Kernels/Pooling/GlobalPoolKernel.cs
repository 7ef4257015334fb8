using System.Linq;
using RedGen.Compiler.Emit;
using RedGen.Compiler.Graphs;
using RedGen.Compiler.Plan;

namespace RedGen.Compiler.Kernels.Pooling;

/// <summary>GlobalAveragePool and GlobalMaxPool of floats: a reduction of each channel.</summary>
internal sealed class GlobalPoolKernel : Kernel
{
    /// <inheritdoc/>
    public override Step? TryPlan(NodeGroup group, KernelContext context)
    {
        Node node = group.Head;
        if (!group.IsSingle || context.ElementType(node.Inputs[0]) != ElementType.Float32) return null;
        int[] x = context.Lengths(node.Inputs[0]);
        int planes = x[0] * x[1];
        int length = x.Skip(2).Aggregate(1, (a, b) => a * b);
        if (planes == 0 || length == 0) return null;
        return new GlobalPoolStep(planes, length, node.Operator.Name == "GlobalMaxPool" ? "MaxReduction" : "MeanReduction")
        {
            Nodes = group.Nodes,
            Inputs = [node.Inputs[0]],
            Outputs = [node.Outputs[0]],
            Summary = $"{node.Operator.Name} of {x[1]} channels",
        };
    }

    private sealed class GlobalPoolStep(int planes, int length, string reduction) : Step
    {
        public override string Kernel => "Reduce.Simd";

        internal override StepRounding? Rounding => StepRounding.OfNodes;

        public override void Emit(StepWriter writer)
            => writer.Line($"Reduce.Run({writer.Input(0)}, {writer.Output(0)}, outer: {planes}, axis: {length}, inner: 1, default({reduction}));");
    }
}
