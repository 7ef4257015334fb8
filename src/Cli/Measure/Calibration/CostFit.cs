using System;
using System.Collections.Generic;
using System.Linq;
using System.Numerics;
using RedGen.Compiler.Plan.Costs;

namespace RedGen.Cli.Measure.Calibration;

/// <summary>One measured layer.</summary>
/// <param name="Kernel">Its kernel.</param>
/// <param name="Work">What it does.</param>
/// <param name="Microseconds">How long it takes.</param>
internal sealed record MeasuredLayer(string Kernel, StepWork Work, double Microseconds);

/// <summary>Fits the costs of a kernel to measurements.</summary>
internal static class CostFit
{
    private const int Columns = 5;

    /// <summary>The step of a clock that is read around a layer.</summary>
    private const double ClockMicroseconds = 0.01;

    /// <summary>
    /// The costs, none below zero, with the least sum of squared relative errors. With five unknowns every choice of those that are not
    /// zero is tried, so the best one is found for certain.
    /// </summary>
    /// <param name="layers">The kernel's layers; at least one, times above zero.</param>
    public static KernelCost Fit(IReadOnlyList<MeasuredLayer> layers)
    {
        // Each row is divided by its time: errors count in proportion, down to what clocks tell.
        double[][] rows = [.. layers.Select(static l => new[] { 1, l.Work.MultiplyAdds / 1000.0, l.Work.Bytes / 1024.0, l.Work.Transformed / 1000.0, l.Work.FarBytes / 1024.0 }.Select(x => x / (1000 * (l.Microseconds + ClockMicroseconds))).ToArray())];
        double[] wanted = [.. layers.Select(static l => l.Microseconds / (l.Microseconds + ClockMicroseconds))];
        double[] best = new double[Columns];
        double least = double.PositiveInfinity;
        for (int chosen = 1; chosen < 1 << Columns; chosen++)
        {
            // As many costs as layers would fit anything.
            int count = BitOperations.PopCount((uint)chosen);
            if (count > 1 && 3 * count > 2 * rows.Length) continue;
            if (Solve(rows, wanted, chosen) is not { } costs || costs.Any(static c => c < 0)) continue;
            double error = rows.Zip(wanted, (row, time) => Square(time - row.Zip(costs, static (x, c) => x * c).Sum())).Sum();
            // A cost more must pay: what noise explains stays zero.
            if (error >= least * 0.999) continue;
            (best, least) = (costs, error);
        }

        return new KernelCost(Rounded(best[0]), Rounded(best[1]), Rounded(best[2])) { NanosecondsPerKilotransform = Rounded(best[3]), NanosecondsPerFarKilobyte = Rounded(best[4]) };
    }

    /// <summary>Least squares over the chosen columns, by the normal equations; null where they say nothing.</summary>
    private static double[]? Solve(double[][] rows, double[] wanted, int chosen)
    {
        int[] columns = [.. Enumerable.Range(0, Columns).Where(c => (chosen & (1 << c)) != 0)];
        int n = columns.Length;
        var matrix = new double[n, n + 1];
        for (int i = 0; i < n; i++)
        {
            for (int j = 0; j < n; j++) matrix[i, j] = rows.Sum(r => r[columns[i]] * r[columns[j]]);
            matrix[i, n] = rows.Zip(wanted, (r, time) => r[columns[i]] * time).Sum();
        }

        for (int i = 0; i < n; i++)
        {
            // What the columns before leave of this one must be more than rounding.
            double diagonal = rows.Sum(r => Square(r[columns[i]]));
            if (matrix[i, i] <= 1e-9 * diagonal || diagonal == 0) return null;
            for (int k = 0; k < n; k++)
            {
                if (k == i) continue;
                double factor = matrix[k, i] / matrix[i, i];
                for (int j = i; j <= n; j++) matrix[k, j] -= factor * matrix[i, j];
            }
        }

        var costs = new double[Columns];
        for (int i = 0; i < n; i++) costs[columns[i]] = matrix[i, n] / matrix[i, i];
        return costs;
    }

    /// <summary>Three digits: more would be noise in a file that people compare.</summary>
    private static double Rounded(double value)
    {
        if (value <= 0) return 0;
        double scale = Math.Pow(10, 2 - Math.Floor(Math.Log10(value)));
        return Math.Round(value * scale) / scale;
    }

    private static double Square(double value) => value * value;
}
