#nullable enable
using System;

namespace RedGen.Runtime;

/// <summary>Copies elements that stand at constant distances along each axis, for shapes known at run time only.</summary>
internal static class StridedMove
{
    /// <summary>Fills a tensor: the element at a position comes from <c>start + Σ position · stride</c>.</summary>
    public static void Run<T>(ReadOnlySpan<T> from, int start, ReadOnlySpan<int> strides, ReadOnlySpan<int> lengths, Span<T> to)
    {
        if (to.IsEmpty) return;
        int rank = lengths.Length;
        if (rank == 0)
        {
            to[0] = from[start];
            return;
        }

        int inner = lengths[rank - 1];
        int step = strides[rank - 1];
        var position = new int[rank];
        int at = start;
        for (int next = 0; next < to.Length; next += inner)
        {
            Row(from, at, step, to.Slice(next, inner));
            for (int axis = rank - 2; axis >= 0; axis--)
            {
                at += strides[axis];
                if (++position[axis] < lengths[axis]) break;
                at -= lengths[axis] * strides[axis];
                position[axis] = 0;
            }
        }
    }

    private static void Row<T>(ReadOnlySpan<T> from, int at, int step, Span<T> to)
    {
        if (step == 1) from.Slice(at, to.Length).CopyTo(to);
        else if (step == 0) to.Fill(from[at]);
        else
        {
            for (int i = 0; i < to.Length; i++, at += step) to[i] = from[at];
        }
    }
}
