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
}
