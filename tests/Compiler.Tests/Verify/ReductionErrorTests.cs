using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using RedGen.Compiler.Diagnostics;
using RedGen.Compiler.Graphs;
using RedGen.Compiler.Options;
using RedGen.Compiler.Red.Certify;
using RedGen.Compiler.Verify.Bounds;
using RedGen.Compiler.Verify.Difference;
using RedGen.Compiler.Verify.Network;
using RedGen.Compiler.Verify.Properties;
using RedGen.Compiler.Verify.Search;
using RedGen.TestKit;
using Xunit;

namespace RedGen.Compiler.Tests.Verify;

/// <summary>The certified error of a reduction by splitting: no input exceeds it, and it is near what an attack finds.</summary>
public sealed class ReductionErrorTests
{
    private static readonly CompilerOptions Reduced = new() { Hashing = Hashing.Adaptive, Tolerance = 0.3 };
    private static readonly VerifiedBox Box = new([-1, -1, -1], [1, 1, 1]);

    [Fact]
    public void No_input_of_the_box_exceeds_the_bound_of_random_networks()
    {
        using var batch = new ModelBatch();
        var models = new List<(ModelSource Source, CompiledModel Original, CompiledModel Other)>();
        for (int seed = 0; seed < 8; seed++)
        {
            ModelSource source = RandomNetworks.Dense(new Random(seed), 3, 2).ToSource();
            models.Add((source, batch.Add("original" + seed, source, Reduced with { Hashing = Hashing.None }), batch.Add("reduced" + seed, source, Reduced)));
        }

        batch.Build();
        int near = 0;
        foreach ((ModelSource source, CompiledModel original, CompiledModel other) in models)
        {
            DifferenceOutcome whole = Run(source, 1), split = Run(source, 3000);
            Assert.True(split.Bound <= whole.Bound && split.Found <= split.Bound);
            // How many boxes are still being bounded when the search ends depends on the threads; what it found does not.
            Assert.Equal(split with { Input = [], Nodes = 0 }, Run(source, 3000, threads: 3) with { Input = [], Nodes = 0 });
            if (split.Ratio < 2) near++;
            var random = new Random(9);
            for (int s = 0; s < 300; s++)
            {
                float[] x = [.. Enumerable.Range(0, 3).Select(_ => (float)((random.NextDouble() * 2) - 1))];
                if (s == 0) x = split.Input;
                double difference = VerifierTests.Predict(original, x).Zip(VerifierTests.Predict(other, x), static (a, b) => Math.Abs((double)a - b)).Max();
                Assert.True(difference <= split.Bound, $"{original.Label}: {difference} is more than {split.Bound}");
            }
        }

        Assert.True(near >= 5, $"only {near} bounds are within twice of what was found");
    }

    [Fact]
    public void A_limit_that_intervals_miss_is_met_by_splitting_and_one_below_that_fails_the_build()
    {
        ModelSource source = RandomNetworks.Dense(new Random(1), 3, 2).ToSource();
        CompilationResult Compile(double? limit) => ModelCompiler.Compile(source, Reduced with { InputRange = "-1..1", MaxError = limit });
        double interval = Compile(null).Plan!.Reduction.Certificate!.MaxError;
        DifferenceOutcome split = Run(source, 500);
        Assert.InRange(split.Bound, split.Found, interval / 2);

        // The search ends as soon as the limit is met.
        double limit = split.Bound * 1.001;
        CompilationResult met = Compile(limit);
        Assert.True(met.Success);
        Assert.InRange(met.Plan!.Reduction.Certificate!.MaxError, split.Found, limit);
        Diagnostic missed = Assert.Single(Compile(split.Found / 2).Diagnostics, static d => d.Id == "RG0026");
        Assert.Equal(Severity.Error, missed.Severity);
    }

    [Fact]
    public void Every_value_and_difference_of_random_pairs_stays_within_its_bounds()
    {
        for (int seed = 0; seed < 30; seed++)
        {
            var random = new Random(seed);
            OnnxModelWriter writer = seed % 3 == 2 ? RandomNetworks.Convolutional(random, 3) : RandomNetworks.Dense(random, 4, 3);
            BoundNetwork original = Network(writer.ToSource(), Hashing.None);
            // Every other pair has no weight in common.
            BoundNetwork reduced = seed % 2 == 0 ? Network(writer.ToSource(), Hashing.Adaptive) : Moved(original, random);
            Assert.Equal("", FirstEscape(DifferenceNetwork.Of(original, reduced), original, reduced, random));
        }
    }

    [Fact]
    public void A_plane_that_is_wrong_is_found()
    {
        BoundNetwork original = Network(RandomNetworks.Dense(new Random(12), 4, 3).ToSource(), Hashing.None), reduced = Moved(original, new Random(5));
        BoundNetwork broken = DifferenceNetwork.Of(original, reduced);
        broken = broken with { Nodes = [.. broken.Nodes.Select(static n => n is DifferenceNode d ? d with { Function = new ClipActivation(0, 0.01) } : n)] };
        Assert.Contains(broken.Nodes, static n => n is DifferenceNode);
        Assert.NotEqual("", FirstEscape(broken, original, reduced, new Random(3)));
    }

    [Fact]
    public void Planes_enclose_differences_of_functions()
    {
        Activation[] functions = [new LeakyReluActivation(0), new LeakyReluActivation(0.3), new SigmoidActivation(false), new SigmoidActivation(true), new ClipActivation(-0.5, 2), new AbsActivation(), new ExpActivation(0)];
        var random = new Random(8);
        for (int k = 0; k < 4000; k++)
        {
            Activation function = functions[k % functions.Length];
            Interval z = Somewhere(random), other = Somewhere(random);
            double reach = random.NextDouble() * (k % 3 == 0 ? 4 : 0.1);
            var difference = new Interval(Math.Max(other.Low - z.High, -reach), Math.Min(other.High - z.Low, reach));
            if (difference.Low > difference.High) continue;
            DifferenceRelaxation planes = DifferenceRelaxation.Of(function, z, other, difference);
            Interval ends = planes.Bound();
            for (int s = 0; s < 40; s++)
            {
                double a = z.Low + ((z.High - z.Low) * (s < 4 ? s & 1 : random.NextDouble())), d = difference.Low + ((difference.High - difference.Low) * (s < 4 ? s >> 1 : random.NextDouble())), b = a + d;
                if (b < other.Low || b > other.High) continue;
                double y = function.Apply(b) - function.Apply(a);
                Assert.InRange(y, Value(planes.Below, a, b) - 1e-12, Value(planes.Above, a, b) + 1e-12);
                Assert.InRange(y, ends.Low - 1e-12, ends.High + 1e-12);
            }
        }

        static Interval Somewhere(Random random)
        {
            double low = (random.NextDouble() * 4) - 2;
            return new Interval(low, low + (random.NextDouble() * 2));
        }

        static double Value(DifferencePlane plane, double z, double other) => (plane.OfDifference * (other - z)) + (plane.OfOriginal * z) + (plane.OfReduced * other) + plane.Offset;
    }

    [Fact]
    public void A_network_differs_from_itself_by_rounding_alone()
    {
        BoundNetwork network = Network(RandomNetworks.Dense(new Random(4), 3, 2).ToSource(), Hashing.None);
        DifferenceOutcome outcome = DifferenceSearch.Run(network, network, Box, 50, 1, default);
        Assert.Equal(0, outcome.Found);
        Assert.InRange(outcome.Bound, 1e-9, 1e-3);
    }

    [SharedFact("models/acasxu-1-1")]
    public void A_deep_network_is_bounded_near_to_what_is_found()
    {
        // The box of property 1 of ACAS Xu.
        var box = new VerifiedBox([0.6, -0.5, -0.5, 0.45, -0.5], [0.679857769, 0.5, 0.5, 0.5, -0.45]);
        DifferenceOutcome? outcome = ReductionError.Run(SharedData.Load(Path.Combine(SharedData.Root, "models/acasxu-1-1/model.onnx")), new CompilerOptions(), box, 2000, 2, new DiagnosticBag(), out string problem, default);
        Assert.Equal("", problem);
        Assert.InRange(outcome!.Ratio, 1, 2);
    }

    [Fact]
    public void What_has_no_bound_says_why()
    {
        OnnxModelWriter writer = new OnnxModelWriter().Input("x", ElementType.Float32, 1, 3)
            .Initializer("w", [.. Enumerable.Range(0, 96).Select(static i => (float)Math.Sin(i))], 3, 32).Node("MatMul", "x,w", "z").Node("Bernoulli", "z", "y", static n => n.Name("odd")).Output("y", ElementType.Float32, 1, 32);
        Assert.Null(ReductionError.Run(writer.ToSource(), Reduced, Box, 10, 1, new DiagnosticBag(), out string problem, default));
        Assert.Contains("node 'odd' (Bernoulli)", problem, StringComparison.Ordinal);
    }

    private static BoundNetwork Network(ModelSource source, Hashing hashing) => NetworkBuilder.Build(ModelCompiler.Compile(source, Reduced with { Hashing = hashing }).Plan!);

    /// <summary>A network whose weights are all a little others.</summary>
    private static BoundNetwork Moved(BoundNetwork network, Random random) => network with
    {
        Nodes = [.. network.Nodes.Select(n => n is AffineNode { Rounding: not null } a ? a with { Maps = [.. a.Maps.Select(m => Moved(m, random))], Bias = [.. a.Bias.Select(b => b + ((random.NextDouble() - 0.5) * 0.2))] } : n)],
    };

    private static LinearMap Moved(LinearMap map, Random random)
    {
        var builder = new LinearMapBuilder(map.Inputs);
        for (int row = 0; row < map.Outputs; row++)
        {
            for (int k = 0; k < map.Columns(row).Length; k++) builder.Add(map.Columns(row)[k], map.Values(row)[k] + ((random.NextDouble() - 0.5) * 0.2));
            builder.EndRow();
        }

        return builder.ToMap();
    }

    /// <summary>The first value or difference that leaves its bounds at one of many points of random boxes; empty where none does.</summary>
    private static string FirstEscape(BoundNetwork pair, BoundNetwork original, BoundNetwork reduced, Random random)
    {
        var bounds = new NetworkBounds(pair);
        (ForwardPass one, ForwardPass other) = (new(original), new(reduced));
        foreach (double width in new[] { 2, 0.3, 0.01 })
        {
            double[] lower = [.. Enumerable.Range(0, original.Inputs).Select(_ => (random.NextDouble() * 2) - 1)], upper = [.. lower.Select(l => l + (width * random.NextDouble()))];
            Assert.True(bounds.Compute(lower, upper, null));
            for (int s = 0; s < 200; s++)
            {
                double[] x = [.. lower.Select((l, i) => l + ((upper[i] - l) * (s < 40 ? random.Next(2) : random.NextDouble())))];
                one.Run(x);
                other.Run(x);
                for (int n = 1; n < original.Nodes.Length; n++)
                {
                    for (int i = 0; i < original.Nodes[n].Length; i++)
                    {
                        (double a, double b) = (one.Value(n)[i], other.Value(n)[i]);
                        int place = (3 * (n - 1)) + 1;
                        foreach ((int node, double value) in new[] { (place, a), (place + 1, b), (place + 2, b - a) })
                            if (!(value >= bounds.Lower(node)[i] - 1e-12 && value <= bounds.Upper(node)[i] + 1e-12)) return FormattableString.Invariant($"{pair.Nodes[node].Name}[{i}] = {value} is outside of {bounds.Lower(node)[i]} … {bounds.Upper(node)[i]}");
                    }
                }
            }
        }

        return "";
    }

    private static DifferenceOutcome Run(ModelSource source, long nodes, int threads = 1)
    {
        DifferenceOutcome? outcome = ReductionError.Run(source, Reduced, Box, nodes, threads, new DiagnosticBag(), out string problem, default);
        Assert.Equal("", problem);
        return outcome!;
    }
}
