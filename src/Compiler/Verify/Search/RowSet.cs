using System;
using System.Collections.Immutable;
using System.Linq;
using RedGen.Compiler.Verify.Bounds;
using RedGen.Compiler.Verify.Network;
using RedGen.Compiler.Verify.Properties;

namespace RedGen.Compiler.Verify.Search;

/// <summary>
/// The rows of the conjunctions that a region may still fulfil, each with its lower bound, a linear function of the input. They are views of
/// the last pass over the bounds: the next one ends them.
/// </summary>
internal sealed class RowSet
{
    private const int ClipRounds = 3;

    private readonly FunctionalPass _pass;
    private readonly ImmutableArray<(int Conjunction, int First, int Count)> _ranges;
    private readonly double[] _least;

    private RowSet(FunctionalPass pass, ImmutableArray<(int Conjunction, int First, int Count)> ranges, double[] least, ImmutableArray<int> alive)
    {
        _pass = pass;
        _ranges = ranges;
        _least = least;
        Alive = alive;
        double distance = double.PositiveInfinity;
        foreach ((int conjunction, int first, int count) in ranges)
        {
            if (!alive.Contains(conjunction)) continue;
            double best = double.NegativeInfinity;
            for (int r = first; r < first + count; r++) best = Math.Max(best, least[r]);
            distance = Math.Min(distance, best);
        }

        Distance = distance;
    }

    /// <summary>The conjunctions none of whose rows is proven to fail.</summary>
    public ImmutableArray<int> Alive { get; }

    /// <summary>How far the region is from a proof: the least, over its conjunctions, of the largest lower bound of a row.</summary>
    public double Distance { get; }

    /// <summary>Of each conjunction that is alive, the row that is nearest to a proof.</summary>
    public ImmutableArray<int> Nearest => [.. _ranges.Where(r => r.Count > 0 && Alive.Contains(r.Conjunction)).Select(r => Enumerable.Range(r.First, r.Count).OrderByDescending(k => _least[k]).First())];

    /// <summary>Bounds the rows of some conjunctions over the region whose bounds were computed last.</summary>
    public static RowSet Bound(BoundNetwork network, NetworkBounds bounds, ImmutableArray<Conjunction> conjunctions, ImmutableArray<int> candidates)
    {
        FunctionalPass pass = bounds.Pass;
        ImmutableArray<(int Conjunction, int First, int Count)>.Builder ranges = ImmutableArray.CreateBuilder<(int Conjunction, int First, int Count)>();
        int count = 0;
        foreach (int c in candidates)
        {
            ranges.Add((c, count, conjunctions[c].Rows.Length));
            count += conjunctions[c].Rows.Length;
        }

        pass.Start(Math.Max(1, count));
        foreach ((int c, int first, int rows) in ranges)
        {
            for (int r = 0; r < rows; r++)
            {
                LinearRow row = conjunctions[c].Rows[r];
                pass.AddConstant(first + r, row.Constant);
                for (int j = 0; j < row.Outputs.Length; j++)
                    if (row.Outputs[j] != 0) pass.Add(network.Output, j, first + r, row.Outputs[j]);
                for (int i = 0; i < row.Inputs.Length; i++)
                    if (row.Inputs[i] != 0) pass.Add(0, i, first + r, row.Inputs[i]);
            }
        }

        pass.Run(bounds, network.Output);
        var least = new double[count];
        for (int r = 0; r < count; r++) least[r] = pass.Least(r, bounds.Lower(0), bounds.Upper(0));
        ImmutableArray<int> alive =
        [
            .. ranges.Where(range => !Enumerable.Range(range.First, range.Count).Any(r => Fails(least[r], conjunctions[range.Conjunction].Rows[r - range.First].IsStrict))).Select(static range => range.Conjunction),
        ];
        return new RowSet(pass, ranges.ToImmutable(), least, alive);
    }

    /// <summary>The lower bound of a row.</summary>
    public double Least(int row) => _least[row];

    /// <summary>The factor of an input in a row's lower bound.</summary>
    public double Factor(int row, int input) => _pass.Reached(0) ? _pass.At(0)[(input * _pass.Count) + row] : 0;

    /// <summary>The factor of a node's element in a row, before the element's function.</summary>
    public double FactorAt(int row, int node, int element) => _pass.Reached(node) ? _pass.At(node)[(element * _pass.Count) + row] : 0;

    /// <summary>
    /// Takes away what cannot fulfil any conjunction: a point must make every row's lower bound at most zero, which bounds each input by
    /// the others. What is left is the least box around the parts of all conjunctions.
    /// </summary>
    /// <returns>Whether anything is left.</returns>
    public bool Clip(double[] lower, double[] upper)
    {
        double[]? low = null, high = null;
        foreach ((int conjunction, int first, int count) in _ranges)
        {
            if (!Alive.Contains(conjunction)) continue;
            double[] own = (double[])lower.Clone(), ownHigh = (double[])upper.Clone();
            if (!ClipTo(first, count, own, ownHigh)) continue;
            if (low is null)
            {
                (low, high) = (own, ownHigh);
                continue;
            }

            for (int i = 0; i < own.Length; i++) (low[i], high![i]) = (Math.Min(low[i], own[i]), Math.Max(high[i], ownHigh[i]));
        }

        if (low is null) return false;
        low.CopyTo(lower, 0);
        high!.CopyTo(upper, 0);
        return true;
    }

    /// <summary>The corner of a box where the row that is nearest to a proof is least.</summary>
    public void Corner(double[] lower, double[] upper, double[] point)
    {
        if (Nearest.IsEmpty) return;
        int row = Nearest.OrderBy(r => _least[r]).First();
        for (int i = 0; i < point.Length; i++) point[i] = Factor(row, i) >= 0 ? lower[i] : upper[i];
    }

    private static bool Fails(double least, bool isStrict) => isStrict ? least >= 0 : least > 0;

    private bool ClipTo(int first, int count, double[] lower, double[] upper)
    {
        for (int round = 0; round < ClipRounds; round++)
            for (int r = first; r < first + count; r++)
                if (!ClipByRow(r, lower, upper)) return false;
        return true;
    }

    private bool ClipByRow(int row, double[] lower, double[] upper)
    {
        double least = _pass.Least(row, lower, upper);
        if (least > 0) return false;
        if (double.IsInfinity(least)) return true;
        for (int i = 0; i < lower.Length; i++)
        {
            double factor = Factor(row, i);
            double width = upper[i] - lower[i];
            // How far the input may be from the end where the row is least, a little more for the rounding of these lines.
            double reach = factor == 0 ? width : (-least / Math.Abs(factor) * (1 + 1e-9)) + ((Math.Abs(lower[i]) + Math.Abs(upper[i])) * 1e-14);
            if (!(reach < width)) continue;
            if (factor > 0) upper[i] = lower[i] + reach;
            else lower[i] = upper[i] - reach;
        }

        return true;
    }
}
