#nullable enable
using System;

namespace RedGen.Runtime;

/// <summary>Operators that set elements by their places, where shapes are known at run time only.</summary>
public static class Marking
{
    /// <summary>ONNX OneHot: a new axis with the on-value where an index points and the off-value elsewhere.</summary>
    /// <param name="node">The node, for messages.</param>
    /// <param name="indices">The indices; negative ones count from the end, others outside the axis point nowhere.</param>
    /// <param name="depth">The length of the new axis.</param>
    /// <param name="values">The off-value and the on-value.</param>
    /// <param name="axis">Where the new axis stands in the result.</param>
    /// <exception cref="ArgumentException">The depth is no length.</exception>
    public static DynamicTensor<T> OneHot<T>(string node, TensorView<long> indices, double depth, ReadOnlySpan<T> values, int axis)
    {
        if (!(depth >= 0d && depth <= int.MaxValue) || values.Length != 2) throw new ArgumentException(node + ": the depth " + depth + " is no length, or there are not two values.");
        var lengths = new int[indices.Rank + 1];
        indices.Lengths.Slice(0, axis).CopyTo(lengths);
        lengths[axis] = (int)depth;
        indices.Lengths.Slice(axis).CopyTo(lengths.AsSpan(axis + 1));
        DynamicTensor<T> y = Tensors.Create<T>(node, lengths);
        Span<T> to = y.Span;
        to.Fill(values[0]);
        if (to.IsEmpty) return y;
        int inner = 1;
        for (int i = axis; i < indices.Lengths.Length; i++) inner *= indices.Lengths[i];
        for (int i = 0; i < indices.Span.Length; i++)
        {
            long index = indices.Span[i] < 0 ? indices.Span[i] + lengths[axis] : indices.Span[i];
            if (index >= 0 && index < lengths[axis]) to[(((i / inner * lengths[axis]) + (int)index) * inner) + (i % inner)] = values[1];
        }

        return y;
    }

    /// <summary>ONNX EyeLike: ones on a diagonal of a matrix.</summary>
    /// <param name="node">The node, for messages.</param>
    /// <param name="lengths">The matrix's rows and columns.</param>
    /// <param name="k">How far above the main diagonal.</param>
    /// <param name="one">What stands there.</param>
    /// <exception cref="ArgumentException">The shape is not that of a matrix.</exception>
    public static DynamicTensor<T> Diagonal<T>(string node, ReadOnlySpan<int> lengths, long k, T one)
    {
        if (lengths.Length != 2) throw new ArgumentException(node + ": a tensor of rank " + lengths.Length + " is no matrix.");
        DynamicTensor<T> y = Tensors.Create<T>(node, lengths);
        for (int row = 0; row < lengths[0]; row++)
        {
            if (k >= -row && k < lengths[1] - row) y.Span[(row * lengths[1]) + row + (int)k] = one;
        }

        return y;
    }

    /// <summary>ONNX Trilu: the upper or lower triangle of the matrices in the last two axes, zeros elsewhere.</summary>
    /// <exception cref="ArgumentException">There are no matrices.</exception>
    public static DynamicTensor<T> Trilu<T>(string node, TensorView<T> x, long k, bool upper)
    {
        if (x.Rank < 2) throw new ArgumentException(node + ": a tensor of rank " + x.Rank + " holds no matrices.");
        DynamicTensor<T> y = Tensors.Create<T>(node, x.Lengths);
        int rows = x.Lengths[x.Rank - 2];
        int columns = x.Lengths[x.Rank - 1];
        k = Math.Max(-(long)rows, Math.Min(columns, k));
        for (int i = 0; i < (columns == 0 ? 0 : y.Length / columns); i++)
        {
            int cut = (int)Math.Max(0, Math.Min(columns, (i % rows) + k + (upper ? 0 : 1)));
            (int start, int count) = upper ? (cut, columns - cut) : (0, cut);
            x.Span.Slice((i * columns) + start, count).CopyTo(y.Span.Slice((i * columns) + start, count));
        }

        return y;
    }
}
