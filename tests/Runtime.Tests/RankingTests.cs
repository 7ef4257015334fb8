using System;
using System.Collections.Generic;
using System.Linq;
using Xunit;

namespace RedGen.Runtime.Tests;

public sealed class RankingTests
{
    [Fact]
    public void The_best_come_first_and_equal_ones_in_their_order()
    {
        var random = new Random(1);
        for (int round = 0; round < 400; round++)
        {
            int length = random.Next(1, 40);
            int count = random.Next(length + 1);
            int stride = random.Next(1, 4);
            double[] x = [.. Enumerable.Range(0, length * stride).Select(_ => random.Next(9) == 0 ? double.NaN : random.Next(-3, 4))];
            var values = new double[length * stride];
            var indices = new long[length * stride];
            bool isLargest = random.Next(2) == 0;
            if (isLargest) Ranking.Largest<double>(x, length, stride, count, values, indices);
            else Ranking.Smallest<double>(x, length, stride, count, values, indices);
            // NaN ranks above all numbers; LINQ's order is stable.
            double Key(int i) => double.IsNaN(x[i * stride]) ? double.PositiveInfinity : x[i * stride];
            IEnumerable<int> order = isLargest ? Enumerable.Range(0, length).OrderByDescending(Key) : Enumerable.Range(0, length).OrderBy(Key);
            Assert.Equal(order.Take(count).Select(i => (long)i), Enumerable.Range(0, count).Select(i => indices[i * stride]));
            Assert.All(Enumerable.Range(0, count), i => Assert.Equal(x[indices[i * stride] * stride], values[i * stride]));
        }
    }

    [Fact]
    public void Floats_are_ranked_as_doubles_are_and_come_back_as_they_were()
    {
        float[] special = [float.NaN, 0f, -0f, float.PositiveInfinity, float.NegativeInfinity, BitConverter.Int32BitsToSingle(-1), float.Epsilon, -float.Epsilon, 1f];
        var random = new Random(2);
        for (int round = 0; round < 3000; round++)
        {
            int stride = random.Next(3) == 0 ? random.Next(2, 4) : 1;
            int length = random.Next(1, 80);
            int count = random.Next(length + 1);
            float[] x = [.. Enumerable.Range(0, length * stride).Select(_ => random.Next(5) == 0 ? special[random.Next(special.Length)] : random.Next(-20, 20) * 0.5f)];
            double[] same = [.. x.Select(v => (double)v)];
            float[] values = new float[length * stride];
            double[] expectedValues = new double[length * stride];
            long[] indices = new long[length * stride];
            long[] expected = new long[length * stride];
            if (round % 2 == 0)
            {
                Ranking.Largest<float>(x, length, stride, count, values, indices);
                Ranking.Largest<double>(same, length, stride, count, expectedValues, expected);
            }
            else
            {
                Ranking.Smallest<float>(x, length, stride, count, values, indices);
                Ranking.Smallest<double>(same, length, stride, count, expectedValues, expected);
            }

            for (int i = 0; i < count; i++)
            {
                Assert.Equal(expected[i * stride], indices[i * stride]);
                Assert.Equal(BitConverter.SingleToInt32Bits(x[indices[i * stride] * stride]), BitConverter.SingleToInt32Bits(values[i * stride]));
            }
        }
    }

    [Fact]
    public void No_call_allocates()
    {
        float[] x = new Data(7).Floats(500);
        float[] values = new float[20];
        long[] indices = new long[20];
        Expect.NoAllocation(() => Ranking.Largest<float>(x, 500, 1, 20, values, indices));
    }
}
