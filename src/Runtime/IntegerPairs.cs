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

    /// <summary>Sums two places over some outputs: Σ pair[k] · weight[k].</summary>
    /// <param name="pairs">The inputs of both places, a pair for each tap.</param>
    /// <param name="weights">The weights, [two outputs][tap][output of the two].</param>
    /// <param name="outputs">How many outputs, an even number.</param>
    /// <param name="sums">[output][place].</param>
    public static void Sum(ReadOnlySpan<int> pairs, ReadOnlySpan<sbyte> weights, int outputs, Span<int> sums)
    {
        unchecked
        {
            for (int o = 0; o < outputs; o += 2)
            {
                ReadOnlySpan<int> x = pairs;
                Span<int> four = sums.Slice(2 * o, 4);
                four[0] = four[1] = four[2] = four[3] = 0;
                for (int taps = pairs.Length; taps > 0; taps -= MostTaps)
                {
                    long a = 0, b = 0;
                    int left = taps < MostTaps ? taps : MostTaps;
                    for (; left >= 8; left -= 8)
                    {
                        int v = x[0];
                        a += (long)weights[0] * v;
                        b += (long)weights[1] * v;
                        v = x[1];
                        a += (long)weights[2] * v;
                        b += (long)weights[3] * v;
                        v = x[2];
                        a += (long)weights[4] * v;
                        b += (long)weights[5] * v;
                        v = x[3];
                        a += (long)weights[6] * v;
                        b += (long)weights[7] * v;
                        v = x[4];
                        a += (long)weights[8] * v;
                        b += (long)weights[9] * v;
                        v = x[5];
                        a += (long)weights[10] * v;
                        b += (long)weights[11] * v;
                        v = x[6];
                        a += (long)weights[12] * v;
                        b += (long)weights[13] * v;
                        v = x[7];
                        a += (long)weights[14] * v;
                        b += (long)weights[15] * v;
                        x = x.Slice(8);
                        weights = weights.Slice(16);
                    }

                    for (; left > 0; left--)
                    {
                        a += (long)weights[0] * x[0];
                        b += (long)weights[1] * x[0];
                        x = x.Slice(1);
                        weights = weights.Slice(2);
                    }

                    Add(four, 0, a);
                    Add(four, 2, b);
                }
            }
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
