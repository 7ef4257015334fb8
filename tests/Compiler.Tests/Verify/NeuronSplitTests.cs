using System;
using System.Collections.Immutable;
using System.Linq;
using System.Threading;
using RedGen.Compiler.Options;
using RedGen.Compiler.Red.Certify;
using RedGen.Compiler.Verify.Bounds;
using RedGen.Compiler.Verify.Network;
using RedGen.Compiler.Verify.Properties;
using RedGen.Compiler.Verify.Search;
using RedGen.TestKit;
using Xunit;

namespace RedGen.Compiler.Tests.Verify;

/// <summary>Splits of neurons, optimised slopes and multipliers: no point of a part leaves its bounds, and verdicts are right.</summary>
public sealed class NeuronSplitTests
{
    private const int Networks = 40;
    private const int Samples = 3000;

    private static readonly AscentPlan Plan = new(15, 0.2, 0.2, 0.95);

    [Fact]
    public void Bounds_with_optimised_slopes_and_multipliers_hold_in_every_part()
    {
        int inside = 0, better = 0;
        for (int seed = 0; seed < Networks; seed++)
        {
            BoundNetwork network = Network(seed);
            (string problem, int points, int gains) = FirstEscape(network, new Random(seed));
            Assert.Equal("", problem);
            inside += points;
            better += gains;
        }

        Assert.True(inside > Networks * 100, $"only {inside} points were in their parts");
        Assert.True(better > Networks, $"ascent made only {better} bounds better");
    }

    [Fact]
    public void A_slope_range_that_is_wrong_is_found()
        => Assert.Contains(Enumerable.Range(0, 10), static seed => FirstEscape(Broken(Network(seed)), new Random(seed)).Problem.Length > 0);

    [Fact]
    public void Layers_tightened_by_ascent_and_by_splits_still_hold_every_value()
    {
        int tighter = 0;
        for (int seed = 0; seed < Networks; seed++)
        {
            BoundNetwork network = Network(seed);
            var random = new Random(seed);
            (double[] lower, double[] upper) = Box(network, random);
            NetworkBounds bounds = Bounds(network, lower, upper), plain = new(network);
            Assert.True(plain.Compute(lower, upper, null));
            tighter += Enumerable.Range(0, network.Nodes.Length).Sum(n => Enumerable.Range(0, network.Nodes[n].Length).Count(i => bounds.Lower(n)[i] > plain.Lower(n)[i] + 1e-6 || bounds.Upper(n)[i] < plain.Upper(n)[i] - 1e-6));
            var forward = new ForwardPass(network);
            for (int s = 0; s < Samples; s++)
            {
                forward.Run(Point(lower, upper, random));
                for (int n = 0; n < network.Nodes.Length; n++)
                    for (int i = 0; i < network.Nodes[n].Length; i++)
                        Assert.InRange(forward.Value(n)[i], bounds.Lower(n)[i] - 1e-12, bounds.Upper(n)[i] + 1e-12);
            }
        }

        Assert.True(tighter > Networks, $"only {tighter} elements have better bounds");
    }

    [Fact]
    public void Verdicts_agree_with_samples()
    {
        int holds = 0, violated = 0;
        for (int seed = 0; seed < Networks; seed++)
        {
            BoundNetwork network = Network(seed);
            var random = new Random(seed);
            (double[] lower, double[] upper) = Box(network, random);
            var forward = new ForwardPass(network);
            double[] values = [.. Enumerable.Range(0, Samples).Select(_ => Difference(forward.Run(Point(lower, upper, random))))];
            (double least, double most) = (values.Min(), values.Max());
            foreach (double share in new[] { 0.5, 0.95, 1.1, 1.5 })
            {
                double limit = least + (share * (most - least));
                (bool isViolated, bool isProven, _) = Search(network, lower, upper, limit, 1);
                // A sample above the limit is a counterexample: a proof would be wrong.
                if (most > limit + 1e-6) Assert.False(isProven);
                holds += isProven ? 1 : 0;
                violated += isViolated ? 1 : 0;
            }
        }

        Assert.True(holds >= Networks && violated >= Networks, $"{holds} hold, {violated} are violated");
    }

    [Fact]
    public void Threads_change_neither_the_verdict_nor_the_search()
    {
        for (int seed = 0; seed < 6; seed++)
        {
            BoundNetwork network = Network(seed);
            (double[] lower, double[] upper) = Box(network, new Random(seed));
            Assert.Single(new[] { 1, 2, 3 }.Select(threads => Search(network, lower, upper, 0.2, threads)).Distinct());
        }
    }

    private static BoundNetwork Network(int seed)
    {
        var random = new Random(seed);
        OnnxModelWriter writer = seed % 4 == 3 ? RandomNetworks.Convolutional(random, 2) : RandomNetworks.Dense(random, 2 + random.Next(5), 2);
        return NetworkBuilder.Build(ModelCompiler.Compile(writer.ToSource(), new CompilerOptions { Hashing = Hashing.None }).Plan!);
    }

    private static BoundNetwork Broken(BoundNetwork network)
        => network with { Nodes = [.. network.Nodes.Select(static n => n is ActivationNode { Function: LeakyReluActivation } a ? a with { Function = new SteepRelu() } : n)] };

    private static NetworkBounds Bounds(BoundNetwork network, double[] lower, double[] upper)
    {
        var bounds = new NetworkBounds(network);
        var refinement = new LayerRefinement(network, 6, 2);
        var tightening = new SlopeTightening([new LagrangianPass(network), new LagrangianPass(network)], Plan, (node, index, elements) => refinement.Run(bounds, node, index, elements, CancellationToken.None));
        Assert.True(bounds.Compute(lower, upper, null, tightening));
        return bounds;
    }

    /// <summary>Bounds rows over parts around points of a box, and looks for points of the same parts that leave them.</summary>
    private static (string Problem, int Inside, int Better) FirstEscape(BoundNetwork network, Random random)
    {
        const int Parts = 12;
        (double[] lower, double[] upper) = Box(network, random);
        NetworkBounds bounds = Bounds(network, lower, upper);
        var forward = new ForwardPass(network);
        NeuronSplit?[] chains = [.. Enumerable.Range(0, Parts).Select(_ => Chain(network, bounds, forward, Point(lower, upper, random), random))];
        LinearRow[] rows = [.. Enumerable.Range(0, Parts).Select(_ => new LinearRow([], [random.NextDouble() - 0.5, random.NextDouble() - 0.5], 0, false))];
        double[][] found = [.. new[] { Plan with { Steps = 0 }, Plan }.Select(plan => Bound(network, bounds, chains, rows, plan))];
        int inside = 0;
        for (int s = 0; s < Samples; s++)
        {
            double[] x = Point(lower, upper, random);
            double[] y = forward.Run(x).ToArray();
            for (int k = 0; k < Parts; k++)
            {
                if (!IsIn(chains[k], forward)) continue;
                inside++;
                foreach (double[] bound in found)
                    if (rows[k].Value(x, y) < bound[k] - 1e-12) return (FormattableString.Invariant($"row {k} is {rows[k].Value(x, y)}, its bound {bound[k]}"), inside, 0);
            }
        }

        return ("", inside, Enumerable.Range(0, Parts).Count(k => found[1][k] > found[0][k] + 1e-9));
    }

    private static double[] Bound(BoundNetwork network, NetworkBounds bounds, NeuronSplit?[] chains, LinearRow[] rows, AscentPlan plan)
    {
        var pass = new LagrangianPass(network);
        pass.Start(bounds, rows.Length, network.Output + 1);
        for (int k = 0; k < rows.Length; k++)
        {
            pass.Row(k, rows[k]);
            pass.Part(k, chains[k], [], null);
        }

        pass.Ascend(network.Output, plan, isEnough: false, keeps: true, rows.Length);
        return [.. Enumerable.Range(0, rows.Length).Select(pass.Best)];
    }

    /// <summary>A few splits that a point fulfils.</summary>
    private static NeuronSplit? Chain(BoundNetwork network, NetworkBounds bounds, ForwardPass forward, double[] x, Random random)
    {
        forward.Run(x);
        (int Node, int Source, int Element)[] bent = [.. Enumerable.Range(0, network.Nodes.Length).Where(n => network.Nodes[n] is ActivationNode).SelectMany(n => bounds.Bent(n).ToArray().Select(i => (n, network.Nodes[n].Sources[0], i)))];
        NeuronSplit? chain = null;
        for (int k = 0; k < Math.Min(4, bent.Length); k++)
        {
            (int node, int source, int element) = bent[random.Next(bent.Length)];
            (double lower, double upper) = NeuronSplit.Narrow(chain, bounds, source, element);
            Activation function = ((ActivationNode)network.Nodes[node]).Function;
            if (function.IsLinear(lower, upper)) continue;
            double point = function.SplitPoint(lower, upper);
            chain = new NeuronSplit(chain, source, element, point, forward.Value(source)[element] > point);
        }

        return chain;
    }

    private static bool IsIn(NeuronSplit? chain, ForwardPass forward)
    {
        for (NeuronSplit? split = chain; split is not null; split = split.Parent)
        {
            double value = forward.Value(split.Node)[split.Element];
            if (split.IsAbove ? value < split.Point : value > split.Point) return false;
        }

        return true;
    }

    private static (bool IsViolated, bool IsProven, long Nodes) Search(BoundNetwork network, double[] lower, double[] upper, double limit, int threads)
    {
        // A counterexample: y₀ − y₁ ≥ limit.
        ImmutableArray<Conjunction> conjunctions = [new Conjunction([new LinearRow([], [-1, 1], limit, false)])];
        var box = new VerifiedBox([.. lower], [.. upper]);
        var search = new NeuronSearch(network, new AttackTarget(box, conjunctions, new Witness(new FloatBox(box), conjunctions, x => Run(network, x))), threads, CancellationToken.None);
        bool ended = search.Run(400, null);
        return (search.Counterexample is not null, ended && search.Counterexample is null && !search.IsStuck, search.Nodes);
    }

    private static float[] Run(BoundNetwork network, float[] x) => [.. new ForwardPass(network).Run([.. x.Select(static v => (double)v)]).ToArray().Select(static v => (float)v)];

    private static double Difference(ReadOnlySpan<double> y) => y[0] - y[1];

    private static (double[] Lower, double[] Upper) Box(BoundNetwork network, Random random)
    {
        double[] lower = [.. Enumerable.Range(0, network.Inputs).Select(_ => (double)(float)((random.NextDouble() * 2) - 1.5))];
        return (lower, [.. lower.Select(l => (double)(float)(l + random.NextDouble()))]);
    }

    private static double[] Point(double[] lower, double[] upper, Random random)
    {
        bool isCorner = random.Next(3) == 0;
        return [.. lower.Select((l, i) => l + ((upper[i] - l) * (isCorner ? random.Next(2) : random.NextDouble())))];
    }

    /// <summary>Relu that allows lower lines steeper than itself.</summary>
    private sealed record SteepRelu : Activation
    {
        private static readonly LeakyReluActivation Relu = new(0);

        public override double Apply(double x) => Relu.Apply(x);

        public override double Slope(double x) => Relu.Slope(x);

        public override bool IsLinear(double lower, double upper) => Relu.IsLinear(lower, upper);

        public override Relaxation Relax(double lower, double upper) => Relu.Relax(lower, upper);

        public override Interval LowerSlopes(double lower, double upper) => new(-1, 2);

        public override double SplitPoint(double lower, double upper) => 0;
    }
}
