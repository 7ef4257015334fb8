#nullable enable
using System;

namespace RedGen.Runtime;

/// <summary>ONNX Reduce over shapes of run time: which elements become one.</summary>
public sealed class ReducedShape
{
    /// <summary>Finds the elements: result k is made of the elements <c>Starts[k] + Members[r]</c> for all r.</summary>
    /// <param name="node">The node, for messages.</param>
    /// <param name="input">The input's shape.</param>
    /// <param name="axes">The axes that are reduced; none means all of them, or none with <paramref name="noop"/>.</param>
    /// <param name="noop">The attribute noop_with_empty_axes.</param>
    /// <param name="keepDims">The attribute keepdims: whether reduced axes stay with length 1.</param>
    /// <exception cref="ArgumentException">An axis does not exist, or is named twice.</exception>
    public ReducedShape(string node, ReadOnlySpan<int> input, ReadOnlySpan<long> axes, bool noop, bool keepDims)
    {
        ShapeCheck.CheckAxes(node, axes, input.Length);
        var lengths = new int[input.Length];
        var kept = new int[input.Length];
        var reduced = new int[input.Length];
        int rank = 0;
        for (int axis = 0; axis < input.Length; axis++)
        {
            bool isReduced = ReducedAxes.IsReduced(axes, noop, axis, input.Length);
            kept[axis] = isReduced ? 1 : input[axis];
            reduced[axis] = isReduced ? input[axis] : 1;
            if (keepDims || !isReduced) lengths[rank++] = kept[axis];
        }

        Lengths = lengths.AsSpan(0, rank).ToArray();
        Starts = new int[Tensors.Count(node, kept)];
        Members = new int[Tensors.Count(node, reduced)];
        ReducedAxes.Distances(axes, noop, input, ofReduced: false, Starts);
        ReducedAxes.Distances(axes, noop, input, ofReduced: true, Members);
    }

    /// <summary>The output's shape.</summary>
    public int[] Lengths { get; }

    /// <summary>The index of the first element of each result.</summary>
    public int[] Starts { get; }

    /// <summary>The distances of a result's elements from the first.</summary>
    public int[] Members { get; }
}
