using System;
using System.Collections.Generic;
using System.Collections.Immutable;
using System.Linq;

namespace RedGen.Compiler.Report;

/// <summary>A histogram of equal bins with the Gaussian kernel density of the same values.</summary>
/// <param name="From">Where the first bin begins.</param>
/// <param name="To">Where the last bin ends.</param>
/// <param name="Counts">Values in each bin.</param>
/// <param name="Density">The density at each bin's centre, as values a bin; rounded to thousandths.</param>
/// <param name="Bandwidth">The standard deviation of the kernel.</param>
public sealed record WeightHistogram(double From, double To, ImmutableArray<int> Counts, ImmutableArray<double> Density, double Bandwidth)
{
    /// <summary>The number of bins.</summary>
    public const int Bins = 96;

    /// <summary>Cells a bin into which values are sorted before the kernel goes over them.</summary>
    private const int CellsPerBin = 4;

    /// <summary>Kernels are cut where they hold less than a ten-thousandth.</summary>
    private const double Reach = 4;

    /// <summary>A histogram of nothing.</summary>
    public static WeightHistogram Empty { get; } = new(0, 0, [], [], 0);

    /// <summary>The bins where the density has a local maximum or minimum, from left to right and by turns, maxima first; a plateau counts once, at its left end.</summary>
    public ImmutableArray<int> Extrema
    {
        get
        {
            ImmutableArray<int>.Builder extrema = ImmutableArray.CreateBuilder<int>();
            bool rises = true;
            int turn = 0;
            for (int i = 1; i < Density.Length; i++)
            {
                if (Density[i] == Density[turn]) continue;
                if (Density[i] > Density[turn] != rises)
                {
                    extrema.Add(turn);
                    rises = !rises;
                }

                turn = i;
            }

            if (rises && Density.Length > 0) extrema.Add(turn);
            return extrema.ToImmutable();
        }
    }

    /// <summary>Makes a histogram.</summary>
    /// <param name="values">The values; those that are no finite numbers are left out.</param>
    /// <param name="marks">Values that the range covers too.</param>
    public static WeightHistogram Of(IEnumerable<double> values, IEnumerable<double> marks)
    {
        double[] sorted = [.. values.Where(IsFinite)];
        if (sorted.Length == 0) return Empty;
        Array.Sort(sorted);
        double from = sorted[0], to = sorted[sorted.Length - 1];
        foreach (double mark in marks.Where(IsFinite)) (from, to) = (Math.Min(from, mark), Math.Max(to, mark));
        if (from == to)
        {
            double margin = from == 0 ? 1 : Math.Abs(from) / 2;
            (from, to) = (from - margin, to + margin);
        }

        double bin = (to - from) / Bins;
        double bandwidth = Math.Max(Silverman(sorted), bin);
        int[] cells = Count(sorted, from, to, Bins * CellsPerBin);
        var counts = new int[Bins];
        for (int c = 0; c < cells.Length; c++) counts[c / CellsPerBin] += cells[c];
        return new WeightHistogram(from, to, [.. counts], Smooth(cells, bin, bandwidth), bandwidth);
    }

    /// <summary>
    /// Silverman's rule of thumb (B. W. Silverman, Density Estimation for Statistics and Data Analysis, 1986, eq. 3.31):
    /// 0.9 · min(σ, IQR ÷ 1.34) · n^(−1/5).
    /// </summary>
    private static double Silverman(double[] sorted)
    {
        int n = sorted.Length;
        double mean = sorted.Average();
        double deviation = Math.Sqrt(sorted.Sum(v => (v - mean) * (v - mean)) / n);
        double range = (sorted[3 * (n - 1) / 4] - sorted[(n - 1) / 4]) / 1.34;
        double spread = range > 0 ? Math.Min(deviation, range) : deviation;
        return 0.9 * spread * Math.Pow(n, -0.2);
    }

    private static int[] Count(double[] values, double from, double to, int cells)
    {
        var counts = new int[cells];
        foreach (double value in values) counts[Math.Min(cells - 1, (int)((value - from) / (to - from) * cells))]++;
        return counts;
    }

    private static ImmutableArray<double> Smooth(int[] cells, double bin, double bandwidth)
    {
        double cell = bin / CellsPerBin;
        int reach = (int)Math.Min(cells.Length, Math.Ceiling(Reach * bandwidth / cell)) + CellsPerBin;
        ImmutableArray<double>.Builder density = ImmutableArray.CreateBuilder<double>(Bins);
        for (int b = 0; b < Bins; b++)
        {
            double centre = (b + 0.5) * CellsPerBin;
            double sum = 0;
            for (int c = Math.Max(0, (int)centre - reach); c < Math.Min(cells.Length, (int)centre + reach); c++)
            {
                double distance = (c + 0.5 - centre) * cell / bandwidth;
                sum += cells[c] * Math.Exp(-0.5 * distance * distance);
            }

            // Rounded, so that the last bit of the platform's exp does not show.
            density.Add(Math.Round(sum * bin / (bandwidth * Math.Sqrt(2 * Math.PI)), 3));
        }

        return density.MoveToImmutable();
    }

    private static bool IsFinite(double value) => !double.IsNaN(value) && !double.IsInfinity(value);
}
