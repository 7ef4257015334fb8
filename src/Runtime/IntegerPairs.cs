#nullable enable
using System;
using System.Runtime.CompilerServices;

namespace RedGen.Runtime;

/// <summary>
/// Sums of products of 8-bit integers for a core that multiplies 32 bits by 32 to 64 (RedGenProfile=Micro). Two inputs lie in one int, first + second · 2^23, so that a
/// multiplication by a weight gives two products, and one addition of 64 bits adds both; they stay apart as long as a sum of the first is below 2^22.
/// </summary>
public static class IntegerPairs
{
    private const int Shift = 23;

    /// <summary>Products of which the sum is below 2^22: 255 · 128 · 128 is.</summary>
    private const int MostTaps = 248;

    /// <summary>Two signed integers of 8 bits as a pair.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static int Of(int first, int second) => first + (second << Shift);

    /// <summary>Sums two places over four outputs: Σ pair[k] · weight[k].</summary>
    /// <param name="pairs">The inputs of both places, a pair for each tap.</param>
    /// <param name="weights">The weights, four outputs side by side for each tap.</param>
    /// <param name="sums">[output][place].</param>
    public static void SumFour(ReadOnlySpan<int> pairs, ReadOnlySpan<sbyte> weights, Span<int> sums)
    {
        unchecked
        {
            sums[0] = sums[1] = sums[2] = sums[3] = 0;
            sums[4] = sums[5] = sums[6] = sums[7] = 0;
            while (pairs.Length > 0)
            {
                int taps = pairs.Length < MostTaps ? pairs.Length : MostTaps;
                ReadOnlySpan<int> x = pairs.Slice(0, taps);
                ReadOnlySpan<sbyte> w = weights.Slice(0, 4 * taps);
                pairs = pairs.Slice(taps);
                weights = weights.Slice(4 * taps);
                long a = 0, b = 0, c = 0, d = 0;
                for (; x.Length >= 8; x = x.Slice(8), w = w.Slice(32))
                {
                    int v = x[0];
                    a += (long)w[0] * v;
                    b += (long)w[1] * v;
                    c += (long)w[2] * v;
                    d += (long)w[3] * v;
                    v = x[1];
                    a += (long)w[4] * v;
                    b += (long)w[5] * v;
                    c += (long)w[6] * v;
                    d += (long)w[7] * v;
                    v = x[2];
                    a += (long)w[8] * v;
                    b += (long)w[9] * v;
                    c += (long)w[10] * v;
                    d += (long)w[11] * v;
                    v = x[3];
                    a += (long)w[12] * v;
                    b += (long)w[13] * v;
                    c += (long)w[14] * v;
                    d += (long)w[15] * v;
                    v = x[4];
                    a += (long)w[16] * v;
                    b += (long)w[17] * v;
                    c += (long)w[18] * v;
                    d += (long)w[19] * v;
                    v = x[5];
                    a += (long)w[20] * v;
                    b += (long)w[21] * v;
                    c += (long)w[22] * v;
                    d += (long)w[23] * v;
                    v = x[6];
                    a += (long)w[24] * v;
                    b += (long)w[25] * v;
                    c += (long)w[26] * v;
                    d += (long)w[27] * v;
                    v = x[7];
                    a += (long)w[28] * v;
                    b += (long)w[29] * v;
                    c += (long)w[30] * v;
                    d += (long)w[31] * v;
                }

                for (; x.Length > 0; x = x.Slice(1), w = w.Slice(4))
                {
                    int v = x[0];
                    a += (long)w[0] * v;
                    b += (long)w[1] * v;
                    c += (long)w[2] * v;
                    d += (long)w[3] * v;
                }

                Add(sums, 0, a);
                Add(sums, 2, b);
                Add(sums, 4, c);
                Add(sums, 6, d);
            }
        }
    }

    /// <summary>Sums two places over two outputs: Σ pair[k] · weight[k].</summary>
    /// <param name="pairs">The inputs of both places, a pair for each tap.</param>
    /// <param name="weights">The weights, two outputs side by side for each tap.</param>
    /// <param name="sums">[output][place].</param>
    public static void SumTwo(ReadOnlySpan<int> pairs, ReadOnlySpan<sbyte> weights, Span<int> sums)
    {
        unchecked
        {
            sums[0] = sums[1] = sums[2] = sums[3] = 0;
            while (pairs.Length > 0)
            {
                int taps = pairs.Length < MostTaps ? pairs.Length : MostTaps;
                ReadOnlySpan<int> x = pairs.Slice(0, taps);
                ReadOnlySpan<sbyte> w = weights.Slice(0, 2 * taps);
                pairs = pairs.Slice(taps);
                weights = weights.Slice(2 * taps);
                long a = 0, b = 0;
                for (; x.Length >= 8; x = x.Slice(8), w = w.Slice(16))
                {
                    int v = x[0];
                    a += (long)w[0] * v;
                    b += (long)w[1] * v;
                    v = x[1];
                    a += (long)w[2] * v;
                    b += (long)w[3] * v;
                    v = x[2];
                    a += (long)w[4] * v;
                    b += (long)w[5] * v;
                    v = x[3];
                    a += (long)w[6] * v;
                    b += (long)w[7] * v;
                    v = x[4];
                    a += (long)w[8] * v;
                    b += (long)w[9] * v;
                    v = x[5];
                    a += (long)w[10] * v;
                    b += (long)w[11] * v;
                    v = x[6];
                    a += (long)w[12] * v;
                    b += (long)w[13] * v;
                    v = x[7];
                    a += (long)w[14] * v;
                    b += (long)w[15] * v;
                }

                for (; x.Length > 0; x = x.Slice(1), w = w.Slice(2))
                {
                    int v = x[0];
                    a += (long)w[0] * v;
                    b += (long)w[1] * v;
                }

                Add(sums, 0, a);
                Add(sums, 2, b);
            }
        }
    }

    /// <summary>Sums the first place alone over four outputs.</summary>
    /// <param name="pairs">The inputs, the first of a pair for each tap.</param>
    /// <param name="weights">The weights, four outputs side by side for each tap.</param>
    /// <param name="sums">[output][place]; those of the second place stay.</param>
    public static void SumFirst(ReadOnlySpan<int> pairs, ReadOnlySpan<sbyte> weights, Span<int> sums)
    {
        unchecked
        {
            // The first integer of a pair is its lowest byte.
            int a = 0, b = 0, c = 0, d = 0;
            for (; pairs.Length >= 2; pairs = pairs.Slice(2), weights = weights.Slice(8))
            {
                int v = (sbyte)pairs[0], w = (sbyte)pairs[1];
                a += (weights[0] * v) + (weights[4] * w);
                b += (weights[1] * v) + (weights[5] * w);
                c += (weights[2] * v) + (weights[6] * w);
                d += (weights[3] * v) + (weights[7] * w);
            }

            if (pairs.Length > 0)
            {
                int v = (sbyte)pairs[0];
                a += weights[0] * v;
                b += weights[1] * v;
                c += weights[2] * v;
                d += weights[3] * v;
            }

            sums[0] = a;
            sums[2] = b;
            sums[4] = c;
            sums[6] = d;
        }
    }

    /// <summary>The sums of both places' inputs.</summary>
    /// <param name="pairs">The inputs of both places.</param>
    /// <param name="sums">Two sums.</param>
    public static void SumInputs(ReadOnlySpan<int> pairs, Span<int> sums)
    {
        long sum = 0;
        // 2^22 / 128 inputs stay apart: any layer has fewer than 33,026 taps, and two parts serve all.
        int half = pairs.Length >> 1;
        for (int k = 0; k < half; k++) sum += pairs[k];
        sums[0] = sums[1] = 0;
        Add(sums, 0, sum);
        sum = 0;
        for (int k = half; k < pairs.Length; k++) sum += pairs[k];
        Add(sums, 0, sum);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Add(Span<int> sums, int at, long pair)
    {
        unchecked
        {
            // The lower 23 bits with their sign, and what is left of the others.
            int first = ((int)pair << (32 - Shift)) >> (32 - Shift);
            sums[at] += first;
            sums[at + 1] += (int)((pair - first) >> Shift);
        }
    }
}
