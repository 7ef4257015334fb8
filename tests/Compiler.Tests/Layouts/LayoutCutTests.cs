using System;
using System.Collections.Generic;
using System.Linq;
using RedGen.Compiler.Plan.Layouts;
using Xunit;

namespace RedGen.Compiler.Tests.Layouts;

/// <summary>The minimal cut against all divisions of small networks.</summary>
public sealed class LayoutCutTests
{
    [Fact]
    public void No_division_is_cheaper()
    {
        var random = new Random(5);
        for (int i = 0; i < 300; i++)
        {
            int nodes = random.Next(3, 10);
            (int From, int To, long Capacity)[] edges = [.. Enumerable.Range(0, random.Next(1, 25)).Select(_ => (random.Next(nodes), random.Next(nodes), (long)random.Next(1, 20)))];
            var cut = new LayoutCut();
            for (int n = 2; n < nodes; n++) cut.AddNode();
            foreach ((int from, int to, long capacity) in edges) cut.AddEdge(from, to, capacity);
            bool[] sides = cut.Divide();
            Assert.True(sides[LayoutCut.Source] && !sides[LayoutCut.Sink]);
            long least = Enumerable.Range(0, 1 << (nodes - 2)).Min(set => Cost(edges, n => n == LayoutCut.Source || (n > 1 && (set >> (n - 2) & 1) != 0)));
            Assert.Equal(least, Cost(edges, n => sides[n]));
        }
    }

    private static long Cost(IEnumerable<(int From, int To, long Capacity)> edges, Func<int, bool> isSource)
        => edges.Where(e => isSource(e.From) && !isSource(e.To)).Sum(e => e.Capacity);
}
