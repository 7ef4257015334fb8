#nullable enable
using System;

namespace RedGen.Runtime;

/// <summary>Sums of products of 8-bit integers for an in-order core (RedGenProfile=Micro): an input is loaded once for four weights.</summary>
public static class IntegerRow
{
    /// <summary>Sums a row over four outputs: Σ x[k] · weight[k].</summary>
    /// <param name="x">The row.</param>
    /// <param name="weights">The weights of the outputs, side by side for each input.</param>
    /// <param name="sums">The four sums.</param>
    public static void Sum(ReadOnlySpan<sbyte> x, ReadOnlySpan<sbyte> weights, Span<int> sums)
    {
        unchecked
        {
            int a = 0, b = 0, c = 0, d = 0;
            int left = x.Length;
            for (; left >= 4; left -= 4)
            {
                int v = x[0];
                a += weights[0] * v;
                b += weights[1] * v;
                c += weights[2] * v;
                d += weights[3] * v;
                v = x[1];
                a += weights[4] * v;
                b += weights[5] * v;
                c += weights[6] * v;
                d += weights[7] * v;
                v = x[2];
                a += weights[8] * v;
                b += weights[9] * v;
                c += weights[10] * v;
                d += weights[11] * v;
                v = x[3];
                a += weights[12] * v;
                b += weights[13] * v;
                c += weights[14] * v;
                d += weights[15] * v;
                x = x.Slice(4);
                weights = weights.Slice(16);
            }

            for (; left > 0; left--)
            {
                int v = x[0];
                a += weights[0] * v;
                b += weights[1] * v;
                c += weights[2] * v;
                d += weights[3] * v;
                x = x.Slice(1);
                weights = weights.Slice(4);
            }

            sums[0] = a;
            sums[1] = b;
            sums[2] = c;
            sums[3] = d;
        }
    }

    /// <summary>What a window covers, from rows that lie in a ring.</summary>
    /// <param name="x">The rows, integers as bytes.</param>
    /// <param name="isSigned">Whether they are signed; others become so.</param>
    /// <param name="from">The element of the window's first column in the first row of the ring.</param>
    /// <param name="row">The window's first row.</param>
    /// <param name="rows">Rows that the input has.</param>
    /// <param name="ring">Rows that there is room for.</param>
    /// <param name="line">From one row to the next.</param>
    /// <param name="rowStep">Rows from one tap to the next.</param>
    /// <param name="columns">Columns of the window.</param>
    /// <param name="columnStep">From one tap to the next.</param>
    /// <param name="outside">What counts for rows that the input has not.</param>
    /// <param name="covered">Takes an element for each tap.</param>
    public static void Gather(
        ReadOnlySpan<byte> x, bool isSigned, int from, int row, int rows, int ring, int line, int rowStep, int columns, int columnStep, int outside, Span<sbyte> covered)
    {
        unchecked
        {
            for (int tap = 0; tap < covered.Length; row += rowStep)
            {
                bool isInside = row >= 0 && row < rows;
                int start = isInside ? from + (row % ring * line) : 0;
                for (int column = 0; column < columns; column++, tap++)
                    covered[tap] = (sbyte)(isInside ? x[start + (column * columnStep)] - (isSigned ? 0 : 128) : outside);
            }
        }
    }
}
