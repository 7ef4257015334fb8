#nullable enable
using System;

namespace RedGen.Runtime;

/// <summary>ONNX Compress.</summary>
public static class Compressing
{
    /// <summary>The slices of an axis for which a condition is true.</summary>
    /// <param name="node">The node, for messages.</param>
    /// <param name="x">The input.</param>
    /// <param name="condition">One element for each slice; what is missing is false.</param>
    /// <param name="axis">The axis.</param>
    /// <exception cref="ArgumentException">The condition is true beyond the end of the axis.</exception>
    public static DynamicTensor<T> Along<T>(string node, TensorView<T> x, ReadOnlySpan<bool> condition, int axis)
    {
        int length = x.Lengths[axis];
        int count = 0;
        for (int i = 0; i < condition.Length; i++)
        {
            if (!condition[i]) continue;
            if (i >= length) throw new ArgumentException(node + ": the condition is true at " + i + ", beyond the end of an axis of length " + length + ".");
            count++;
        }

        int[] lengths = x.Lengths.ToArray();
        lengths[axis] = count;
        DynamicTensor<T> y = Tensors.Create<T>(node, lengths);
        if (y.Length == 0) return y;
        int inner = 1;
        for (int i = axis + 1; i < lengths.Length; i++) inner *= lengths[i];
        int outer = y.Length / (count * inner);
        int next = 0;
        for (int o = 0; o < outer; o++)
        {
            for (int i = 0; i < Math.Min(length, condition.Length); i++)
            {
                if (!condition[i]) continue;
                x.Span.Slice(((o * length) + i) * inner, inner).CopyTo(y.Span.Slice(next));
                next += inner;
            }
        }

        return y;
    }

    /// <summary>The elements for which a condition is true, as a list.</summary>
    /// <param name="node">The node, for messages.</param>
    /// <param name="x">The input.</param>
    /// <param name="condition">One element for each of the input's; what is missing is false.</param>
    /// <exception cref="ArgumentException">The condition is true beyond the last element.</exception>
    public static DynamicTensor<T> Elements<T>(string node, ReadOnlySpan<T> x, ReadOnlySpan<bool> condition)
        => Along(node, new TensorView<T>(x, new int[] { x.Length }), condition, 0);
}
