using System;
using System.Linq;
using FsCheck;
using FsCheck.Fluent;
using RedGen.Compiler.Graphs;
using RedGen.Compiler.Red;
using RedGen.Compiler.Red.Probe;
using RedGen.Compiler.Tests.Passes;

namespace RedGen.Compiler.Tests.Red.Hash;

/// <summary>Layers and statistics of their inputs, as tests state them.</summary>
internal static class Layers
{
    /// <summary>A dense layer of one row of input: weights outputs × columns.</summary>
    public static ReducibleLayer Dense(float[] rows, int columns)
    {
        var author = new GraphAuthor();
        string x = author.Input(1, columns);
        string y = author.Add("Gemm", [x, author.Constant(Tensor.Of(rows, rows.Length / columns, columns))], NodeAttributes.Empty.With("transB", 1))!;
        return First(author, y);
    }

    /// <summary>A depthwise 3×3 convolution.</summary>
    public static ReducibleLayer Depthwise(float[] rows)
    {
        var author = new GraphAuthor();
        int channels = rows.Length / 9;
        string x = author.Input(1, channels, 6, 6);
        string y = author.Add("Conv", [x, author.Constant(Tensor.Of(rows, channels, 1, 3, 3))], NodeAttributes.Empty.With("group", channels), version: 11)!;
        return First(author, y);
    }

    /// <summary>Statistics of inputs without correlation.</summary>
    public static LayerStatistics Diagonal(params double[] variances) => Of([.. variances.SelectMany((v, i) => variances.Select((_, j) => i == j ? (float)v : 0f))]);

    /// <summary>Statistics of a covariance, about a mean of zero.</summary>
    public static LayerStatistics Of(float[] covariance, double[]? mean = null, bool isKnown = true)
    {
        int size = (int)Math.Sqrt(covariance.Length);
        return new LayerStatistics([mean ?? new double[size]], [[new CovarianceBlock(0, size, covariance)]], isKnown);
    }

    /// <summary>A random covariance, entries of neighbours alike: Σ over some directions of v vᵀ.</summary>
    public static float[] Correlated(Random random, int size, int directions)
    {
        var covariance = new float[size * size];
        for (int d = 0; d < directions; d++)
        {
            double common = 2 * Normal(random);
            double[] v = [.. Enumerable.Range(0, size).Select(_ => common + (0.4 * Normal(random)))];
            for (int i = 0; i < size; i++)
                for (int j = 0; j < size; j++) covariance[(i * size) + j] += (float)(v[i] * v[j] / directions);
        }

        return covariance;
    }

    /// <summary>e (C + damping · mean of the diagonal · I) eᵀ, directly.</summary>
    public static double Energy(ReadOnlySpan<float> errors, float[] covariance, double damping)
    {
        int n = errors.Length;
        double trace = 0, sum = 0;
        for (int i = 0; i < n; i++) trace += covariance[(i * n) + i];
        for (int i = 0; i < n; i++)
            for (int j = 0; j < n; j++) sum += (double)errors[i] * errors[j] * (covariance[(i * n) + j] + (i == j ? damping * trace / n : 0));
        return sum;
    }

    /// <summary>Normally distributed weights.</summary>
    public static float[] Weights(Random random, int count, double deviation = 1) => [.. Enumerable.Range(0, count).Select(_ => (float)(deviation * Normal(random)))];

    /// <summary>A standard normal number.</summary>
    public static double Normal(Random random) => Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble());

    /// <summary>Checks a property of random cases; the same ones in every run.</summary>
    public static void Check(int cases, Action<Random> assert)
        => Prop.ForAll(Arb.From(Gen.Choose(0, int.MaxValue - 1)), seed => assert(new Random(seed))).Check(Config.QuickThrowOnFailure.WithMaxTest(cases).WithReplay(20261125, 77));

    private static ReducibleLayer First(GraphAuthor author, string output)
    {
        Graph graph = Rewriting.Infer(author.ToGraph([output]));
        return ReducibleLayer.Read(graph, graph.Nodes[0])!;
    }
}
