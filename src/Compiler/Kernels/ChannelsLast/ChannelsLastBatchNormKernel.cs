using RedGen.Compiler.Graphs;
using RedGen.Compiler.Operators.Normalisation;
using RedGen.Compiler.Plan;
using RedGen.Compiler.Plan.Layouts;

namespace RedGen.Compiler.Kernels.ChannelsLast;

/// <summary>A BatchNormalization of its own, channels last: the plain kernel, which scales rows of channels.</summary>
internal sealed class ChannelsLastBatchNormKernel : ChannelsLastKernel
{
    /// <inheritdoc/>
    public override LayoutOffer? TryOffer(NodeGroup group, KernelContext context)
    {
        Node node = group.Head;
        if (ChannelSplit.Of(context.Type(node.Inputs[0])) is not { IsSame: false } split || LayoutKernels.Find(group, context) is null) return null;
        return BatchNormalization.View(node, context.Lengths(node.Inputs[0])).Length == split.Channels ? new LayoutOffer([node.Inputs[0], group.Last.Outputs[0]], 0) : null;
    }

    /// <inheritdoc/>
    public override Step Plan(NodeGroup group, KernelContext context) => LayoutKernels.Find(group, context)!;
}
