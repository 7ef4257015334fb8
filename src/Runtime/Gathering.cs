#nullable enable
using System;

namespace RedGen.Runtime;

/// <summary>Operators that read elements at indices, where shapes are known at run time only. Negative indices count from the end.</summary>
public static class Gathering
{
    /// <summary>ONNX Gather: the slices of an axis that indices name.</summary>
    /// <exception cref="ArgumentException">An index is outside its axis.</exception>
    public static DynamicTensor<T> Gather<T>(string node, TensorView<T> x, TensorView<long> indices, int axis)
    {
        (int outer, int length, int inner) = ShapeCheck.AlongAxis(node, axis, x.Lengths);
        var lengths = new int[x.Rank - 1 + indices.Rank];
        x.Lengths.Slice(0, axis).CopyTo(lengths);
        indices.Lengths.CopyTo(lengths.AsSpan(axis));
        x.Lengths.Slice(axis + 1).CopyTo(lengths.AsSpan(axis + indices.Rank));
        DynamicTensor<T> y = Tensors.Create<T>(node, lengths);
        int count = indices.Span.Length;
        for (int k = 0; k < count; k++)
        {
            int index = Index(node, indices.Span[k], length);
            if (y.Length == 0) continue;
            for (int i = 0; i < outer; i++) x.Span.Slice(((i * length) + index) * inner, inner).CopyTo(y.Span.Slice(((i * count) + k) * inner, inner));
        }

        return y;
    }

    /// <summary>ONNX GatherElements: for each position of the indices, the element at the same position but for one axis, where the index stands.</summary>
    /// <exception cref="ArgumentException">The indices do not fit into the data.</exception>
    public static DynamicTensor<T> Elements<T>(string node, TensorView<T> x, TensorView<long> indices, int axis)
    {
        DynamicTensor<T> y = Tensors.Create<T>(node, indices.Lengths);
        var places = new ElementPlaces(node, x.Lengths, indices.Lengths, axis);
        for (int i = 0; i < y.Length; i++) y.Span[i] = x.Span[places.Next(indices.Span[i])];
        return y;
    }

    /// <summary>ONNX GatherND: the last axis of the indices holds positions into the axes of the data behind the batch; slices behind them are taken.</summary>
    /// <exception cref="ArgumentException">The indices do not fit into the data.</exception>
    public static DynamicTensor<T> Tuples<T>(string node, TensorView<T> x, TensorView<long> indices, int batch)
    {
        int depth = indices.Rank == 0 ? 0 : indices.Lengths[indices.Rank - 1];
        bool fits = depth > 0 && batch + depth <= x.Rank && batch < indices.Rank;
        for (int i = 0; fits && i < batch; i++) fits = x.Lengths[i] == indices.Lengths[i];
        if (!fits) throw new ArgumentException(node + ": indices of shape " + Tensors.Text(indices.Lengths) + " do not fit data of shape " + Tensors.Text(x.Lengths) + ".");
        var lengths = new int[indices.Rank - 1 + x.Rank - batch - depth];
        indices.Lengths.Slice(0, indices.Rank - 1).CopyTo(lengths);
        x.Lengths.Slice(batch + depth).CopyTo(lengths.AsSpan(indices.Rank - 1));
        DynamicTensor<T> y = Tensors.Create<T>(node, lengths);
        var places = new TuplePlaces(node, x.Lengths, batch, depth, indices);
        if (places.Inner == 0) return y;
        for (int at = 0; at < y.Length; at += places.Inner) x.Span.Slice(places.Next(), places.Inner).CopyTo(y.Span.Slice(at, places.Inner));
        return y;
    }

    /// <summary>An index counted from the front.</summary>
    /// <exception cref="ArgumentOutOfRangeException">It is outside the axis.</exception>
    internal static int Index(string node, long index, int length)
        => index >= -length && index < length ? (int)(index < 0 ? index + length : index)
            : throw new ArgumentOutOfRangeException(nameof(index), index, node + ": an index is outside an axis of length " + length + ".");
}
