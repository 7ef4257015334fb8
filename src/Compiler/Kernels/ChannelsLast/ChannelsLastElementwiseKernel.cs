using System.Collections.Generic;
using System.Collections.Immutable;
using System.Linq;
using RedGen.Compiler.Kernels.Elementwise;
using RedGen.Compiler.Kernels.Quantised;
using RedGen.Compiler.Plan;
using RedGen.Compiler.Plan.Layouts;

namespace RedGen.Compiler.Kernels.ChannelsLast;

/// <summary>Elementwise groups channels last: the same loops, over axes in another order.</summary>
internal sealed class ChannelsLastElementwiseKernel : ChannelsLastKernel
{
    /// <summary>Kernels to which the order of elements is all one.</summary>
    private static readonly ImmutableArray<Kernel> AnyOrder = [new QuantizedElementwiseKernel(), new LookupKernel()];

    /// <inheritdoc/>
    public override LayoutOffer? TryOffer(NodeGroup group, KernelContext context)
    {
        string output = group.Last.Outputs[0];
        if (ChannelSplit.Of(context.Type(output)) is not { IsSame: false } split || ElementwiseGroup.TryRead(group, context) is not { } read) return null;
        if (!new ElementwiseBody(read).IsComplete) return null;
        var values = new List<string> { output };
        bool rows = false;
        foreach (OuterOperand operand in read.Operands)
        {
            int[] lengths = Aligned(operand.Lengths, read.Lengths.Length);
            rows |= !lengths.SequenceEqual(read.Lengths) && lengths.Any(l => l > 1);
            if (lengths[1] == 1 || lengths.Skip(2).All(l => l == 1)) continue;
            if (!context.Lengths(operand.Value).SequenceEqual(lengths) || ChannelSplit.Of(context.Type(operand.Value)) is null) return null;
            values.Add(operand.Value);
        }

        return new LayoutOffer([.. values], rows && split.Channels < LayoutCost.Lanes ? -LayoutCost.ShortRows(context, split.Count) : 0);
    }

    /// <inheritdoc/>
    public override Step Plan(NodeGroup group, KernelContext context)
    {
        foreach (Kernel kernel in AnyOrder)
            if (kernel.TryPlan(group, context) is { } step) return step;
        ElementwiseGroup read = ElementwiseGroup.TryRead(group, context)!;
        int rank = read.Lengths.Length;
        ElementwiseGroup moved = read with
        {
            Lengths = ChannelsLast(read.Lengths),
            Operands = [.. read.Operands.Select(o => o with { Lengths = [.. ChannelsLast(Aligned(o.Lengths, rank))] })],
        };
        return ElementwiseKernel.TryPlan(group, moved, context)!;
    }

    private static int[] Aligned(ImmutableArray<int> lengths, int rank) => [.. Enumerable.Repeat(1, rank - lengths.Length), .. lengths];

    private static int[] ChannelsLast(int[] lengths) => [lengths[0], .. lengths.Skip(2), lengths[1]];
}
