#nullable enable
using System;

namespace RedGen.Runtime;

/// <summary>
/// Which share of a layer this thread computes, where several threads compute it together (<see cref="LayerWorker"/>). Kernels of large layers
/// ask for the rows that are theirs; everywhere else that is all of them.
/// </summary>
internal static class LayerShare
{
    [ThreadStatic]
    private static int _index;

    [ThreadStatic]
    private static int _count;

    /// <summary>From now on this thread computes one share of so many.</summary>
    internal static void Set(int index, int count)
    {
        _index = index;
        _count = count;
    }

    /// <summary>From now on this thread computes whole layers.</summary>
    internal static void Clear() => _count = 0;

    /// <summary>The rows that this thread computes. Shares begin at multiples of a step, so that tiles and blocks are those of the whole layer.</summary>
    /// <param name="rows">Rows of the layer.</param>
    /// <param name="step">Rows that stay together.</param>
    /// <param name="end">One past the last row; not beyond the first where the share is empty.</param>
    /// <returns>The first row.</returns>
    internal static int Rows(int rows, int step, out int end)
    {
        int count = _count;
        if (count == 0)
        {
            end = rows;
            return 0;
        }

        long steps = ((long)rows + step - 1) / step;
        end = (int)Math.Min(rows, steps * (_index + 1) / count * step);
        return (int)Math.Min(rows, steps * _index / count * step);
    }
}
