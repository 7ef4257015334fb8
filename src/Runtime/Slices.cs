#nullable enable
using System;

namespace RedGen.Runtime;

/// <summary>Parts of tensors whose shape is known at run time only.</summary>
public static class Slices
{
    /// <summary>A copy of the slice at an index of an axis, which is gone from it.</summary>
    public static DynamicTensor<T> Take<T>(TensorView<T> x, int axis, int index)
    {
        int outer = 1;
        int inner = 1;
        var lengths = new int[x.Rank - 1];
        for (int i = 0; i < x.Rank; i++)
        {
            if (i == axis) continue;
            lengths[i < axis ? i : i - 1] = x.Lengths[i];
            if (i < axis) outer = unchecked(outer * x.Lengths[i]);
            else inner = unchecked(inner * x.Lengths[i]);
        }

        if (x.Span.IsEmpty) return new DynamicTensor<T>(Array.Empty<T>(), lengths);
        var slice = new T[outer * inner];
        for (int o = 0; o < outer; o++) x.Span.Slice(((o * x.Lengths[axis]) + index) * inner, inner).CopyTo(slice.AsSpan(o * inner));
        return new DynamicTensor<T>(slice, lengths);
    }
}
