using RedGen.Compiler.Graphs;
using RedGen.Compiler.Plan;
using RedGen.Compiler.Plan.Layouts;

namespace RedGen.Compiler.Kernels.ChannelsLast;

/// <summary>Linear and cubic Resize channels last: the plain kernel, one axis after the other, as they lie.</summary>
internal sealed class ChannelsLastResizeKernel : ChannelsLastKernel
{
    /// <inheritdoc/>
    public override LayoutOffer? TryOffer(NodeGroup group, KernelContext context)
    {
        Node node = group.Head;
        if (!group.IsSingle || ChannelSplit.Of(context.Type(node.Inputs[0])) is null || ChannelSplit.Of(context.Type(node.Outputs[0])) is null) return null;
        return LayoutKernels.Find(group, context) is null ? null : new LayoutOffer([node.Inputs[0], node.Outputs[0]], 0);
    }

    /// <inheritdoc/>
    public override Step Plan(NodeGroup group, KernelContext context) => LayoutKernels.Find(group, context)!;
}
