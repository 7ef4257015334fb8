#nullable enable
using System;

namespace RedGen.Runtime;

/// <summary>Counts n-grams: sequences of numbers that stand in a row, neighbours or at a distance.</summary>
public static class NGrams
{
    /// <summary>Adds to each n-gram's count how often it stands in a row.</summary>
    /// <param name="row">The row.</param>
    /// <param name="length">Elements of an n-gram.</param>
    /// <param name="distances">The largest distance of an n-gram's elements; all from 1 on are looked at.</param>
    /// <param name="pool">The n-grams one after the other, ascending by their first elements.</param>
    /// <param name="columns">Where each n-gram is counted.</param>
    /// <param name="counts">The counts.</param>
    public static void Count(ReadOnlySpan<long> row, int length, int distances, ReadOnlySpan<long> pool, ReadOnlySpan<int> columns, Span<float> counts)
    {
        for (int distance = 1; distance <= distances; distance++)
        {
            long reach = (length - 1L) * distance;
            for (int start = 0; start + reach < row.Length; start++)
            {
                for (int gram = First(pool, length, row[start]); gram < columns.Length && pool[gram * length] == row[start]; gram++)
                {
                    if (Stands(row.Slice(start), distance, pool.Slice(gram * length, length))) counts[columns[gram]]++;
                }
            }
        }
    }

    private static bool Stands(ReadOnlySpan<long> row, int distance, ReadOnlySpan<long> gram)
    {
        for (int i = 1; i < gram.Length; i++)
        {
            if (row[i * distance] != gram[i]) return false;
        }

        return true;
    }

    /// <summary>The first n-gram that does not begin with less.</summary>
    private static int First(ReadOnlySpan<long> pool, int length, long value)
    {
        int low = 0;
        int high = pool.Length / length;
        while (low < high)
        {
            int middle = low + ((high - low) / 2);
            if (pool[middle * length] < value) low = middle + 1;
            else high = middle;
        }

        return low;
    }
}
