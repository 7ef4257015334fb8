using RedGen.Compiler.Emit;
using RedGen.Compiler.Graphs;
using RedGen.Compiler.Plan;

namespace RedGen.Compiler.Kernels.Pooling;

/// <summary>MaxPool and AveragePool of floats through RedGen.Runtime.</summary>
internal sealed class PoolKernel : Kernel
{
    /// <inheritdoc/>
    public override Step? TryPlan(NodeGroup group, KernelContext context)
    {
        Node node = group.Head;
        if (!group.IsSingle || context.ElementType(node.Inputs[0]) != ElementType.Float32 || node.HasOutput(1)) return null;
        PoolLayer layer = PoolLayer.Read(node, context);
        if (layer.IsEmpty || !layer.Window.IsSpatial) return null;
        return new PoolStep(layer)
        {
            Nodes = group.Nodes,
            Inputs = [node.Inputs[0]],
            Outputs = [node.Outputs[0]],
            KernelWork = layer.Work,
            Summary = layer.Text,
        };
    }

    private sealed class PoolStep(PoolLayer layer) : Step
    {
        public override string Kernel => layer.Kernel;

        internal override StepRounding? Rounding => StepRounding.OfNodes;

        public override void Emit(StepWriter writer)
        {
            PoolShapeText.Write(writer, layer);
            string count = layer.Node.Operator.Name == "MaxPool" ? "" : ", countIncludePad: " + (layer.CountsPadding ? "true" : "false");
            writer.Line($"{layer.Node.Operator.Name}.Run({writer.Input(0)}, {writer.Output(0)}, shape{count});");
        }
    }
}
