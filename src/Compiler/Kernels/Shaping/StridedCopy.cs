using System.Collections.Generic;
using System.Linq;

namespace RedGen.Compiler.Kernels.Shaping;

/// <summary>One loop of a copy.</summary>
/// <param name="Length">How often it runs.</param>
/// <param name="From">How far the source moves each time.</param>
/// <param name="To">How far the target moves each time.</param>
/// <param name="Map">Source positions that follow no stride, or null; <paramref name="From"/> is 0 then.</param>
internal sealed record CopyAxis(int Length, int From, int To, int[]? Map = null);

/// <summary>
/// A copy between tensors of which each axis of the result moves source and target by constant distances: slices, transposes,
/// broadcasts, concatenations are all of this form. Made through <see cref="Create"/>, which merges axes that run on into each
/// other, so that what is left are the fewest loops.
/// </summary>
/// <param name="Source">Which of the step's inputs is read.</param>
/// <param name="Target">Which of the step's outputs is written.</param>
/// <param name="FromOffset">The first element read.</param>
/// <param name="ToOffset">The first element written.</param>
/// <param name="Axes">The loops, outermost first; in target order.</param>
internal sealed record StridedCopy(int Source, int Target, int FromOffset, int ToOffset, CopyAxis[] Axes)
{
    /// <summary>The number of elements copied.</summary>
    public long Count => Axes.Aggregate(1L, (n, a) => n * a.Length);

    /// <summary>Whether the elements stand side by side in both tensors.</summary>
    public bool IsContiguous => Axes.Length == 0 || (Axes.Length == 1 && Axes[0] is { From: 1, To: 1, Map: null });

    /// <summary>Simplifies and makes a copy; null when there is nothing to copy.</summary>
    public static StridedCopy? Create(int source, int target, int fromOffset, int toOffset, IEnumerable<CopyAxis> axes)
    {
        var result = new List<CopyAxis>();
        // A stable sort: axes of length 1, whose distances mean nothing, and those that the caller has in order stay where they are.
        foreach (CopyAxis given in axes.OrderByDescending(static a => a.To))
        {
            if (given.Length == 0) return null;
            CopyAxis axis = WithoutMap(given, ref fromOffset);
            if (axis.Length == 1) continue;
            if (result.Count > 0 && RunsInto(result[result.Count - 1], axis))
                result[result.Count - 1] = axis with { Length = result[result.Count - 1].Length * axis.Length };
            else
                result.Add(axis);
        }

        return new StridedCopy(source, target, fromOffset, toOffset, [.. result]);
    }

    /// <summary>The axes of a whole tensor that is written row by row, read by strides.</summary>
    public static IEnumerable<CopyAxis> RowMajor(int[] lengths, int[] fromStrides)
        => Of(lengths, fromStrides, Operators.Shaping.Positions.Strides(lengths));

    /// <summary>The axes of a tensor that is read and written by strides.</summary>
    public static IEnumerable<CopyAxis> Of(int[] lengths, int[] fromStrides, int[] toStrides)
        => lengths.Select((length, axis) => new CopyAxis(length, fromStrides[axis], toStrides[axis]));

    /// <summary>Positions at equal distances need no map.</summary>
    private static CopyAxis WithoutMap(CopyAxis axis, ref int fromOffset)
    {
        if (axis.Map is not { } map) return axis;
        int step = map.Length > 1 ? map[1] - map[0] : 0;
        for (int i = 1; i < map.Length; i++)
            if (map[i] - map[i - 1] != step) return axis;
        fromOffset += map[0];
        return new CopyAxis(axis.Length, step, axis.To);
    }

    private static bool RunsInto(CopyAxis outer, CopyAxis inner)
        => outer.Map is null && inner.Map is null && outer.From == inner.From * inner.Length && outer.To == inner.To * inner.Length;
}
