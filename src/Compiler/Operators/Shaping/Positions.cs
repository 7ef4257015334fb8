using System.Collections.Generic;

namespace RedGen.Compiler.Operators.Shaping;

/// <summary>Positions in a tensor, for reference evaluations that say where each element comes from.</summary>
internal static class Positions
{
    /// <summary>Every position of a shape in row-major order; the one array is changed from step to step.</summary>
    public static IEnumerable<int[]> All(int[] lengths)
    {
        foreach (int length in lengths)
            if (length == 0) yield break;
        var position = new int[lengths.Length];
        while (true)
        {
            yield return position;
            int axis = lengths.Length - 1;
            while (axis >= 0 && ++position[axis] == lengths[axis]) position[axis--] = 0;
            if (axis < 0) yield break;
        }
    }

    /// <summary>The flat index of a position.</summary>
    public static int Index(int[] position, int[] lengths)
    {
        int index = 0;
        for (int axis = 0; axis < lengths.Length; axis++) index = (index * lengths[axis]) + position[axis];
        return index;
    }

    /// <summary>The distance between neighbours along each axis. (Meaningless for an empty tensor, whose lengths may be huge.)</summary>
    public static int[] Strides(int[] lengths)
    {
        var strides = new int[lengths.Length];
        int stride = 1;
        for (int axis = lengths.Length - 1; axis >= 0; axis--)
        {
            strides[axis] = stride;
            stride = unchecked(stride * lengths[axis]);
        }

        return strides;
    }

    /// <summary>The product of some lengths, saturating at <see cref="long.MaxValue"/>.</summary>
    public static long Product(IEnumerable<int> lengths)
    {
        long product = 1;
        bool saturated = false;
        foreach (int length in lengths)
        {
            if (length == 0) return 0;
            if (product > long.MaxValue / length) saturated = true;
            else product *= length;
        }

        return saturated ? long.MaxValue : product;
    }
}
