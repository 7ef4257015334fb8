using System;
using System.Collections.Generic;
using System.Globalization;
using System.Linq;
using RedGen.Compiler.Execute;
using RedGen.Compiler.Graphs;
using RedGen.Compiler.Operators.Shaping;

namespace RedGen.Compiler.Operators.ControlFlow;

/// <summary>Tensors taken apart along an axis, and put together again: what Loop and Scan do before and after their bodies.</summary>
internal static class AxisSlices
{
    /// <summary>The slice at an index of an axis; the axis is gone from it.</summary>
    public static ReferenceTensor Take(ReferenceTensor tensor, int axis, int index)
    {
        int[] lengths = [.. tensor.Lengths.Where((_, i) => i != axis)];
        var slice = new ReferenceTensor(tensor.ElementType, lengths);
        int inner = tensor.Lengths.Skip(axis + 1).Aggregate(1, (a, b) => a * b);
        for (int i = 0; i < slice.Count; i++) slice.CopyElement(i, tensor, ((((i / inner) * tensor.Lengths[axis]) + index) * inner) + (i % inner));
        return slice;
    }

    /// <summary>Slices side by side along a new axis.</summary>
    /// <exception cref="ArgumentException">They do not make a tensor of the type that was inferred.</exception>
    public static ReferenceTensor Stack(IReadOnlyList<ReferenceTensor> slices, int axis, TensorType type, Node node)
    {
        Shape expected = type.Shape!;
        int[] lengths = slices.Count == 0 ? [.. expected.Dimensions.Select((d, i) => i == axis || !d.IsConstant ? 0 : (int)d.Value)]
            : [.. slices[0].Lengths.Take(axis), slices.Count, .. slices[0].Lengths.Skip(axis)];
        bool fits = lengths.Length == expected.Rank && expected.Dimensions.Select((d, i) => !d.IsConstant || d.Value == lengths[i]).All(same => same);
        if (!fits || slices.Any(s => !s.Lengths.SequenceEqual(slices[0].Lengths)))
            throw new ArgumentException(node.Label + ": what it collects has the shape " + Shape.Of(lengths) + " after " + slices.Count.ToString(CultureInfo.InvariantCulture) + " runs, expected are slices of one shape that give " + expected + ".");
        var tensor = new ReferenceTensor(type.ElementType, lengths);
        int next = 0;
        foreach (int[] position in Positions.All(lengths))
        {
            ReferenceTensor slice = slices[position[axis]];
            int from = 0;
            for (int i = 0, k = 0; i < position.Length; i++)
                if (i != axis) from = (from * slice.Lengths[k++]) + position[i];
            tensor.CopyElement(next++, slice, from);
        }

        return tensor;
    }
}
