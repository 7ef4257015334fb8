using System;
using System.Collections.Generic;
using System.Linq;
using RedGen.Compiler.Graphs;
using RedGen.Compiler.Plan;
using RedGen.Compiler.Plan.Layouts;

namespace RedGen.Compiler.Kernels.ChannelsLast;

/// <summary>Operators that copy elements (Concat, Slice, Split, Pad, Resize to the nearest): the plain kernel, which follows the strides.</summary>
internal sealed class ChannelsLastMoveKernel : ChannelsLastKernel
{
    /// <inheritdoc/>
    public override LayoutOffer? TryOffer(NodeGroup group, KernelContext context)
    {
        Node node = group.Head;
        if (!group.IsSingle || LayoutKernels.Find(group, context) is null) return null;
        string[] values = [.. Moved(node), .. node.Outputs.Where(o => o.Length > 0)];
        ChannelSplit?[] splits = [.. values.Select(v => ChannelSplit.Of(context.Graph.TensorTypeOf(v)))];
        if (splits.Any(s => s is null) || splits.All(s => s!.Value.IsSame)) return null;
        long count = Math.Max(splits[0]!.Value.Count, splits[^1]!.Value.Count);
        bool shortRows = splits.Any(s => s!.Value.Channels < LayoutCost.Lanes);
        return new LayoutOffer([.. values], shortRows ? -LayoutCost.ShortRows(context, count) : 0);
    }

    /// <inheritdoc/>
    public override Step Plan(NodeGroup group, KernelContext context) => LayoutKernels.Find(group, context)!;

    /// <summary>What the operator copies: not its parameters.</summary>
    private static IEnumerable<string> Moved(Node node) => node.Operator.Name == "Concat" ? node.Inputs : node.Inputs.Take(1);
}
