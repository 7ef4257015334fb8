using System;
using System.Collections.Generic;
using System.Linq;
using RedGen.Compiler.Execute.Fast;
using RedGen.Compiler.Graphs;
using RedGen.Compiler.Red;
using RedGen.Compiler.Red.Probe;
using RedGen.Compiler.Tests.Passes;
using RedGen.Compiler.Tests.Red.Hash;
using Xunit;

namespace RedGen.Compiler.Tests.Red.Probe;

/// <summary>What outputs sum over, against the definition of the convolution, and the statistics of it against direct sums.</summary>
public sealed class PatchesTests
{
    private const int All = int.MaxValue;

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void Windows_are_those_of_the_convolution(int rank) => Layers.Check(40, random =>
    {
        Case given = Case.Conv(random, rank);
        AssertColumns(given, All);
    });

    [Fact]
    public void Rows_are_those_of_the_product() => Layers.Check(40, random => AssertColumns(Case.Dense(random), All));

    [Fact]
    public void Of_many_places_some_are_taken_each_once_from_every_part()
    {
        var random = new Random(2);
        Case given = Case.Conv(random, 2);
        int most = given.Places.Count / 3;
        var patches = new Patches(given.Layer, given.Samples, given.Graph, most);
        Assert.Equal(most, patches.Count);
        AssertColumns(given, most);
    }

    [Fact]
    public void Statistics_are_means_and_moments_of_the_columns() => Layers.Check(20, random =>
    {
        Case given = random.Next(2) == 0 ? Case.Conv(random, 2) : Case.Dense(random);
        foreach (bool isKnown in new[] { false, true })
        {
            LayerStatistics statistics = LayerStatistics.Measure(given.Layer, given.Samples, given.Graph, isKnown);
            Assert.Equal(isKnown, statistics.IsKnown);
            for (int g = 0; g < given.Layer.Groups; g++)
            {
                // Every place is looked at: the cases are small.
                double[][] rows = [.. given.Places.Select(p => given.Patch(p, g))];
                CovarianceBlock block = Assert.Single(statistics.Blocks[g]);
                int n = given.Layer.Columns;
                var moments = new double[n * n];
                for (int a = 0; a < n; a++)
                {
                    Assert.Equal(rows.Average(r => r[a]), statistics.Mean[g][a], 5);
                    for (int b = 0; b < n; b++) moments[(a * n) + b] = rows.Average(r => r[a] * r[b]) - (isKnown ? rows.Average(r => r[a]) * rows.Average(r => r[b]) : 0);
                }

                AssertCovariance(moments, block.Covariance, n, rows.Length);
            }
        }
    });

    /// <summary>The moments; from few patches they may be drawn towards their mean in every direction, by half at most.</summary>
    private static void AssertCovariance(double[] moments, float[] covariance, int n, int patches)
    {
        double mean = Enumerable.Range(0, n).Average(i => moments[(i * n) + i]);
        double Towards(int i) => i % (n + 1) == 0 ? mean : 0;
        int farthest = Enumerable.Range(0, n * n).MaxBy(i => Math.Abs(moments[i] - Towards(i)));
        double distance = moments[farthest] - Towards(farthest);
        double kept = patches >= 2 * n || Math.Abs(distance) < 1e-3 ? 1 : (covariance[farthest] - Towards(farthest)) / distance;
        Assert.InRange(kept, 0.5 - 1e-3, 1 + 1e-3);
        for (int i = 0; i < n * n; i++) Assert.Equal(Towards(i) + (kept * (moments[i] - Towards(i))), covariance[i], 0.001);
    }

    [Fact]
    public void Long_columns_are_cut_into_blocks()
    {
        var random = new Random(3);
        int columns = (2 * LayerStatistics.BlockColumns) + 10;
        const int Rows = 1200;
        ReducibleLayer layer = Layers.Dense(Layers.Weights(random, columns), columns);
        float[] x = Layers.Weights(random, Rows * columns);
        LayerStatistics statistics = LayerStatistics.Measure(layer, [new FastValue(x, [Rows, columns])], new GraphAuthor().ToGraph([]), isKnown: false);
        Assert.Equal([(0, 576), (576, 576), (1152, 10)], statistics.Blocks[0].Select(b => (b.Start, b.Size)));
        CovarianceBlock last = statistics.Blocks[0][2];
        Assert.Equal(Enumerable.Range(0, Rows).Average(r => (double)x[(r * columns) + 1153] * x[(r * columns) + 1160]), last.Covariance[10 + 8], 5);
    }

    [Fact]
    public void What_is_not_finite_says_nothing()
    {
        ReducibleLayer layer = Layers.Dense([1, 2, 3], 3);
        FastValue[] samples = [new FastValue([1, float.NaN, 1e30f], [1, 3]), new FastValue([3, float.PositiveInfinity, 1], [1, 3])];
        LayerStatistics statistics = LayerStatistics.Measure(layer, samples, new GraphAuthor().ToGraph([]), isKnown: true);
        Assert.Equal([2.0, 0.0], statistics.Mean[0].Take(2));
        // (1e30)² is beyond the floats: the block knows nothing, and rounding is to nearest.
        Assert.All(statistics.Blocks[0][0].Covariance, c => Assert.Equal(0f, c));
    }

    private static void AssertColumns(Case given, int most)
    {
        var patches = new Patches(given.Layer, given.Samples, given.Graph, most);
        for (int g = 0; g < given.Layer.Groups; g++)
        {
            float[] columns = patches.Read(g);
            Assert.Equal(given.Layer.Columns * patches.Count, columns.Length);
            var naive = new Queue<double[]>(given.Places.Select(p => given.Patch(p, g)));
            if (most >= given.Places.Count) Assert.Equal(given.Places.Count, patches.Count);
            for (int p = 0; p < patches.Count; p++)
            {
                double[] found = [.. Enumerable.Range(0, given.Layer.Columns).Select(j => (double)columns[(j * patches.Count) + p])];
                // Places come in order; with fewer than all, some are left out.
                while (most < given.Places.Count && !naive.Peek().SequenceEqual(found)) naive.Dequeue();
                Assert.Equal(naive.Dequeue(), found);
            }
        }
    }

    /// <summary>A layer, a batch, and its patches by definition.</summary>
    private sealed record Case(Graph Graph, ReducibleLayer Layer, FastValue[] Samples, IReadOnlyList<(int Sample, int Image, int[] At)> Places, Func<(int Sample, int Image, int[] At), int, double[]> Patch)
    {
        public static Case Conv(Random random, int rank)
        {
            int[] Some(int count, int least, int most) => [.. Enumerable.Range(0, count).Select(_ => random.Next(least, most + 1))];
            int groups = random.Next(1, 4), channels = random.Next(1, 3), outputs = groups * random.Next(1, 3), batch = random.Next(1, 3);
            int[] lengths = Some(rank, 5, rank == 3 ? 6 : 8), kernel = Some(rank, 1, 3), strides = Some(rank, 1, 3), dilations = Some(rank, 1, 2), pads = Some(2 * rank, 0, 2);
            var author = new GraphAuthor();
            string x = author.Input([batch, groups * channels, .. lengths]);
            int taps = kernel.Aggregate(1, (a, b) => a * b);
            string w = author.Constant(Tensor.Of(Layers.Weights(random, outputs * channels * taps), [outputs, channels, .. kernel]));
            NodeAttributes attributes = NodeAttributes.Empty.With("group", groups)
                .With("strides", [.. strides.Select(s => (long)s)]).With("dilations", [.. dilations.Select(s => (long)s)]).With("pads", [.. pads.Select(s => (long)s)]);
            string y = author.Add("Conv", [x, w], attributes, version: 11)!;
            Graph graph = Rewriting.Infer(author.ToGraph([y]));
            int inner = lengths.Aggregate(1, (a, b) => a * b);
            FastValue[] samples = [.. Enumerable.Range(0, 2).Select(_ => new FastValue(Layers.Weights(random, batch * groups * channels * inner), [batch, groups * channels, .. lengths]))];
            (int, int, int[])[] places =
            [
                .. from s in Enumerable.Range(0, 2)
                   from image in Enumerable.Range(0, batch)
                   from at in Grid([.. author.Lengths(y).Skip(2)])
                   select (s, image, at),
            ];
            return new Case(graph, ReducibleLayer.Read(graph, graph.Nodes[0])!, samples, places, (place, g) =>
            [
                .. from c in Enumerable.Range(0, channels)
                   from tap in Grid(kernel)
                   select Element(samples[place.Sample].Floats, ((place.Image * groups) + g) * channels + c, lengths, [.. tap.Select((t, i) => (place.At[i] * strides[i]) - pads[i] + (t * dilations[i]))]),
            ]);
        }

        public static Case Dense(Random random)
        {
            int rows = random.Next(1, 5), columns = random.Next(1, 8), outputs = random.Next(1, 5), more = random.Next(1, 3);
            bool gemm = random.Next(2) == 0, transposed = gemm && random.Next(2) == 0;
            var author = new GraphAuthor();
            int[] lengths = gemm ? [rows, columns] : [more, rows, columns];
            string x = author.Input(lengths);
            string w = author.Constant(Tensor.Of(Layers.Weights(random, outputs * columns), transposed ? [outputs, columns] : [columns, outputs]));
            string y = author.Add(gemm ? "Gemm" : "MatMul", [x, w], gemm ? NodeAttributes.Empty.With("transB", transposed ? 1 : 0) : null)!;
            Graph graph = Rewriting.Infer(author.ToGraph([y]));
            int all = lengths.Aggregate(1, (a, b) => a * b);
            FastValue[] samples = [.. Enumerable.Range(0, 3).Select(_ => new FastValue(Layers.Weights(random, all), lengths))];
            return new Case(
                graph, ReducibleLayer.Read(graph, graph.Nodes[0])!, samples,
                [.. Enumerable.Range(0, 3).SelectMany(s => Enumerable.Range(0, all / columns).Select(r => (s, r, (int[])[])))],
                (place, _) => [.. Enumerable.Range(0, columns).Select(j => (double)samples[place.Sample].Floats[(place.Image * columns) + j])]);
        }

        private static IEnumerable<int[]> Grid(int[] lengths)
            => lengths.Aggregate((IEnumerable<int[]>)[[]], (places, length) => places.SelectMany(p => Enumerable.Range(0, length).Select(i => (int[])[.. p, i])));

        /// <summary>An element of a plane; nothing outside.</summary>
        private static double Element(float[] x, int plane, int[] lengths, int[] at)
        {
            int index = plane;
            for (int i = 0; i < at.Length; i++)
            {
                if (at[i] < 0 || at[i] >= lengths[i]) return 0;
                index = (index * lengths[i]) + at[i];
            }

            return x[index];
        }
    }
}
