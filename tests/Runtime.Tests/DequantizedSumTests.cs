using System;
using System.Linq;
using Xunit;

namespace RedGen.Runtime.Tests;

/// <summary>Sums by integer arithmetic are what float64 gives, to the last bit.</summary>
public sealed class DequantizedSumTests
{
    [Fact]
    public void Sums_are_those_of_float64()
    {
        var random = new Random(11);
        for (int i = 0; i < 4000; i++)
        {
            int count = i % 50 == 0 ? 600 : random.Next(1, 40);
            sbyte[] x = Bytes(random, count), w = Bytes(random, count);
            (int xZero, int wZero) = (random.Next(-128, 128), random.Next(-128, 128));
            (float xScale, float wScale) = (Scale(random), Scale(random));
            float bias = Bias(random, i, xScale * wScale);
            double sum = 0;
            for (int k = 0; k < count; k++) sum += (double)(float)((x[k] - xZero) * (double)xScale) * (float)((w[k] - wZero) * (double)wScale);
            float actual = DequantizedSum.Of(DequantizedBytes.Of(x, 1, 0, xZero, xScale), DequantizedBytes.Of(w, 1, 0, wZero, wScale), 1, count, bias);
            Assert.Equal(BitConverter.SingleToInt32Bits((float)(sum + bias)), BitConverter.SingleToInt32Bits(actual));
        }
    }

    [Fact]
    public void Pairs_hold_both_integers_and_rows_may_lie_apart()
    {
        int[] pairs = [.. from a in Enumerable.Range(-128, 256) from b in new[] { -128, -127, -1, 0, 1, 126, 127 } select IntegerPairs.Of(a, b)];
        sbyte[] first = [.. from a in Enumerable.Range(-128, 256) from b in Enumerable.Range(0, 7) select (sbyte)a];
        sbyte[] second = [.. from a in Enumerable.Range(-128, 256) from b in new[] { -128, -127, -1, 0, 1, 126, 127 } select (sbyte)b];
        sbyte[] ones = [.. Enumerable.Range(0, pairs.Length).Select(k => (sbyte)((k % 13) - 6))];
        DequantizedBytes w = DequantizedBytes.Of(ones, 1, 7, 0, 0.3f);
        Assert.Equal(DequantizedSum.Of(DequantizedBytes.Of(first, 1, 0, 3, 0.7f), w, 1, 1792, 0f), DequantizedSum.Of(DequantizedBytes.OfPairs(pairs, false, 3, 0.7f), w, 1, 1792, 0f));
        Assert.Equal(DequantizedSum.Of(DequantizedBytes.Of(second, 1, 0, 3, 0.7f), w, 1, 1792, 0f), DequantizedSum.Of(DequantizedBytes.OfPairs(pairs, true, 3, 0.7f), w, 1, 1792, 0f));
        Assert.Equal(DequantizedSum.Of(DequantizedBytes.Of(second, 1, 0, 3, 0.7f), w, 1, 1792, 0f), DequantizedSum.Of(DequantizedBytes.Of(second, 1, 7, 3, 0.7f), w, 256, 7, 0f));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(8)]
    [InlineData(250)]
    [InlineData(33025)]
    public void Sums_of_pairs_are_those_of_integers(int taps)
    {
        var random = new Random(taps);
        foreach (bool isExtreme in new[] { false, true })
        {
            int[] a = [.. Enumerable.Range(0, taps).Select(_ => isExtreme ? -128 : random.Next(-128, 128))], b = [.. a.Select(v => isExtreme ? 127 : random.Next(-128, 128))];
            sbyte[] weights = [.. Enumerable.Range(0, 4 * taps).Select(_ => isExtreme ? (sbyte)-128 : (sbyte)random.Next(-128, 128))];
            int[] pairs = [.. a.Zip(b, IntegerPairs.Of)];
            int[] sums = new int[8], inputs = new int[2];
            int[] halves = new int[4];
            IntegerPairs.SumFour(pairs, weights, sums);
            IntegerPairs.SumTwo(pairs, weights.AsSpan(0, 2 * taps), halves);
            IntegerPairs.SumInputs(pairs, inputs);
            for (int o = 0; o < 4; o++)
            {
                AssertSums(a, b, [.. Enumerable.Range(0, taps).Select(k => (int)weights[(4 * k) + o])], sums.AsSpan(2 * o));
                if (o < 2) AssertSums(a, b, [.. Enumerable.Range(0, taps).Select(k => (int)weights[(2 * k) + o])], halves.AsSpan(2 * o));
            }

            Assert.Equal([a.Sum(), b.Sum()], inputs);
        }
    }

    private static void AssertSums(int[] first, int[] second, int[] weights, ReadOnlySpan<int> sums)
    {
        Assert.Equal(first.Zip(weights, static (x, y) => x * y).Sum(), sums[0]);
        Assert.Equal(second.Zip(weights, static (x, y) => x * y).Sum(), sums[1]);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(4)]
    [InlineData(123)]
    public void Sums_of_a_row_are_those_of_integers(int depth)
    {
        var random = new Random(depth);
        sbyte[] x = Bytes(random, depth), weights = Bytes(random, 4 * depth);
        int[] sums = new int[4];
        IntegerRow.Sum(x, weights, sums);
        for (int o = 0; o < 4; o++) Assert.Equal(x.Select((v, k) => v * weights[(4 * k) + o]).Sum(), sums[o]);
    }

    private static sbyte[] Bytes(Random random, int count) => [.. Enumerable.Range(0, count).Select(_ => (sbyte)random.Next(-128, 128))];

    /// <summary>Scales of all sizes that are allowed, powers of two among them.</summary>
    private static float Scale(Random random) => random.Next(5) == 0 ? MathF.Pow(2, random.Next(-40, 20)) : (float)((1 + random.NextDouble()) * Math.Pow(2, random.Next(-49, 49)));

    /// <summary>None, of the sums' size, far below it and far above, and one that leaves little of the sum.</summary>
    private static float Bias(Random random, int i, float unit) => (i % 6) switch
    {
        0 => 0f,
        1 => (random.NextSingle() - 0.5f) * unit * 1e5f,
        2 => (random.NextSingle() - 0.5f) * unit * MathF.Pow(2, random.Next(-60, 0)),
        3 => (random.NextSingle() - 0.5f) * MathF.Min(unit, 1f) * MathF.Pow(2, random.Next(0, 90)),
        4 => float.Epsilon * random.Next(-5, 6),
        _ => random.Next(-20000, 20000) * unit,
    };
}
