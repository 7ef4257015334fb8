using System;
using System.Collections.Immutable;
using System.Linq;
using System.Threading;
using RedGen.Compiler.Red.Certify;
using RedGen.Compiler.Verify.Bounds;
using RedGen.Compiler.Verify.Network;
using RedGen.Compiler.Verify.Properties;
using RedGen.Compiler.Verify.Search;

namespace RedGen.Compiler.Verify.Difference;

/// <summary>A part of the box.</summary>
/// <param name="Lower">Its lower ends.</param>
/// <param name="Upper">Its upper ends.</param>
/// <param name="Bound">No output differs by more in it.</param>
/// <param name="Known">Bounds of a part around it; null: none.</param>
internal sealed record DifferenceRegion(double[] Lower, double[] Upper, double Bound, BoundSnapshot? Known);

/// <summary>What the analysis of a part gave.</summary>
/// <param name="Bound">No output differs by more in it.</param>
/// <param name="Parts">What of it may differ by more than the target; empty where nothing does, or where it cannot be split.</param>
/// <param name="Found">The largest difference at the points that were tried, and where.</param>
internal sealed record DifferenceParts(double Bound, ImmutableArray<DifferenceRegion> Parts, (double Difference, double[] Input) Found);

/// <summary>Bounds the difference of two networks over parts of a box, float32 rounding of both included. Not for several threads at once.</summary>
internal sealed class DifferenceBounds
{
    /// <summary>Bytes for bounds of parts that wait.</summary>
    private const long KeptMemory = 1L << 28;

    private readonly BoundNetwork _pair;
    private readonly NetworkBounds _bounds;
    private readonly DifferenceAttack _attack;

    /// <summary>Makes room for the bounds of two networks.</summary>
    /// <exception cref="UnverifiableException">They are not of one structure.</exception>
    public DifferenceBounds(BoundNetwork original, BoundNetwork reduced)
    {
        _pair = DifferenceNetwork.Of(original, reduced);
        _bounds = new NetworkBounds(_pair);
        _attack = new DifferenceAttack(original, reduced);
    }

    /// <summary>Parts that may wait with the bounds of the one around them.</summary>
    public long MostKept => KeptMemory / (1 + _pair.Nodes.Select((n, i) => _bounds.IsRelaxed(i) ? 8L * n.Length : 0).Sum());

    /// <summary>The largest magnitude of any output of the original network over the part that was analysed last.</summary>
    public double LargestOutput => Enumerable.Range(0, _pair.Outputs).Max(i => _bounds.Values(DifferenceNetwork.OriginalOf(_pair.Output), i).MaxAbs);

    /// <summary>The largest difference of any output over a box.</summary>
    public double Largest(double[] lower, double[] upper, CancellationToken cancellationToken)
        => Analyse(new DifferenceRegion(lower, upper, double.PositiveInfinity, null), double.PositiveInfinity, false, cancellationToken).Bound;

    /// <summary>Analyses a part.</summary>
    /// <param name="region">The part.</param>
    /// <param name="target">The difference that is to be proven; what is not proven is split.</param>
    /// <param name="keepsBounds">Whether parts get the bounds of this one.</param>
    /// <param name="cancellationToken">Ends the computation.</param>
    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
    public DifferenceParts Analyse(DifferenceRegion region, double target, bool keepsBounds, CancellationToken cancellationToken)
    {
        (double Difference, double[] Input) found = (0, []);
        // Bounds that cross leave no input.
        if (!_bounds.Compute(region.Lower, region.Upper, region.Known, null, cancellationToken)) return new(0, [], found);
        int outputs = _pair.Outputs;
        ImmutableArray<Conjunction> beyond = [.. Enumerable.Range(0, 2 * outputs).Select(k => Beyond(k / 2, k % 2 == 0 ? 1 : -1, double.IsInfinity(target) ? 0 : target))];
        RowSet rows = RowSet.Bound(_pair, _bounds, beyond, [.. Enumerable.Range(0, 2 * outputs)]);
        double bound = 0;
        for (int k = 0; k < 2 * outputs; k++) bound = Math.Max(bound, Most(k, rows.Least(k), double.IsInfinity(target) ? 0 : target));
        bound = Math.Min(bound, region.Bound);
        if (bound <= target || rows.Alive.IsEmpty) return new(Math.Min(bound, region.Bound), [], found);
        (double[] lower, double[] upper) = ((double[])region.Lower.Clone(), (double[])region.Upper.Clone());
        if (!rows.Clip(lower, upper)) return new(target, [], found);
        var corner = new double[lower.Length];
        rows.Corner(lower, upper, corner);
        found = DifferenceAttack.Better(_attack.At([.. lower.Zip(upper, static (l, u) => l + ((u - l) / 2))]), _attack.At(corner));
        int input = new SplitChoice(_pair, _bounds, rows).Choose(lower, upper);
        if (input < 0) return new(bound, [], found);
        BoundSnapshot? known = keepsBounds ? new BoundSnapshot(_pair, _bounds) : null;
        double middle = lower[input] + ((upper[input] - lower[input]) / 2);
        double[] left = (double[])upper.Clone(), right = (double[])lower.Clone();
        left[input] = right[input] = middle;
        return new(bound, [new(lower, left, bound, known), new(right, upper, bound, known)], found);
    }

    /// <summary>What an output's difference is at most: its functional's bound, or its interval's end.</summary>
    private double Most(int row, double least, double target)
    {
        Interval values = _bounds.Values(_pair.Output, row / 2);
        double most = Math.Min(target - least, row % 2 == 0 ? values.High : -values.Low);
        return double.IsNaN(most) ? double.PositiveInfinity : most;
    }

    /// <summary>sign·δ is more than the target.</summary>
    private Conjunction Beyond(int output, int sign, double target)
    {
        var factors = new double[_pair.Outputs];
        factors[output] = -sign;
        return new Conjunction([new LinearRow([], [.. factors], target, IsStrict: true)]);
    }
}
