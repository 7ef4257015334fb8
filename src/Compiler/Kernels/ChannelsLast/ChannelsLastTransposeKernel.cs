using System.Linq;
using RedGen.Compiler.Graphs;
using RedGen.Compiler.Kernels.Shaping;
using RedGen.Compiler.Operators.Shaping;
using RedGen.Compiler.Plan;
using RedGen.Compiler.Plan.Layouts;

namespace RedGen.Compiler.Kernels.ChannelsLast;

/// <summary>Transposes between [N, C, spatial…] and [N, spatial…, C], which exporters put around convolutions: views, once the one side lies channels last.</summary>
internal sealed class ChannelsLastTransposeKernel : ChannelsLastKernel
{
    /// <inheritdoc/>
    public override LayoutOffer? TryOffer(NodeGroup group, KernelContext context)
    {
        Node node = group.Head;
        if (!group.IsSingle || ChannelSplit.Of(context.Type(node.Inputs[0])) is not { } split) return null;
        int[] perm = Transpose.Permutation(context.Parameters(node));
        int rank = perm.Length;
        int[] toLast = [0, .. Enumerable.Range(2, rank - 2), 1];
        int[] toFirst = [0, rank - 1, .. Enumerable.Range(1, rank - 2)];
        // Of three axes both are one permutation; the side that a convolution reads is the one.
        bool isFirst = perm.SequenceEqual(toFirst) && (rank > 3 || context.Graph.Nodes.Any(n => n.Operator.Name == "Conv" && n.Inputs[0] == node.Outputs[0]));
        string? value = isFirst ? node.Outputs[0] : perm.SequenceEqual(toLast) ? node.Inputs[0] : null;
        return value is null || context.Split(value) is not { IsSame: false } ? null : new LayoutOffer([value], LayoutCost.ToChannelsLast(context, value));
    }

    /// <inheritdoc/>
    public override Step Plan(NodeGroup group, KernelContext context)
        => ViewStep.Create(group.Head, group.Head.Inputs[0], "Transpose to " + context.Type(group.Head.Outputs[0]).Shape + ", channels last");
}
