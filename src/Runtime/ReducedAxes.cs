#nullable enable
using System;

namespace RedGen.Runtime;

/// <summary>ONNX Reduce operators whose axes are known at run time only.</summary>
public static class ReducedAxes
{
    /// <summary>
    /// Finds the elements that become one: result k is made of the elements <c>starts[k] + members[r]</c> for all r. No axes means
    /// all of them, or none with <paramref name="noop"/>.
    /// </summary>
    /// <param name="node">The node, for messages.</param>
    /// <param name="axes">The axes that are reduced.</param>
    /// <param name="noop">The attribute noop_with_empty_axes.</param>
    /// <param name="keepDims">The attribute keepdims: whether reduced axes stay with length 1.</param>
    /// <param name="input">The input's shape.</param>
    /// <param name="output">The shape that the output must have.</param>
    /// <param name="starts">Gets the index of the first element of each result.</param>
    /// <param name="members">Gets the distances of a result's elements from the first.</param>
    public static void Prepare(
        string node, ReadOnlySpan<long> axes, bool noop, bool keepDims, ReadOnlySpan<int> input, ReadOnlySpan<int> output, Span<int> starts, Span<int> members)
    {
        ShapeCheck.CheckAxes(node, axes, input.Length);
        Span<long> given = input.Length <= 32 ? stackalloc long[32] : new long[input.Length];
        int rank = 0;
        for (int axis = 0; axis < input.Length; axis++)
        {
            bool isReduced = IsReduced(axes, noop, axis, input.Length);
            if (keepDims || !isReduced) given[rank++] = isReduced ? 1 : input[axis];
        }

        ShapeCheck.Expect(node, given.Slice(0, rank), output);
        Distances(axes, noop, input, ofReduced: false, starts);
        Distances(axes, noop, input, ofReduced: true, members);
    }

    /// <summary>Whether an axis is reduced.</summary>
    internal static bool IsReduced(ReadOnlySpan<long> axes, bool noop, int axis, int rank)
        => axes.IsEmpty ? !noop : ShapeCheck.Contains(axes, axis, rank);

    /// <summary>The distances of all positions along the axes of one kind, the last axis running fastest.</summary>
    internal static void Distances(ReadOnlySpan<long> axes, bool noop, ReadOnlySpan<int> input, bool ofReduced, Span<int> distances)
    {
        if (distances.IsEmpty) return;
        distances[0] = 0;
        int count = 1;
        int stride = 1;
        for (int axis = input.Length - 1; axis >= 0; axis--)
        {
            if (IsReduced(axes, noop, axis, input.Length) == ofReduced)
            {
                for (int i = 1; i < input[axis]; i++)
                {
                    for (int k = 0; k < count; k++) distances[(i * count) + k] = unchecked(distances[k] + (i * stride));
                }

                count *= input[axis];
            }

            stride = unchecked(stride * input[axis]);
        }
    }
}
