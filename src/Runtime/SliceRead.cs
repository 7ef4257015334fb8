#nullable enable
using System;

namespace RedGen.Runtime;

/// <summary>ONNX Slice whose bounds are known at run time only.</summary>
public static class SliceRead
{
    /// <summary>
    /// Where a slice begins and how far it moves along each axis. Negative positions count from the end; what is beyond an end is cut.
    /// </summary>
    /// <param name="node">The node, for messages.</param>
    /// <param name="starts">The first position of each axis sliced.</param>
    /// <param name="ends">The position before which each ends.</param>
    /// <param name="axes">The axes; none means the first ones.</param>
    /// <param name="steps">The distances of positions; none means 1.</param>
    /// <param name="input">The input's shape.</param>
    /// <param name="output">The shape that the slice must have.</param>
    /// <param name="strides">Gets the distance in the input of neighbours along each axis of the slice.</param>
    /// <returns>The index of the first element.</returns>
    public static int Prepare(
        string node, ReadOnlySpan<long> starts, ReadOnlySpan<long> ends, ReadOnlySpan<long> axes, ReadOnlySpan<long> steps, ReadOnlySpan<int> input, ReadOnlySpan<int> output, Span<int> strides)
    {
        Span<int> given = input.Length <= 32 ? stackalloc int[32] : new int[input.Length];
        given = given.Slice(0, input.Length);
        int first = Measure(node, starts, ends, axes, steps, input, given, strides);
        Span<long> lengths = input.Length <= 32 ? stackalloc long[32] : new long[input.Length];
        for (int i = 0; i < given.Length; i++) lengths[i] = given[i];
        ShapeCheck.Expect(node, lengths.Slice(0, given.Length), output);
        return first;
    }

    /// <summary>As <see cref="Prepare"/>, where any shape of the output is right.</summary>
    internal static int Measure(
        string node, ReadOnlySpan<long> starts, ReadOnlySpan<long> ends, ReadOnlySpan<long> axes, ReadOnlySpan<long> steps, ReadOnlySpan<int> input, Span<int> output, Span<int> strides)
    {
        ShapeCheck.CheckAxes(node, axes, input.Length);
        int first = 0;
        int stride = 1;
        for (int axis = input.Length - 1; axis >= 0; axis--)
        {
            int length = input[axis];
            long start = 0;
            long step = 1;
            output[axis] = length;
            for (int i = 0; i < starts.Length; i++)
            {
                bool isSliced = axes.IsEmpty ? i == axis : axes[i] == axis || axes[i] == axis - input.Length;
                if (!isSliced) continue;
                step = steps.IsEmpty ? 1 : steps[i];
                if (step == 0) throw ShapeCheck.Impossible(node, "the steps", steps, input);
                output[axis] = (int)Range(length, starts[i], ends[i], ref step, out start);
            }

            unchecked
            {
                // An empty tensor may have other lengths whose product is beyond an int; nothing is read from it.
                strides[axis] = (int)step * stride;
                first += (int)start * stride;
                stride *= length;
            }
        }

        return first;
    }

    private static long Range(int length, long from, long to, ref long step, out long start)
    {
        start = 0;
        if (length == 0) return 0;
        if (from < 0) from += length;
        if (to < 0) to = to < -(long)length ? -1 : to + length;
        from = step > 0 ? Clamp(from, 0, length) : Clamp(from, 0, length - 1);
        to = step > 0 ? Clamp(to, 0, length) : Clamp(to, -1, length - 1);
        // No two elements of an axis are further apart than its length: a longer step takes the first only.
        step = Clamp(step, -length, length);
        long count = step > 0 ? (to - from + step - 1) / step : (from - to - step - 1) / -step;
        if (count <= 0) return 0;
        start = from;
        return count;
    }

    private static long Clamp(long value, long least, long most) => Math.Max(least, Math.Min(most, value));
}
