using System.Linq;
using RedGen.Compiler.Kernels.Quantised;
using RedGen.Compiler.Plan;
using RedGen.Compiler.Plan.Costs;
using RedGen.Compiler.Plan.Layouts;

namespace RedGen.Compiler.Kernels.ChannelsLast;

/// <summary>Convolutions of 8-bit integers, which want their channels side by side: over planes they move their input and output themselves.</summary>
internal sealed class ChannelsLastIntegerConvKernel : ChannelsLastKernel
{
    /// <inheritdoc/>
    public override LayoutOffer? TryOffer(NodeGroup group, KernelContext context)
    {
        if (!group.Nodes.Any(n => n.Operator.Name is "Conv" or "QLinearConv" or "ConvInteger") || Find(group, context) is not { } step) return null;
        string[] values = [step.Inputs[0], step.Outputs[0]];
        ChannelSplit?[] splits = [.. values.Select(v => ChannelSplit.Of(context.Type(v)))];
        return splits.Any(s => s is null) ? null : new LayoutOffer([.. values], LayoutCost.ToChannelsLast(context, values[0]) + LayoutCost.ToChannelsFirst(context, values[1]));
    }

    /// <inheritdoc/>
    public override Step Plan(NodeGroup group, KernelContext context) => Find(group, context)!;

    private static Step? Find(NodeGroup group, KernelContext context)
        => QuantizedLayerKernel.TryPlan(group, context, isChannelsLast: true) ?? (group.Head.Operator.Name is "QLinearConv" or "ConvInteger" ? ConstantIntegerKernel.TryPlan(group, context, isChannelsLast: true) : null);
}

/// <summary>Averages between DequantizeLinear and QuantizeLinear, over vectors of channels.</summary>
internal sealed class ChannelsLastIntegerPoolKernel : ChannelsLastKernel
{
    /// <inheritdoc/>
    public override LayoutOffer? TryOffer(NodeGroup group, KernelContext context)
    {
        if (QuantizedPoolKernel.TryRead(group, context) is not { } read || !read.Window.IsSpatial) return null;
        if (ChannelSplit.Of(context.Type(read.Input.Value)) is not { } split || ChannelSplit.Of(context.Type(read.Output.Value)) is null) return null;
        return new LayoutOffer([read.Input.Value, read.Output.Value], LayoutCost.PooledIntegers(context, new StepWork(split.Count, 2L * split.Count)));
    }

    /// <inheritdoc/>
    public override Step Plan(NodeGroup group, KernelContext context) => QuantizedPoolKernel.ChannelsLast(group, context);
}
