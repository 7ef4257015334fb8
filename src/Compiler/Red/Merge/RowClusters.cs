using System;
using System.Collections.Generic;
using System.Linq;

namespace RedGen.Compiler.Red.Merge;

/// <summary>
/// Agglomerative clustering of rows: the two clusters whose union adds least to the sum of squared distances from the means become one
/// (Ward, 1963), until so many are left. No seed; ties go to the rows that stand first.
/// </summary>
internal static class RowClusters
{
    /// <summary>Clusters rows.</summary>
    /// <param name="rows">The rows, of one length.</param>
    /// <param name="count">How many clusters to leave, from 1.</param>
    /// <returns>The clusters as ascending positions, in the order of their first rows.</returns>
    public static int[][] Find(double[][] rows, int count)
    {
        List<int>?[] members = [.. Enumerable.Range(0, rows.Length).Select(i => new List<int> { i })];
        double[][] means = [.. rows.Select(r => (double[])r.Clone())];
        double[][] costs = [.. rows.Select((r, i) => rows.Select((s, j) => j < i ? Distance(r, s) / 2 : 0).ToArray())];
        for (int left = rows.Length; left > Math.Max(1, count); left--)
        {
            (int keep, int join) = Closest(members, costs);
            double a = members[keep]!.Count;
            double b = members[join]!.Count;
            for (int k = 0; k < means[keep].Length; k++) means[keep][k] = ((a * means[keep][k]) + (b * means[join][k])) / (a + b);
            members[keep]!.AddRange(members[join]!);
            members[join] = null;
            for (int other = 0; other < members.Length; other++)
            {
                if (members[other] is not { } rest || other == keep) continue;
                double cost = (a + b) * rest.Count / (a + b + rest.Count) * Distance(means[keep], means[other]);
                costs[Math.Max(keep, other)][Math.Min(keep, other)] = cost;
            }
        }

        return [.. members.OfType<List<int>>().Select(m => m.OrderBy(i => i).ToArray())];
    }

    private static (int Keep, int Join) Closest(List<int>?[] members, double[][] costs)
    {
        (int Keep, int Join) best = (-1, -1);
        double least = double.PositiveInfinity;
        for (int i = 1; i < members.Length; i++)
        {
            if (members[i] is null) continue;
            for (int j = 0; j < i; j++)
            {
                if (members[j] is null || (best.Keep >= 0 && costs[i][j] >= least)) continue;
                least = costs[i][j];
                best = (j, i);
            }
        }

        return best;
    }

    private static double Distance(double[] x, double[] y)
    {
        double sum = 0;
        for (int i = 0; i < x.Length; i++) sum += (x[i] - y[i]) * (x[i] - y[i]);
        return sum;
    }
}
