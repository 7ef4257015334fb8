using System;
using System.Collections.Generic;
using System.Collections.Immutable;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;
using RedGen.Compiler.Execute;
using RedGen.Compiler.Plan;
using RedGen.Compiler.Verify.Bounds;
using RedGen.Compiler.Verify.Check;
using RedGen.Compiler.Verify.Difference;
using RedGen.Compiler.Verify.Network;
using RedGen.Compiler.Verify.Properties;
using RedGen.Compiler.Verify.Search;

namespace RedGen.Compiler.Verify.Sampling;

/// <summary>A value that left its bounds: one of the analysis' steps is wrong.</summary>
/// <param name="Round">The number of the box, from which it can be made again.</param>
/// <param name="Bounds">Whose bounds: the search's, the checker's, or those of differences.</param>
/// <param name="Value">The value's name.</param>
/// <param name="Element">Its element.</param>
/// <param name="Found">What it was.</param>
/// <param name="Lower">What it should be at least.</param>
/// <param name="Upper">And at most.</param>
/// <param name="Input">For which input.</param>
public sealed record Escape(long Round, string Bounds, string Value, int Element, double Found, double Lower, double Upper, ImmutableArray<double> Input);

/// <summary>What a sampling saw.</summary>
/// <param name="Points">Points that were run.</param>
/// <param name="Boxes">Boxes that they were in.</param>
/// <param name="Values">Values that were held against bounds.</param>
/// <param name="Escapes">Those outside; the first of each box.</param>
public sealed record SamplingOutcome(long Points, long Boxes, long Values, ImmutableArray<Escape> Escapes);

/// <summary>
/// Holds the values of a network at random points against its bounds over random boxes: as real numbers, as float32 code of some order of sums computes them, and what generated code gives. A proof of soundness is in docs/verification.md;
/// this would see a slip in it, or in the code. Deterministic for any number of threads.
/// </summary>
public static class SoundnessSampling
{
    private const int PointsOfBox = 250;

    /// <summary>What the real values lose to doubles, relative to the bounds.</summary>
    private const double Slack = 1e-12;

    /// <summary>Samples random networks, pairs of them among these.</summary>
    /// <param name="points">Points in all, rounded up to whole boxes.</param>
    /// <param name="threads">Threads.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
    public static SamplingOutcome OfRandomNetworks(long points, int threads, CancellationToken cancellationToken) => Run(points, threads, static (round, random) =>
    {
        BoundNetwork network = RandomNetwork.Of(random, isOfLayers: round % 3 == 0);
        double[] lower = [.. Enumerable.Range(0, network.Inputs).Select(_ => (random.NextUnit() * 4) - 2)], upper = [.. lower.Select(static l => l + 2)];
        return new Rounds(network, round % 3 == 1 ? RandomNetwork.Moved(network, random) : null, lower, upper, null);
    }, cancellationToken);

    /// <summary>Samples a model.</summary>
    /// <param name="plan">The compiled model.</param>
    /// <param name="box">The inputs; the boxes are parts of it.</param>
    /// <param name="predict">Runs the generated code; from several threads at once.</param>
    /// <param name="points">Points in all, rounded up to whole boxes.</param>
    /// <param name="threads">Threads.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <exception cref="UnverifiableException">The model has parts without bounds.</exception>
    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
    internal static SamplingOutcome Of(ExecutionPlan plan, VerifiedBox box, Func<float[], float[]> predict, long points, int threads, CancellationToken cancellationToken)
    {
        BoundNetwork network = NetworkBuilder.Build(plan);
        return Run(points, threads, (_, _) => new Rounds(network, null, [.. box.Lower], [.. box.Upper], predict), cancellationToken);
    }

    /// <summary>Samples one network: for tests of a network that is broken on purpose.</summary>
    internal static SamplingOutcome Of(BoundNetwork network, VerifiedBox box, long points) => Run(points, 1, (_, _) => new Rounds(network, null, [.. box.Lower], [.. box.Upper], null), default);

    private static SamplingOutcome Run(long points, int threads, Func<long, SplitMix64, Rounds> make, CancellationToken cancellationToken)
    {
        long boxes = (points + PointsOfBox - 1) / PointsOfBox, values = 0;
        var escapes = new SortedDictionary<long, Escape>();
        Parallel.For(0, boxes, new ParallelOptions { MaxDegreeOfParallelism = Math.Max(1, threads), CancellationToken = cancellationToken }, round =>
        {
            var random = new SplitMix64(0x50DAUL + ((ulong)round * 0x9E3779B97F4A7C15UL));
            Rounds sampling = make(round, random);
            Escape? found = sampling.Box(round, random, out long count);
            Interlocked.Add(ref values, count);
            if (found is null) return;
            lock (escapes) escapes.Add(round, found);
        });
        return new SamplingOutcome(boxes * PointsOfBox, boxes, values, [.. escapes.Values]);
    }

    /// <summary>A network, another one of its structure or none, the inputs, and the code or none.</summary>
    private sealed record Rounds(BoundNetwork Network, BoundNetwork? Other, double[] Lower, double[] Upper, Func<float[], float[]>? Predict)
    {
        /// <summary>Samples a part of the inputs.</summary>
        public Escape? Box(long round, SplitMix64 random, out long values)
        {
            values = 0;
            double share = Math.Pow(10, -4 * random.NextUnit());
            double[] lower = [.. Lower.Select((l, i) => (double)(float)(l + ((Upper[i] - l) * (1 - share) * random.NextUnit())))], upper = [.. lower.Select((l, i) => Math.Max(l, (double)(float)(l + ((Upper[i] - Lower[i]) * share))))];
            var held = new List<Held> { new("search", Searched(Network, lower, upper), false) };
            if (Checked(lower, upper) is { } own) held.Add(new Held("checker", own, false));
            if (Other is not null) held.Add(new Held("differences", Searched(DifferenceNetwork.Of(Network, Other), lower, upper), true));
            var passes = new Passes(Network, Other);
            for (int k = 0; k < PointsOfBox; k++)
            {
                double[] x = [.. lower.Select((l, i) => (double)(float)(l + ((upper[i] - l) * (k < 64 ? random.NextIndex(2) : random.NextUnit()))))];
                for (int i = 0; i < x.Length; i++) x[i] = Math.Min(Math.Max(x[i], lower[i]), upper[i]);
                passes.Run(x, random);
                foreach (Held bounds in held)
                {
                    if (passes.First(bounds, ref values) is { } escape) return new Escape(round, bounds.Name, Network.Nodes[escape.Node].Name, escape.Element, escape.Value, escape.Low, escape.High, [.. x]);
                }

                if (Predict is not null && CodeEscape(held[0], x, ref values) is { } of) return new Escape(round, "generated code", "output", of.Element, of.Value, of.Low, of.High, [.. x]);
            }

            return null;
        }

        private (int Node, int Element, double Value, double Low, double High)? CodeEscape(Held bounds, double[] x, ref long values)
        {
            float[] y = Predict!([.. x.Select(static v => (float)v)]);
            (double[] low, double[] high) = bounds.Ends[Network.Output];
            values += y.Length;
            for (int i = 0; i < y.Length; i++)
                if (!(y[i] >= low[i] && y[i] <= high[i])) return (Network.Output, i, y[i], low[i], high[i]);
            return null;
        }

        private static (double[] Low, double[] High)[] Searched(BoundNetwork network, double[] lower, double[] upper)
        {
            var bounds = new NetworkBounds(network);
            bounds.Compute(lower, upper, null);
            return [.. Enumerable.Range(0, network.Nodes.Length).Select(n => (bounds.Lower(n).ToArray(), bounds.Upper(n).ToArray()))];
        }

        /// <summary>The checker's bounds, of networks that it knows.</summary>
        private (double[] Low, double[] High)[]? Checked(double[] lower, double[] upper)
        {
            try
            {
                var bounds = new LeafBounds(Network);
                bounds.Proves(lower, upper, [], out _);
                return [.. Enumerable.Range(0, Network.Nodes.Length).Select(n => (bounds.Lower(n), bounds.Upper(n)))];
            }
            catch (UnverifiableException)
            {
                return null;
            }
        }
    }

    /// <summary>Bounds by node.</summary>
    private sealed record Held(string Name, (double[] Low, double[] High)[] Ends, bool IsOfPair);

    /// <summary>A point's values: as real numbers and as float32 code computes them, of both networks.</summary>
    private sealed class Passes(BoundNetwork network, BoundNetwork? other)
    {
        private readonly ForwardPass _real = new(network);
        private readonly Float32Pass _float = new(network);
        private readonly ForwardPass? _otherReal = other is null ? null : new(other);
        private readonly Float32Pass? _otherFloat = other is null ? null : new(other);

        public void Run(double[] x, SplitMix64 random)
        {
            _real.Run(x);
            _float.Run(x, random);
            _otherReal?.Run(x);
            _otherFloat?.Run(x, random);
        }

        /// <summary>The first value outside of its bounds.</summary>
        public (int Node, int Element, double Value, double Low, double High)? First(Held bounds, ref long values)
        {
            for (int n = 1; n < network.Nodes.Length; n++)
            {
                int place = bounds.IsOfPair ? DifferenceNetwork.OriginalOf(3 * n) : n;
                ReadOnlySpan<double> real = _real.Value(n), code = _float.Value(n);
                if (First(real, code, bounds.Ends[place]) is { } own) return (n, own.Element, own.Value, own.Low, own.High);
                values += 2 * real.Length;
                if (!bounds.IsOfPair) continue;
                ReadOnlySpan<double> otherReal = _otherReal!.Value(n), otherCode = _otherFloat!.Value(n);
                if (First(otherReal, otherCode, bounds.Ends[place + 1]) is { } second) return (n, second.Element, second.Value, second.Low, second.High);
                if (First(Difference(otherReal, real), Difference(otherCode, code), bounds.Ends[place + 2]) is { } apart) return (n, apart.Element, apart.Value, apart.Low, apart.High);
                values += 4 * real.Length;
            }

            return null;
        }

        private static double[] Difference(ReadOnlySpan<double> a, ReadOnlySpan<double> b)
        {
            var result = new double[a.Length];
            for (int i = 0; i < result.Length; i++) result[i] = a[i] - b[i];
            return result;
        }

        private static (int Element, double Value, double Low, double High)? First(ReadOnlySpan<double> real, ReadOnlySpan<double> code, (double[] Low, double[] High) ends)
        {
            for (int i = 0; i < real.Length; i++)
            {
                (double low, double high) = (ends.Low[i], ends.High[i]);
                double slack = Slack * (1 + Math.Min(double.MaxValue, Math.Max(Math.Abs(low), Math.Abs(high))));
                if (!(real[i] >= low - slack && real[i] <= high + slack)) return (i, real[i], low, high);
                if (!(code[i] >= low && code[i] <= high)) return (i, code[i], low, high);
            }

            return null;
        }
    }
}
