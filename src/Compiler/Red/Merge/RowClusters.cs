using System;
using System.Collections.Generic;
using System.Linq;
using System.Threading;

namespace RedGen.Compiler.Red.Merge;

/// <summary>
/// Agglomerative clustering of rows: the two clusters whose union adds least to the sum of squared distances from the means become one
/// (Ward, 1963), until so many are left. No seed; ties go to the rows that stand first.
/// </summary>
internal sealed class RowClusters
{
    private readonly double[][] _means;
    private readonly List<int>?[] _members;

    /// <summary>What it costs to join cluster i with cluster j &lt; i.</summary>
    private readonly double[][] _costs;

    /// <summary>By cluster i its cheapest partner j &lt; i; −1 where there is none.</summary>
    private readonly int[] _nearest;

    private RowClusters(double[][] rows)
    {
        _means = [.. rows.Select(r => (double[])r.Clone())];
        _members = [.. Enumerable.Range(0, rows.Length).Select(i => new List<int> { i })];
        _costs = [.. rows.Select((_, i) => new double[i])];
        _nearest = new int[rows.Length];
    }

    /// <summary>Clusters rows.</summary>
    /// <param name="rows">The rows, of one length.</param>
    /// <param name="count">How many clusters to leave, from 1.</param>
    /// <param name="cancellationToken">Stops between joins.</param>
    /// <returns>The clusters as ascending positions, in the order of their first rows.</returns>
    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
    public static int[][] Find(double[][] rows, int count, CancellationToken cancellationToken)
    {
        var clusters = new RowClusters(rows);
        if (count < rows.Length) clusters.Join(Math.Max(1, count), cancellationToken);
        return [.. clusters._members.OfType<List<int>>().Select(m => m.OrderBy(i => i).ToArray())];
    }

    private void Join(int count, CancellationToken cancellationToken)
    {
        for (int i = 0; i < _means.Length; i++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            for (int j = 0; j < i; j++) _costs[i][j] = Cost(i, j);
            _nearest[i] = Nearest(i);
        }

        for (int left = _means.Length; left > count; left--)
        {
            cancellationToken.ThrowIfCancellationRequested();
            int join = -1;
            for (int i = 1; i < _members.Length; i++)
                if (_members[i] is not null && _nearest[i] >= 0 && (join < 0 || _costs[i][_nearest[i]] < _costs[join][_nearest[join]])) join = i;
            Join(_nearest[join], join);
        }
    }

    private void Join(int keep, int join)
    {
        double a = _members[keep]!.Count;
        double b = _members[join]!.Count;
        for (int k = 0; k < _means[keep].Length; k++) _means[keep][k] = ((a * _means[keep][k]) + (b * _means[join][k])) / (a + b);
        _members[keep]!.AddRange(_members[join]!);
        _members[join] = null;
        for (int i = 0; i < _members.Length; i++)
        {
            if (_members[i] is null || i == keep) continue;
            _costs[Math.Max(i, keep)][Math.Min(i, keep)] = Cost(i, keep);
        }

        for (int i = 0; i < _members.Length; i++)
        {
            if (_members[i] is null) continue;
            if (i == keep || _nearest[i] == keep || _nearest[i] == join) _nearest[i] = Nearest(i);
            else if (keep < i && (_nearest[i] < 0 || _costs[i][keep] < _costs[i][_nearest[i]])) _nearest[i] = keep;
        }
    }

    private int Nearest(int cluster)
    {
        int nearest = -1;
        for (int j = 0; j < cluster; j++)
            if (_members[j] is not null && (nearest < 0 || _costs[cluster][j] < _costs[cluster][nearest])) nearest = j;
        return nearest;
    }

    /// <summary>Ward's criterion: |a| |b| / (|a| + |b|) times the squared distance of the means.</summary>
    private double Cost(int i, int j)
    {
        double a = _members[i]!.Count;
        double b = _members[j]!.Count;
        double sum = 0;
        for (int k = 0; k < _means[i].Length; k++) sum += (_means[i][k] - _means[j][k]) * (_means[i][k] - _means[j][k]);
        return a * b / (a + b) * sum;
    }
}
