using System;
using System.Collections.Generic;
using System.Collections.Immutable;
using System.Linq;
using RedGen.Compiler.Execute;
using RedGen.Compiler.Graphs;
using RedGen.Compiler.Options;
using RedGen.Compiler.Red.Certify;
using RedGen.Compiler.Verify.Bounds;
using RedGen.Compiler.Verify.Network;
using RedGen.Compiler.Verify.Properties;
using RedGen.Compiler.Verify.Search;
using RedGen.TestKit;
using Xunit;

namespace RedGen.Compiler.Tests.Verify;

/// <summary>No value that generated code computes for a point of a box leaves the bounds over the box.</summary>
public sealed class BoundSoundnessTests
{
    private const int Networks = 40;
    private const int Samples = 400;

    [Fact]
    public void Generated_code_stays_within_the_rows_of_random_networks()
    {
        using var batch = new ModelBatch();
        var models = new List<(CompiledModel Model, Random Random)>();
        for (int seed = 0; seed < Networks; seed++)
        {
            var random = new Random(seed);
            OnnxModelWriter writer = seed % 3 == 2 ? RandomNetworks.Convolutional(random, 3) : RandomNetworks.Dense(random, 1 + random.Next(6), 3);
            models.Add((batch.Add("network" + seed, writer.ToSource(), new CompilerOptions { Hashing = seed % 2 == 0 ? Hashing.None : Hashing.Adaptive }), random));
        }

        batch.Build();
        foreach ((CompiledModel model, Random random) in models)
        {
            BoundNetwork network = NetworkBuilder.Build(model.Plan);
            foreach (double width in new[] { 2.0, 0.1, 1e-6 }) AssertRowsHold(model, network, random, width);
        }
    }

    [Fact]
    public void Every_value_of_the_network_stays_within_its_bounds()
    {
        for (int seed = 0; seed < Networks; seed++)
        {
            var random = new Random(1000 + seed);
            OnnxModelWriter writer = seed % 3 == 2 ? RandomNetworks.Convolutional(random, 3) : RandomNetworks.Dense(random, 4, 3);
            BoundNetwork network = NetworkBuilder.Build(ModelCompiler.Compile(writer.ToSource(), new CompilerOptions { Hashing = Hashing.None }).Plan!);
            Assert.Equal("", FirstEscape(network, random));
        }
    }

    [Fact]
    public void A_relaxation_that_is_wrong_is_found()
    {
        // The test above would see it: an upper line through the ends' middle in place of the triangle's edge.
        var random = new Random(3);
        BoundNetwork network = NetworkBuilder.Build(ModelCompiler.Compile(RandomNetworks.Dense(new Random(12), 4, 3).ToSource(), new CompilerOptions { Hashing = Hashing.None }).Plan!);
        BoundNetwork broken = network with { Nodes = [.. network.Nodes.Select(static n => n is ActivationNode a ? a with { Function = new LowRelu() } : n)] };
        Assert.Contains(network.Nodes, static n => n is ActivationNode);
        Assert.NotEqual("", FirstEscape(broken, random));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    public void Lines_enclose_their_functions(int kind)
    {
        Activation function = kind switch
        {
            0 => new LeakyReluActivation(0),
            1 => new LeakyReluActivation(0.3),
            2 => new SigmoidActivation(false),
            3 => new SigmoidActivation(true),
            _ => new ClipActivation(-0.5, 2),
        };
        var random = new Random(kind);
        for (int i = 0; i < 2000; i++)
        {
            double scale = Math.Pow(10, random.Next(-6, 3));
            double lower = (random.NextDouble() - 0.5) * scale * 4, upper = lower + (random.NextDouble() * scale);
            Relaxation lines = function.Relax(lower, upper);
            Interval ends = function.Bound(lower, upper);
            for (int k = 0; k <= 20; k++)
            {
                double x = lower + ((upper - lower) * k / 20), y = function.Apply(x);
                Assert.InRange(y, (lines.LowerSlope * x) + lines.LowerOffset - (1e-15 * scale), (lines.UpperSlope * x) + lines.UpperOffset + (1e-15 * scale));
                Assert.InRange(y, ends.Low - (1e-15 * scale), ends.High + (1e-15 * scale));
            }
        }
    }

    /// <summary>The first value that leaves its bounds at one of many points of a random box; empty where none does.</summary>
    private static string FirstEscape(BoundNetwork network, Random random)
    {
        (double[] lower, double[] upper) = RandomBox(network.Inputs, random, 1);
        var bounds = new NetworkBounds(network);
        Assert.True(bounds.Compute(lower, upper, null));
        var forward = new ForwardPass(network);
        for (int s = 0; s < Samples; s++)
        {
            forward.Run(Point(lower, upper, random));
            for (int n = 0; n < network.Nodes.Length; n++)
            {
                for (int i = 0; i < network.Nodes[n].Length; i++)
                {
                    double value = forward.Value(n)[i];
                    if (!(value >= bounds.Lower(n)[i] - 1e-12 && value <= bounds.Upper(n)[i] + 1e-12))
                        return FormattableString.Invariant($"{network.Nodes[n].Name}[{i}] = {value} is outside of {bounds.Lower(n)[i]} … {bounds.Upper(n)[i]}");
                }
            }
        }

        return "";
    }

    private static void AssertRowsHold(CompiledModel model, BoundNetwork network, Random random, double width)
    {
        (double[] lower, double[] upper) = RandomBox(network.Inputs, random, width);
        var bounds = new NetworkBounds(network);
        Assert.True(bounds.Compute(lower, upper, null));
        ImmutableArray<Conjunction> conjunctions =
        [
            .. Enumerable.Range(0, 6).Select(_ => new Conjunction([new LinearRow([], [.. Enumerable.Range(0, network.Outputs).Select(_ => (double)random.Next(-2, 3))], 0, false)])),
        ];
        RowSet rows = RowSet.Bound(network, bounds, conjunctions, [.. Enumerable.Range(0, conjunctions.Length)]);
        int[] shape = model.Inputs[0].Shape!.ToArray();
        for (int s = 0; s < Samples / 10; s++)
        {
            float[] x = [.. Point(lower, upper, random).Select((v, i) => (float)Math.Clamp((float)v, lower[i], upper[i]))];
            double[] y = model.Run(new ReferenceTensor(ElementType.Float32, shape, [.. x.Select(static v => (double)v)]))[0].Reals!;
            for (int c = 0; c < conjunctions.Length; c++)
            {
                double value = conjunctions[c].Rows[0].Value([.. x.Select(static v => (double)v)], y);
                Assert.True(value >= rows.Least(c) - (Math.Abs(value) * 1e-15), $"{model.Label}: row {c} is {value} at a point, its bound is {rows.Least(c)}\n{model.Code}");
            }
        }
    }

    private static (double[] Lower, double[] Upper) RandomBox(int inputs, Random random, double width)
    {
        double[] lower = [.. Enumerable.Range(0, inputs).Select(_ => (double)(float)((random.NextDouble() * 2) - 1.5))];
        return (lower, [.. lower.Select(l => (double)(float)(l + (random.NextDouble() * width)))]);
    }

    private static double[] Point(double[] lower, double[] upper, Random random)
    {
        bool isCorner = random.Next(3) == 0;
        return [.. lower.Select((l, i) => l + ((upper[i] - l) * (isCorner ? random.Next(2) : random.NextDouble())))];
    }

    /// <summary>Relu with an upper line that is too low.</summary>
    private sealed record LowRelu : Activation
    {
        public override double Apply(double x) => Math.Max(x, 0);

        public override double Slope(double x) => x > 0 ? 1 : 0;

        public override bool IsLinear(double lower, double upper) => lower >= 0 || upper <= 0;

        public override Relaxation Relax(double lower, double upper)
            => lower >= 0 ? new(1, 0, 1, 0) : upper <= 0 ? Relaxation.Constant(0, 0) : new(0, 0, upper / (upper - lower), -lower * upper / (upper - lower) / 4);
    }
}
