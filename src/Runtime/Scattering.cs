#nullable enable
using System;

namespace RedGen.Runtime;

/// <summary>Operators that write elements at indices, where shapes are known at run time only. Negative indices count from the end.</summary>
public static class Scattering
{
    /// <summary>ONNX ScatterElements: a copy of the data into which updates are written, each where its index says along one axis.</summary>
    /// <param name="node">The node, for messages.</param>
    /// <param name="x">The data.</param>
    /// <param name="indices">The indices.</param>
    /// <param name="updates">The updates.</param>
    /// <param name="axis">The axis that indices are of.</param>
    /// <param name="combine">What becomes of an element and an update; null: the update.</param>
    /// <exception cref="ArgumentException">Indices or updates do not fit the data.</exception>
    public static DynamicTensor<T> Elements<T>(string node, TensorView<T> x, TensorView<long> indices, TensorView<T> updates, int axis, Func<T, T, T>? combine = null)
    {
        CheckSame(node, indices.Lengths, updates.Lengths);
        DynamicTensor<T> y = Tensors.Of(x.Span, x.Lengths);
        var places = new ElementPlaces(node, x.Lengths, indices.Lengths, axis);
        for (int i = 0; i < updates.Span.Length; i++)
        {
            ref T target = ref y.Span[places.Next(indices.Span[i])];
            target = combine is null ? updates.Span[i] : combine(target, updates.Span[i]);
        }

        return y;
    }

    /// <summary>ONNX ScatterND: a copy of the data into which slices are written, each where a tuple of indices says.</summary>
    /// <param name="node">The node, for messages.</param>
    /// <param name="x">The data.</param>
    /// <param name="indices">The indices; their last axis holds the tuples.</param>
    /// <param name="updates">The slices.</param>
    /// <param name="combine">What becomes of an element and an update; null: the update.</param>
    /// <exception cref="ArgumentException">Indices or updates do not fit the data.</exception>
    public static DynamicTensor<T> Tuples<T>(string node, TensorView<T> x, TensorView<long> indices, TensorView<T> updates, Func<T, T, T>? combine = null)
    {
        int depth = indices.Rank == 0 ? 0 : indices.Lengths[indices.Rank - 1];
        if (depth < 1 || depth > x.Rank) throw new ArgumentException(node + ": indices of shape " + Tensors.Text(indices.Lengths) + " do not fit data of shape " + Tensors.Text(x.Lengths) + ".");
        var expected = new int[indices.Rank - 1 + x.Rank - depth];
        indices.Lengths.Slice(0, indices.Rank - 1).CopyTo(expected);
        x.Lengths.Slice(depth).CopyTo(expected.AsSpan(indices.Rank - 1));
        CheckSame(node, expected, updates.Lengths);
        DynamicTensor<T> y = Tensors.Of(x.Span, x.Lengths);
        var places = new TuplePlaces(node, x.Lengths, 0, depth, indices);
        for (int at = 0; at < updates.Span.Length; at += places.Inner)
        {
            Span<T> target = y.Span.Slice(places.Next(), places.Inner);
            ReadOnlySpan<T> update = updates.Span.Slice(at, places.Inner);
            if (combine is null) update.CopyTo(target);
            else
            {
                for (int i = 0; i < target.Length; i++) target[i] = combine(target[i], update[i]);
            }
        }

        return y;
    }

    private static void CheckSame(string node, ReadOnlySpan<int> expected, ReadOnlySpan<int> updates)
    {
        if (!expected.SequenceEqual(updates)) throw new ArgumentException(node + ": updates of shape " + Tensors.Text(updates) + " do not fit; expected is " + Tensors.Text(expected) + ".");
    }
}
