using System;
using System.Collections.Generic;
using System.Collections.Immutable;
using System.Linq;
using System.Threading;
using RedGen.Compiler.Verify.Bounds;
using RedGen.Compiler.Verify.Network;

namespace RedGen.Compiler.Verify.Search;

/// <summary>
/// Splits regions at a neuron each and bounds the parts. Neurons that lose much to their relaxations are candidates; the parts that each would give
/// are bounded once, and the best one's parts get a bound by gradient ascent (filtered smart branching, De Palma et al. 2021, after Bunel et
/// al. 2020). Not for several threads at once.
/// </summary>
internal sealed class NeuronExpansion(BoundNetwork network, NetworkBounds bounds, AttackTarget? target)
{
    /// <summary>Candidates of a region.</summary>
    private const int Candidates = 3;

    /// <summary>Functionals of a batch.</summary>
    private const int Functionals = 32;

    /// <summary>Steps of an attack from the points where the bounds of regions are taken.</summary>
    private const int AttackSteps = 8;

    private static readonly AscentPlan Once = new(0, 0, 0, 1);
    private static readonly AscentPlan Parts = new(5, 0.2, 0.2, 0.8);

    private readonly LagrangianPass _pass = new(network);
    private readonly BatchAttack _attack = new(network, Functionals / 2);
    private readonly List<(double Score, int Node, int Element)> _scores = [];

    /// <summary>Splits regions.</summary>
    /// <param name="regions">The regions, half as many as a batch has functionals at most.</param>
    /// <param name="attacks">Whether counterexamples are looked for.</param>
    /// <param name="cancellationToken">Ends the expansion.</param>
    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
    public NeuronOutcome Run(ReadOnlySpan<NeuronRegion> regions, bool attacks, CancellationToken cancellationToken)
    {
        var candidates = new List<NeuronRegion>();
        var firsts = new int[regions.Length + 1];
        var points = new double[regions.Length][];
        Bound(regions, Once, keeps: false);
        _pass.Follow(regions[0].Objective.From);
        for (int r = 0; r < regions.Length; r++)
        {
            _pass.Point(r, points[r] = new double[network.Inputs]);
            FindCandidates(regions[r], r, candidates);
            firsts[r + 1] = candidates.Count;
        }

        if (attacks && target is not null && _attack.Run(target, regions[0].Owner, points, AttackSteps, cancellationToken) is { } found) return new NeuronOutcome([], found, []);
        double[] ahead = LookAhead(candidates, cancellationToken);
        var parts = new List<NeuronRegion>();
        var stuck = new List<NeuronRegion>();
        for (int r = 0; r < regions.Length; r++)
        {
            int best = -1;
            double score = double.NegativeInfinity;
            for (int c = firsts[r]; c < firsts[r + 1]; c += 2)
            {
                double own = Gain(regions[r].Bound, ahead[c]) * Gain(regions[r].Bound, ahead[c + 1]);
                if (own > score) (best, score) = (c, own);
            }

            if (best < 0)
            {
                stuck.Add(regions[r]);
                continue;
            }

            for (int c = best; c < best + 2; c++)
                if (!(ahead[c] > 0)) parts.Add(candidates[c]);
        }

        cancellationToken.ThrowIfCancellationRequested();
        return new NeuronOutcome(Ascend(parts), null, [.. stuck]);
    }

    /// <summary>How much better than the region's bound a part's is, at most what a proof needs.</summary>
    private static double Gain(double bound, double ahead) => Math.Max(Math.Min(ahead, 0) - bound, 1e-6 * Math.Abs(bound));

    /// <summary>Bounds regions by gradient ascent.</summary>
    /// <returns>Those that are not proven.</returns>
    public ImmutableArray<NeuronRegion> Ascend(IReadOnlyList<NeuronRegion> parts)
    {
        ImmutableArray<NeuronRegion>.Builder left = ImmutableArray.CreateBuilder<NeuronRegion>();
        for (int start = 0; start < parts.Count; start += Functionals)
        {
            NeuronRegion[] some = [.. parts.Skip(start).Take(Functionals)];
            Bound(some, Parts, keeps: true);
            for (int k = 0; k < some.Length; k++)
            {
                double best = _pass.Best(k);
                if (best > 0) continue;
                left.Add(some[k] with { Bound = Math.Max(best, some[k].Bound), Multipliers = _pass.Multipliers(k), Slopes = _pass.Slopes(k) ?? some[k].Slopes });
            }
        }

        return left.ToImmutable();
    }

    private double[] LookAhead(List<NeuronRegion> candidates, CancellationToken cancellationToken)
    {
        var ahead = new double[candidates.Count];
        for (int start = 0; start < ahead.Length; start += Functionals)
        {
            cancellationToken.ThrowIfCancellationRequested();
            NeuronRegion[] some = [.. candidates.GetRange(start, Math.Min(Functionals, ahead.Length - start))];
            Bound(some, Once, keeps: false);
            for (int k = 0; k < some.Length; k++) ahead[start + k] = _pass.Best(k);
        }

        return ahead;
    }

    private void Bound(ReadOnlySpan<NeuronRegion> regions, AscentPlan plan, bool keeps)
    {
        int from = regions[0].Objective.From;
        _pass.Start(bounds, regions.Length, from + 1);
        for (int k = 0; k < regions.Length; k++)
        {
            NeuronRegion region = regions[k];
            region.Objective.AddTo(_pass, k, bounds);
            _pass.Part(k, region.Chain, region.Multipliers, region.Slopes);
        }

        _pass.Ascend(from, plan, isEnough: true, keeps, regions.Length);
    }

    /// <summary>The neurons that lose most: their lines' distance from the function times the factor, and both parts of each.</summary>
    private void FindCandidates(NeuronRegion region, int functional, List<NeuronRegion> candidates)
    {
        _scores.Clear();
        for (int n = 1; n <= region.Objective.From; n++)
        {
            if (network.Nodes[n] is not ActivationNode node || !_pass.Reached(n)) continue;
            ReadOnlySpan<double> factors = _pass.At(n);
            foreach (int i in bounds.Bent(n))
            {
                (double lower, double upper) = NeuronSplit.Narrow(region.Chain, bounds, node.Source, i);
                if (node.Function.IsLinear(lower, upper)) continue;
                double factor = factors[(i * _pass.Count) + functional];
                double point = node.Function.SplitPoint(lower, upper);
                if (factor == 0 || !(point > lower && point < upper)) continue;
                double loss = _pass.Loss(n, i, functional, point);
                if (loss > 0) _scores.Add((loss, node.Source, i));
            }
        }

        _scores.Sort(static (a, b) => a.Score != b.Score ? b.Score.CompareTo(a.Score) : a.Node != b.Node ? a.Node.CompareTo(b.Node) : a.Element.CompareTo(b.Element));
        for (int c = 0; c < Math.Min(Candidates, _scores.Count); c++)
        {
            (_, int source, int element) = _scores[c];
            double point = Point(region, source, element);
            foreach (bool isAbove in (ReadOnlySpan<bool>)[false, true]) candidates.Add(region with { Chain = new NeuronSplit(region.Chain, source, element, point, isAbove) });
        }
    }

    private double Point(NeuronRegion region, int source, int element)
    {
        (double lower, double upper) = NeuronSplit.Narrow(region.Chain, bounds, source, element);
        foreach (BoundNode node in network.Nodes)
            if (node is ActivationNode a && a.Source == source && !a.Function.IsLinear(lower, upper)) return a.Function.SplitPoint(lower, upper);
        return lower + ((upper - lower) / 2);
    }
}

/// <summary>What came of regions.</summary>
/// <param name="Parts">The parts that are left.</param>
/// <param name="Counterexample">An input that generated code confirmed; null: none found.</param>
/// <param name="Stuck">Regions that no split of a neuron makes smaller.</param>
internal sealed record NeuronOutcome(ImmutableArray<NeuronRegion> Parts, float[]? Counterexample, ImmutableArray<NeuronRegion> Stuck);
