using System.Linq;
using RedGen.Compiler.Graphs;
using RedGen.Compiler.Kernels.Shaping;
using RedGen.Compiler.Plan;
using RedGen.Compiler.Plan.Layouts;

namespace RedGen.Compiler.Kernels.ChannelsLast;

/// <summary>
/// Views of values channels last: spatial axes that are joined, parted, added or dropped, and the Flatten before a product, whose weights
/// then follow the order.
/// </summary>
internal sealed class ChannelsLastViewKernel : ChannelsLastKernel
{
    /// <inheritdoc/>
    public override LayoutOffer? TryOffer(NodeGroup group, KernelContext context)
    {
        Node node = group.Head;
        if (!group.IsSingle || context.Split(node.Inputs[0]) is not { IsSame: false } split || context.Split(node.Outputs[0]) != split) return null;
        if (KernelTable.For(node.Operator.QualifiedName).Select(k => k.TryPlan(group, context)).FirstOrDefault(s => s is not null) is not { IsView: true }) return null;
        return new LayoutOffer([node.Inputs[0], node.Outputs[0]], 0);
    }

    /// <inheritdoc/>
    public override Step Plan(NodeGroup group, KernelContext context)
        => ViewStep.Create(group.Head, group.Head.Inputs[0], group.Head.Operator.Name + " to " + context.Type(group.Head.Outputs[0]).Shape + ", channels last");
}
