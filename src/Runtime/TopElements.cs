#nullable enable
using System;

namespace RedGen.Runtime;

/// <summary>ONNX TopK where shapes or the number of elements are known at run time only.</summary>
public static class TopElements
{
    /// <summary>Finds the largest or smallest elements along an axis, best first; of equal ones the first is better.</summary>
    /// <param name="node">The node, for messages.</param>
    /// <param name="x">The tensor.</param>
    /// <param name="count">How many are wanted.</param>
    /// <param name="axis">The axis.</param>
    /// <param name="isLargest">Whether the largest are wanted.</param>
    /// <param name="values">Gets the elements.</param>
    /// <param name="indices">Gets their positions along the axis.</param>
    /// <exception cref="ArgumentException">More are wanted than there are.</exception>
    public static void Find<T>(string node, TensorView<T> x, long count, int axis, bool isLargest, out DynamicTensor<T> values, out DynamicTensor<long> indices)
        where T : struct, IComparable<T>
    {
        if (count < 0 || count > x.Lengths[axis]) throw new ArgumentException(node + ": k is " + count + ", but the axis has " + x.Lengths[axis] + " elements.");
        int[] lengths = x.Lengths.ToArray();
        lengths[axis] = (int)count;
        values = Tensors.Create<T>(node, lengths);
        indices = Tensors.Create<long>(node, lengths);
        if (values.Length == 0) return;
        var from = new TensorLines(node, x.Lengths, axis);
        var to = new TensorLines(node, lengths, axis);
        for (int line = 0; line < from.Count; line++)
        {
            ReadOnlySpan<T> elements = x.Span.Slice(from.Start(line));
            Span<T> best = values.Span.Slice(to.Start(line));
            Span<long> places = indices.Span.Slice(to.Start(line));
            if (isLargest) Ranking.Largest(elements, from.Length, from.Inner, (int)count, best, places);
            else Ranking.Smallest(elements, from.Length, from.Inner, (int)count, best, places);
        }
    }
}
