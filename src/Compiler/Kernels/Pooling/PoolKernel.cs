using RedGen.Compiler.Emit;
using RedGen.Compiler.Graphs;
using RedGen.Compiler.Operators.Pooling;
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
            Summary = layer.Text,
        };
    }

    private sealed class PoolStep(PoolLayer layer) : Step
    {
        public override string Kernel => "Pool.Simd";

        public override void Emit(StepWriter writer)
        {
            (WindowAxis d, WindowAxis h, WindowAxis w) = (layer.Window.Depth, layer.Window.Height, layer.Window.Width);
            writer.Line("var shape = new PoolShape(");
            using (writer.Code.Indent())
            {
                if (d == WindowAxis.Missing && h.Dilation == 1 && w.Dilation == 1)
                {
                    writer.Line($"channels: {layer.Planes}, inHeight: {h.In}, inWidth: {w.In}, outHeight: {h.Out}, outWidth: {w.Out},");
                    writer.Line($"kernelHeight: {h.Kernel}, kernelWidth: {w.Kernel}, strideHeight: {h.Stride}, strideWidth: {w.Stride},");
                    writer.Line($"padTop: {h.Before}, padLeft: {w.Before}, padBottom: {h.After}, padRight: {w.After});");
                }
                else
                {
                    writer.Line($"channels: {layer.Planes}, inDepth: {d.In}, inHeight: {h.In}, inWidth: {w.In}, outDepth: {d.Out}, outHeight: {h.Out}, outWidth: {w.Out},");
                    writer.Line($"kernelDepth: {d.Kernel}, kernelHeight: {h.Kernel}, kernelWidth: {w.Kernel}, strideDepth: {d.Stride}, strideHeight: {h.Stride}, strideWidth: {w.Stride},");
                    writer.Line($"dilationDepth: {d.Dilation}, dilationHeight: {h.Dilation}, dilationWidth: {w.Dilation},");
                    writer.Line($"padFront: {d.Before}, padTop: {h.Before}, padLeft: {w.Before}, padBack: {d.After}, padBottom: {h.After}, padRight: {w.After});");
                }
            }

            bool countPadding = layer.Node.Attributes.Int("count_include_pad", 0) != 0;
            string count = layer.Node.Operator.Name == "MaxPool" ? "" : ", countIncludePad: " + (countPadding ? "true" : "false");
            writer.Line($"{layer.Node.Operator.Name}.Run({writer.Input(0)}, {writer.Output(0)}, shape{count});");
        }
    }
}
