#nullable enable
using System;
using System.Collections.Generic;

namespace RedGen.Runtime;

/// <summary>ONNX NonZero.</summary>
public static class NonZero
{
    /// <summary>The positions of the elements that are not zero, a row an axis: none for a scalar.</summary>
    /// <param name="node">The node, for messages.</param>
    /// <param name="x">The elements.</param>
    public static DynamicTensor<long> Run<T>(string node, TensorView<T> x)
    {
        int count = 0;
        foreach (T element in x.Span)
        {
            if (!IsZero(element)) count++;
        }

        DynamicTensor<long> y = Tensors.Create<long>(node, [x.Rank, count]);
        Span<long> to = y.Span;
        int found = 0;
        for (int i = 0; i < x.Span.Length; i++)
        {
            if (IsZero(x.Span[i])) continue;
            int rest = i;
            for (int axis = x.Rank - 1; axis >= 0; axis--)
            {
                to[(axis * count) + found] = rest % x.Lengths[axis];
                rest /= x.Lengths[axis];
            }

            found++;
        }

        return y;
    }

    private static bool IsZero<T>(T element) => EqualityComparer<T>.Default.Equals(element, default!);
}
