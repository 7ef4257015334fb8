using System.Collections.Immutable;
using System.Threading;
using RedGen.Compiler.Verify.Bounds;
using RedGen.Compiler.Verify.Network;
using RedGen.Compiler.Verify.Properties;

namespace RedGen.Compiler.Verify.Search;

/// <summary>Proves a region, finds a counterexample in it, or splits it. The memory is used again; not for several threads at once.</summary>
internal sealed class RegionAnalysis
{
    /// <summary>Steps of an attack inside a region.</summary>
    private const int Projections = 6;

    /// <summary>Splits from one attacked region to the next below it: an attack takes about as long as the bounds.</summary>
    private const int AttackDepths = 4;

    private readonly BoundNetwork _network;
    private readonly ImmutableArray<PropertyCase> _cases;
    private readonly ImmutableArray<Witness> _witnesses;
    private readonly NetworkBounds _bounds;
    private readonly Projection _projection;

    /// <summary>Makes an analysis.</summary>
    public RegionAnalysis(BoundNetwork network, ImmutableArray<PropertyCase> cases, ImmutableArray<Witness> witnesses)
    {
        _network = network;
        _cases = cases;
        _witnesses = witnesses;
        _bounds = new NetworkBounds(network);
        _projection = new Projection(network);
    }

    /// <summary>Analyses a region.</summary>
    /// <exception cref="System.OperationCanceledException">The token was cancelled.</exception>
    public RegionOutcome Run(SearchRegion region, CancellationToken cancellationToken)
    {
        if (!_bounds.Compute(region.Lower, region.Upper, region.Known, cancellationToken: cancellationToken)) return RegionOutcome.Proven;
        ImmutableArray<Conjunction> conjunctions = _cases[region.Case].Conjunctions;
        RowSet rows = RowSet.Bound(_network, _bounds, conjunctions, region.Alive);
        ImmutableArray<int> alive = rows.Alive;
        if (alive.IsEmpty) return RegionOutcome.Proven;
        double[] lower = (double[])region.Lower.Clone(), upper = (double[])region.Upper.Clone();
        if (region.Depth % AttackDepths == 0 && Candidate(region, rows, lower, upper) is { } found) return new RegionOutcome([], found, false);
        if (!rows.Clip(lower, upper)) return RegionOutcome.Proven;
        int input = new SplitChoice(_network, _bounds, rows).Choose(lower, upper);
        return input < 0 ? new RegionOutcome([], null, true) : Split(region, alive, lower, upper, input, rows.Distance);
    }

    private RegionOutcome Split(SearchRegion region, ImmutableArray<int> alive, double[] lower, double[] upper, int input, double distance)
    {
        var known = new BoundSnapshot(_network, _bounds);
        double middle = lower[input] + ((upper[input] - lower[input]) / 2);
        double[] left = (double[])upper.Clone(), right = (double[])lower.Clone();
        left[input] = right[input] = middle;
        return new RegionOutcome(
            [
                new SearchRegion(region.Case, lower, left, alive, known, distance, region.Depth + 1),
                new SearchRegion(region.Case, right, upper, alive, known, distance, region.Depth + 1),
            ],
            null,
            false);
    }

    /// <summary>Tries a few projections from the middle of the region, and from the corner where the row that is nearest to a proof is least.</summary>
    private float[]? Candidate(SearchRegion region, RowSet rows, double[] lower, double[] upper)
    {
        var point = new double[lower.Length];
        foreach (int c in rows.Alive)
        {
            for (int i = 0; i < point.Length; i++) point[i] = lower[i] + ((upper[i] - lower[i]) / 2);
            if (Try(region, c, point, lower, upper) is { } found) return found;
        }

        rows.Corner(lower, upper, point);
        return Try(region, rows.Alive[0], point, lower, upper);
    }

    private float[]? Try(SearchRegion region, int conjunction, double[] point, double[] lower, double[] upper)
        => _projection.Run(_cases[region.Case].Conjunctions[conjunction], point, lower, upper, Projections) ? _witnesses[region.Case].Confirm(point) : null;
}
