using RedGen.Compiler.Emit;
using RedGen.Compiler.Graphs;
using RedGen.Compiler.Kernels.Pooling;
using RedGen.Compiler.Operators.Pooling;
using RedGen.Compiler.Plan;
using RedGen.Compiler.Plan.Layouts;

namespace RedGen.Compiler.Kernels.ChannelsLast;

/// <summary>MaxPool and AveragePool of floats over vectors of channels.</summary>
internal sealed class ChannelsLastPoolKernel : ChannelsLastKernel
{
    /// <inheritdoc/>
    public override LayoutOffer? TryOffer(NodeGroup group, KernelContext context)
    {
        Node node = group.Head;
        // Integers have a largest one too.
        if (!group.IsSingle || ChannelSplit.Of(context.Type(node.Inputs[0])) is null || node.HasOutput(1)) return null;
        PoolLayer layer = PoolLayer.Read(node, context);
        if (layer.IsEmpty || !layer.Window.IsSpatial || layer.Window.OutLength == 0) return null;
        long gain = context.ElementType(node.Inputs[0]) == ElementType.Float32 ? LayoutCost.Pooled(context, layer) : LayoutCost.PooledIntegers(context, layer.Work);
        return new LayoutOffer([node.Inputs[0], node.Outputs[0]], gain) { Kernel = PoolStep.Name };
    }

    /// <inheritdoc/>
    public override Step Plan(NodeGroup group, KernelContext context)
    {
        PoolLayer layer = PoolLayer.Read(group.Head, context);
        int batch = context.Lengths(group.Head.Inputs[0])[0];
        WindowGeometry window = layer.Window;
        if (FixedPoolStep.Serves(batch, layer.Planes / batch, window.Depth, window.Height, window.Width))
        {
            return new FixedPoolStep(group.Head.Operator.Name == "MaxPool" ? "Max" : "Average", layer.Planes / batch, window.Height, window.Width, FixedPoolStep.IsSmall(context.Graph))
            {
                Nodes = group.Nodes,
                Inputs = [group.Head.Inputs[0]],
                Outputs = [group.Head.Outputs[0]],
                Summary = layer.Text + ", channels last",
            };
        }

        return new PoolStep(layer, batch)
        {
            Nodes = group.Nodes,
            Inputs = [group.Head.Inputs[0]],
            Outputs = [group.Head.Outputs[0]],
            KernelWork = layer.Work,
            Summary = layer.Text + ", channels last",
        };
    }

    private sealed class PoolStep(PoolLayer layer, int batch) : Step
    {
        public const string Name = "ChannelsLast.Pool";

        public override string Kernel => Name;

        internal override StepRounding? Rounding => StepRounding.OfNodes;

        public override void Emit(StepWriter writer)
        {
            PoolShapeText.Write(writer, layer with { Planes = layer.Planes / batch });
            bool max = layer.Node.Operator.Name == "MaxPool";
            string count = max ? "" : ", countIncludePad: " + (layer.CountsPadding ? "true" : "false");
            writer.Line($"ChannelsLastPool.{(max ? "Max" : "Average")}({writer.Input(0)}, {writer.Output(0)}, batch: {batch}, shape{count});");
        }
    }
}

/// <summary>GlobalAveragePool and GlobalMaxPool of floats over vectors of channels. The output is the same in both layouts.</summary>
internal sealed class ChannelsLastGlobalPoolKernel : ChannelsLastKernel
{
    /// <inheritdoc/>
    public override LayoutOffer? TryOffer(NodeGroup group, KernelContext context)
        => group.IsSingle && ChannelSplit.Of(context.Type(group.Head.Inputs[0])) is not null ? new LayoutOffer([group.Head.Inputs[0]], 0) : null;

    /// <inheritdoc/>
    public override Step Plan(NodeGroup group, KernelContext context)
    {
        ChannelSplit split = ChannelSplit.Of(context.Type(group.Head.Inputs[0]))!.Value;
        string summary = $"{group.Head.Operator.Name} of {split.Channels} channels, channels last";
        var pixels = new WindowAxis(split.Pixels, 1, split.Pixels, 1, 1, 0, 0);
        if (FixedPoolStep.Serves(split.Batch, split.Channels, WindowAxis.Missing, WindowAxis.Missing, pixels))
        {
            return new FixedPoolStep(group.Head.Operator.Name == "GlobalMaxPool" ? "Max" : "Average", split.Channels, WindowAxis.Missing, pixels, FixedPoolStep.IsSmall(context.Graph))
            {
                Nodes = group.Nodes,
                Inputs = [group.Head.Inputs[0]],
                Outputs = [group.Head.Outputs[0]],
                Summary = summary,
            };
        }

        return new GlobalPoolStep(split)
        {
            Nodes = group.Nodes,
            Inputs = [group.Head.Inputs[0]],
            Outputs = [group.Head.Outputs[0]],
            Summary = summary,
        };
    }

    private sealed class GlobalPoolStep(ChannelSplit split) : Step
    {
        public override string Kernel => "ChannelsLast.GlobalPool";

        internal override StepRounding? Rounding => StepRounding.OfNodes;

        public override void Emit(StepWriter writer)
            => writer.Line($"ChannelsLastPool.{(Nodes[0].Operator.Name == "GlobalMaxPool" ? "GlobalMax" : "GlobalAverage")}({writer.Input(0)}, {writer.Output(0)}, batch: {split.Batch}, channels: {split.Channels}, pixels: {split.Pixels});");
    }
}
