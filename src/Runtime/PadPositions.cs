#nullable enable
using System;

namespace RedGen.Runtime;

/// <summary>ONNX Pad whose widths are known at run time only.</summary>
public static class PadPositions
{
    /// <summary>
    /// Finds for each position along each axis of the output where its element stands along that axis of the input: the distance
    /// from the input's first element, or −1 where the constant stands. Negative widths cut the input first; what is left is
    /// mirrored or repeated as often as needed.
    /// </summary>
    /// <param name="node">The node, for messages.</param>
    /// <param name="mode">What is beyond the edges: <c>constant</c>, <c>edge</c>, <c>reflect</c> or <c>wrap</c>.</param>
    /// <param name="pads">The widths before each axis, then those after each.</param>
    /// <param name="axes">The axes; none means all of them.</param>
    /// <param name="input">The input's shape.</param>
    /// <param name="output">The shape that the output must have.</param>
    /// <param name="positions">Gets the positions, axis after axis; empty where the output is.</param>
    public static void Prepare(string node, string mode, ReadOnlySpan<long> pads, ReadOnlySpan<long> axes, ReadOnlySpan<int> input, ReadOnlySpan<int> output, Span<int> positions)
    {
        Span<long> given = input.Length <= 32 ? stackalloc long[32] : new long[input.Length];
        Measure(node, mode, pads, axes, input, given);
        ShapeCheck.Expect(node, given.Slice(0, input.Length), output);
        int end = positions.Length;
        int stride = 1;
        for (int axis = input.Length - 1; axis >= 0 && end > 0; axis--)
        {
            (long before, long after) = Widths(pads, axes, axis, input.Length);
            int first = (int)Math.Max(0, -before);
            int kept = (int)(input[axis] - first - Math.Max(0, -after));
            end -= output[axis];
            for (int i = 0; i < output[axis]; i++)
            {
                int place = Source(mode, i - (int)Math.Max(0, before), kept);
                // Of an input without elements nothing is read, though other lengths may be beyond all bounds.
                positions[end + i] = place < 0 ? -1 : unchecked((first + place) * stride) & int.MaxValue;
            }

            stride = unchecked(stride * input[axis]);
        }
    }

    /// <summary>The shape of the output, as lengths of an array.</summary>
    internal static int[] Measure(string node, string mode, ReadOnlySpan<long> pads, ReadOnlySpan<long> axes, ReadOnlySpan<int> input)
    {
        long named = axes.IsEmpty ? input.Length : axes.Length;
        if (pads.Length != 2 * named) throw ShapeCheck.Impossible(node, "the pads", pads, input);
        var lengths = new long[input.Length];
        Measure(node, mode, pads, axes, input, lengths);
        return Tensors.Narrow(node, lengths);
    }

    private static void Measure(string node, string mode, ReadOnlySpan<long> pads, ReadOnlySpan<long> axes, ReadOnlySpan<int> input, Span<long> output)
    {
        ShapeCheck.CheckAxes(node, axes, input.Length);
        for (int axis = 0; axis < input.Length; axis++)
        {
            (long before, long after) = Widths(pads, axes, axis, input.Length);
            if (Math.Min(before, after) <= int.MinValue || Math.Max(before, after) > int.MaxValue) throw ShapeCheck.Impossible(node, "the pads", pads, input);
            long kept = input[axis] + Math.Min(0, before) + Math.Min(0, after);
            if (kept < 0 || (kept == 0 && mode != "constant" && (before > 0 || after > 0))) throw ShapeCheck.Impossible(node, "the pads", pads, input);
            output[axis] = input[axis] + before + after;
        }
    }

    private static (long Before, long After) Widths(ReadOnlySpan<long> pads, ReadOnlySpan<long> axes, int axis, int rank)
    {
        int count = pads.Length / 2;
        for (int i = 0; i < count; i++)
        {
            if (axes.IsEmpty ? i == axis : axes[i] == axis || axes[i] == axis - rank) return (pads[i], pads[i + count]);
        }

        return (0, 0);
    }

    /// <summary>The place among the elements kept that stands at a position, which may be before or behind them.</summary>
    private static int Source(string mode, int position, int kept)
    {
        if (position >= 0 && position < kept) return position;
        switch (mode)
        {
            case "constant":
                return -1;
            case "edge":
                return position < 0 ? 0 : kept - 1;
            case "wrap":
                return ((position % kept) + kept) % kept;
            default:
                if (kept == 1) return 0;
                int period = 2 * (kept - 1);
                int place = ((position % period) + period) % period;
                return place < kept ? place : period - place;
        }
    }
}
