using System.Collections.Immutable;
using System.Linq;
using RedGen.Compiler.Execute;
using RedGen.Compiler.Graphs;

namespace RedGen.Compiler.Red.Merge.Rules;

/// <summary>
/// Pad. Along the channels a constant pad adds constant channels, as the shortcuts of ResNets without projection do: they are tied to
/// the sum's other operand as any channel is.
/// </summary>
internal sealed class PadRule : ChannelRule
{
    /// <inheritdoc/>
    public override bool Serves(string name) => name == "Pad";

    /// <inheritdoc/>
    public override bool Analyse(ChannelAnalysis analysis, Node node)
    {
        if (analysis.Of(node.Inputs[0]) is not { } map || node.Inputs.Skip(1).Any(i => i.Length > 0 && analysis.Graph.ConstantOf(i) is null)) return false;
        if (Widths(analysis, node) is not { } pads) return false;
        bool isConstant = node.Attributes.String("mode", "constant") == "constant";
        double value = !node.HasInput(2) ? node.Attributes.Float("value", 0) : ReferenceTensor.FromTensor(analysis.Graph.ConstantOf(node.Inputs[2])!).Real(0);
        (int at, int count) = Place(analysis, node, pads, map.Layout.Axis);
        int before = at < 0 ? 0 : (int)pads[at];
        int after = at < 0 ? 0 : (int)pads[at + count];
        if (before != 0 || after != 0)
        {
            if (!isConstant || before < 0 || after < 0 || map.Layout is not { Outer: 1, Inner: 1 } || double.IsNaN(value) || double.IsInfinity(value)) return false;
            map = Widen(analysis, map, before, after, value);
        }

        analysis.PassThrough(node, map, map.Layout, k => !isConstant || k == value ? k : null);
        return true;
    }

    /// <inheritdoc/>
    public override void Rewrite(ChannelRewriter rewriter, Node node)
    {
        ChannelLayout layout = rewriter.Analysis.Of(node.Outputs[0])!.Layout;
        long[] pads = Widths(rewriter.Analysis, node)!;
        (int at, int count) = Place(rewriter.Analysis, node, pads, layout.Axis);
        if (at < 0 || (pads[at] == 0 && pads[at + count] == 0) || rewriter.Axis(node.Outputs[0]) is not { } kept) return;
        pads[at + count] = kept.Kept.Skip(kept.Kept.Length - (int)pads[at + count]).Count(k => k);
        pads[at] = kept.Kept.Take((int)pads[at]).Count(k => k);
        if (node.HasInput(1)) rewriter.SetConstant(node, 1, Tensor.Of(pads, pads.Length), null);
        else rewriter.Change(node, n => n with { Attributes = n.Attributes.With(n.Attributes.Has("pads") ? "pads" : "paddings", ImmutableArray.Create(pads)) });
    }

    private static ChannelMap Widen(ChannelAnalysis analysis, ChannelMap map, int before, int after, double value)
    {
        int constant = analysis.Classes.Constant(value);
        return new ChannelMap(
            map.Layout with { Channels = before + map.Layout.Channels + after },
            [.. analysis.Slots.Add(before), .. map.Slots, .. analysis.Slots.Add(after)],
            [.. Enumerable.Repeat(constant, before), .. map.Classes, .. Enumerable.Repeat(constant, after)]);
    }

    /// <summary>The pads as they stand in the node, a fresh copy; null where they are not understood.</summary>
    private static long[]? Widths(ChannelAnalysis analysis, Node node)
    {
        long[] pads = [.. Integers(analysis, node, 1) ?? node.Attributes.Ints("pads")?.ToArray() ?? node.Attributes.Ints("paddings")?.ToArray() ?? []];
        int axes = node.HasInput(3) ? Integers(analysis, node, 3)!.Length : analysis.Lengths(node.Inputs[0])!.Length;
        return pads.Length == 2 * axes ? pads : null;
    }

    /// <summary>Where the pads of an axis stand, −1 where it has none; and the distance to the pad after it.</summary>
    private static (int At, int Count) Place(ChannelAnalysis analysis, Node node, long[] pads, int axis)
    {
        int rank = analysis.Lengths(node.Inputs[0])!.Length;
        if (!node.HasInput(3)) return (axis, pads.Length / 2);
        long[] axes = Integers(analysis, node, 3)!;
        for (int i = 0; i < axes.Length; i++)
            if ((axes[i] + rank) % rank == axis) return (i, axes.Length);
        return (-1, axes.Length);
    }

    private static long[]? Integers(ChannelAnalysis analysis, Node node, int input)
        => node.HasInput(input) ? ReferenceTensor.FromTensor(analysis.Graph.ConstantOf(node.Inputs[input])!).ToIntegers() : null;
}
