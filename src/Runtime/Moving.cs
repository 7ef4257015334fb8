#nullable enable
using System;

namespace RedGen.Runtime;

/// <summary>Operators that move elements to places which follow from the shapes, where shapes are known at run time only.</summary>
public static class Moving
{
    /// <summary>ONNX Transpose: axis i of the result is axis <c>permutation[i]</c> of the input; without a permutation, the axes in reverse.</summary>
    public static DynamicTensor<T> Transpose<T>(string node, TensorView<T> x, ReadOnlySpan<int> permutation)
    {
        int[] strides = Tensors.Strides(x.Lengths);
        var lengths = new int[x.Rank];
        var steps = new int[x.Rank];
        for (int i = 0; i < lengths.Length; i++)
        {
            int from = permutation.IsEmpty ? x.Rank - 1 - i : permutation[i];
            lengths[i] = x.Lengths[from];
            steps[i] = strides[from];
        }

        DynamicTensor<T> y = Tensors.Create<T>(node, lengths);
        StridedMove.Run(x.Span, 0, steps, lengths, y.Span);
        return y;
    }

    /// <summary>ONNX Expand: input and shape are broadcast with each other.</summary>
    /// <exception cref="ArgumentException">They do not broadcast.</exception>
    public static DynamicTensor<T> Expand<T>(string node, TensorView<T> x, ReadOnlySpan<long> shape)
    {
        int rank = Math.Max(shape.Length, x.Rank);
        var lengths = new long[rank];
        var steps = new int[rank];
        int[] strides = Tensors.Strides(x.Lengths);
        for (int i = 0; i < rank; i++)
        {
            int from = i - (rank - x.Rank);
            long length = from < 0 ? 1 : x.Lengths[from];
            long other = i < rank - shape.Length ? 1 : shape[i - (rank - shape.Length)];
            if (other < 0 || (length != 1 && other != 1 && length != other)) throw ShapeCheck.Impossible(node, "the shape", shape, x.Lengths);
            lengths[i] = length == 1 ? other : length;
            steps[i] = length == 1 ? 0 : strides[from];
        }

        DynamicTensor<T> y = Tensors.Create<T>(node, Tensors.Narrow(node, lengths));
        StridedMove.Run(x.Span, 0, steps, y.Lengths, y.Span);
        return y;
    }

    /// <summary>ONNX Tile: each axis is repeated.</summary>
    /// <exception cref="ArgumentException">There is not one number for each axis, or one is negative.</exception>
    public static DynamicTensor<T> Tile<T>(string node, TensorView<T> x, ReadOnlySpan<long> repeats)
    {
        if (repeats.Length != x.Rank) throw ShapeCheck.Impossible(node, "the repeats", repeats, x.Lengths);
        int[] strides = Tensors.Strides(x.Lengths);
        var lengths = new long[x.Rank];
        var loops = new int[2 * x.Rank];
        var steps = new int[2 * x.Rank];
        for (int i = 0; i < x.Rank; i++)
        {
            if (repeats[i] < 0 || repeats[i] > int.MaxValue) throw ShapeCheck.Impossible(node, "the repeats", repeats, x.Lengths);
            lengths[i] = x.Lengths[i] * repeats[i];
            loops[2 * i] = (int)repeats[i];
            loops[(2 * i) + 1] = x.Lengths[i];
            steps[(2 * i) + 1] = strides[i];
        }

        DynamicTensor<T> y = Tensors.Create<T>(node, Tensors.Narrow(node, lengths));
        StridedMove.Run(x.Span, 0, steps, loops, y.Span);
        return y;
    }

    /// <summary>ONNX Slice: every step-th element from start to end along some axes.</summary>
    /// <exception cref="ArgumentException">The parameters differ in length, a step is 0, or an axis does not exist.</exception>
    public static DynamicTensor<T> Slice<T>(string node, TensorView<T> x, ReadOnlySpan<long> starts, ReadOnlySpan<long> ends, ReadOnlySpan<long> axes, ReadOnlySpan<long> steps)
    {
        bool fits = ends.Length == starts.Length && (axes.IsEmpty ? starts.Length <= x.Rank : axes.Length == starts.Length) && (steps.IsEmpty || steps.Length == starts.Length);
        if (!fits) throw new ArgumentException(node + ": starts, ends, axes and steps differ in length.");
        var lengths = new int[x.Rank];
        var strides = new int[x.Rank];
        int first = SliceRead.Measure(node, starts, ends, axes, steps, x.Lengths, lengths, strides);
        DynamicTensor<T> y = Tensors.Create<T>(node, lengths);
        StridedMove.Run(x.Span, first, strides, lengths, y.Span);
        return y;
    }

    /// <summary>ONNX Split: the input cut along an axis. Without lengths, into equal parts of which the last may be shorter.</summary>
    /// <exception cref="ArgumentException">The lengths do not add up to the axis, or it does not split.</exception>
    public static DynamicTensor<T>[] Split<T>(string node, TensorView<T> x, int axis, int count, ReadOnlySpan<long> parts, bool isUneven)
    {
        int length = x.Lengths[axis];
        var sizes = new long[count];
        long equal = ((long)length + count - 1) / count;
        long sum = 0;
        for (int i = 0; i < count; i++)
        {
            sizes[i] = parts.Length == count ? parts[i] : i + 1 < count ? equal : length - (equal * (count - 1));
            sum = sizes[i] < 0 || sizes[i] > length || sum < 0 ? -1 : sum + sizes[i];
        }

        if (sum != length || (!parts.IsEmpty && parts.Length != count) || (parts.IsEmpty && !isUneven && length % count != 0))
            throw new ArgumentException(node + ": an axis of length " + length + " does not split into " + (parts.IsEmpty ? count + " parts." : ShapeCheck.Text(parts) + "."));
        int[] strides = Tensors.Strides(x.Lengths);
        var result = new DynamicTensor<T>[count];
        int[] lengths = x.Lengths.ToArray();
        long start = 0;
        for (int i = 0; i < count; i++)
        {
            lengths[axis] = (int)sizes[i];
            result[i] = Tensors.Create<T>(node, lengths);
            StridedMove.Run(x.Span, unchecked((int)start * strides[axis]), strides, lengths, result[i].Span);
            start += sizes[i];
        }

        return result;
    }

    /// <summary>ONNX Concat: tensors one behind the other along an axis.</summary>
    /// <exception cref="ArgumentException">Other axes than that one differ.</exception>
    public static DynamicTensor<T> Concat<T>(string node, int axis, ReadOnlySpan<DynamicTensor<T>> parts)
    {
        int[] lengths = parts[0].Lengths.ToArray();
        long sum = 0;
        for (int p = 0; p < parts.Length; p++)
        {
            DynamicTensor<T> part = parts[p];
            bool fits = part.Rank == lengths.Length;
            for (int i = 0; fits && i < lengths.Length; i++) fits = i == axis || part.Lengths[i] == lengths[i];
            if (!fits) throw new ArgumentException(node + ": tensors of the shapes " + Tensors.Text(parts[0].Lengths) + " and " + Tensors.Text(part.Lengths) + " cannot stand one behind the other along axis " + axis + ".");
            sum += part.Lengths[axis];
        }

        lengths[axis] = sum <= int.MaxValue ? (int)sum : throw new ArgumentException(node + ": the result has more elements than an array can hold.");
        DynamicTensor<T> y = Tensors.Create<T>(node, lengths);
        if (y.Length == 0) return y;
        (int outer, int length, int inner) = ShapeCheck.AlongAxis(node, axis, lengths);
        int at = 0;
        for (int p = 0; p < parts.Length; p++)
        {
            DynamicTensor<T> part = parts[p];
            int block = part.Lengths[axis] * inner;
            for (int i = 0; i < outer; i++) part.Span.Slice(i * block, block).CopyTo(y.Span.Slice((i * length * inner) + at, block));
            at += block;
        }

        return y;
    }

    /// <summary>ONNX Pad: more elements before and after each axis.</summary>
    /// <param name="node">The node, for messages.</param>
    /// <param name="x">The input.</param>
    /// <param name="mode">What is beyond the edges: <c>constant</c>, <c>edge</c>, <c>reflect</c> or <c>wrap</c>.</param>
    /// <param name="pads">The widths before each axis, then those after each.</param>
    /// <param name="axes">The axes; none means all of them.</param>
    /// <param name="value">The constant.</param>
    /// <exception cref="ArgumentException">The widths do not fit the input.</exception>
    public static DynamicTensor<T> Pad<T>(string node, TensorView<T> x, string mode, ReadOnlySpan<long> pads, ReadOnlySpan<long> axes, T value)
    {
        int[] lengths = PadPositions.Measure(node, mode, pads, axes, x.Lengths);
        DynamicTensor<T> y = Tensors.Create<T>(node, lengths);
        if (y.Length == 0) return y;
        long table = 0;
        foreach (int length in lengths) table += length;
        var positions = new int[table];
        PadPositions.Prepare(node, mode, pads, axes, x.Lengths, lengths, positions);
        Span<T> to = y.Span;
        for (int i = 0; i < to.Length; i++)
        {
            int rest = i;
            int end = positions.Length;
            int from = 0;
            for (int axis = lengths.Length - 1; axis >= 0 && from >= 0; axis--)
            {
                end -= lengths[axis];
                int place = positions[end + (rest % lengths[axis])];
                rest /= lengths[axis];
                from = place < 0 ? -1 : from + place;
            }

            to[i] = from < 0 ? value : x.Span[from];
        }

        return y;
    }
}
