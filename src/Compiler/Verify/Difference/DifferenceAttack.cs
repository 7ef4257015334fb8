using System;
using System.Collections.Generic;
using System.Linq;
using System.Threading;
using RedGen.Compiler.Execute;
using RedGen.Compiler.Verify.Network;
using RedGen.Compiler.Verify.Search;

namespace RedGen.Compiler.Verify.Difference;

/// <summary>Looks for inputs where two networks are far apart: by gradient ascent from many points of the box for each output and sign in turn, each followed by a search near the best point. Deterministic; not for several threads at once.</summary>
internal sealed class DifferenceAttack(BoundNetwork original, BoundNetwork reduced)
{
    private const int Steps = 60;

    /// <summary>Random steps around the best point of an ascent: across kinks gradients lead nowhere.</summary>
    private const int Nearby = 60;

    /// <summary>Multiply-adds of the whole attack: some tenths of a second.</summary>
    private const double Work = 2e8;
    private const int FewestStarts = 4;
    private const int MostStarts = 500;

    private readonly ForwardPass _original = new(original);
    private readonly ForwardPass _reduced = new(reduced);
    private readonly SplitMix64 _random = new(0xD1FF);

    /// <summary>Runs the attack.</summary>
    /// <returns>The largest difference of any output that was found, and where.</returns>
    public (double Difference, double[] Input) Run(IReadOnlyList<double> lower, IReadOnlyList<double> upper, CancellationToken cancellationToken)
    {
        double run = original.Nodes.OfType<AffineNode>().Sum(static n => n.Maps.Sum(static m => (double)m.Count)) * ((4 * Steps) + (2 * Nearby));
        int starts = (int)Math.Min(MostStarts, Math.Max(FewestStarts, Work / run));
        (double Difference, double[] Input) best = (0, []);
        for (int start = 0; start < starts && !cancellationToken.IsCancellationRequested; start++)
        {
            double[] point = [.. lower.Select((l, i) => l + ((upper[i] - l) * (start == 0 ? 0.5 : _random.NextUnit())))];
            best = Better(best, Search(Ascend(point, start / 2 % original.Outputs, start % 2 == 0 ? 1 : -1, lower, upper), lower, upper));
        }

        return best;
    }

    /// <summary>The largest difference of any output at a point.</summary>
    public (double Difference, double[] Input) At(double[] point)
    {
        ReadOnlySpan<double> a = _original.Run(point), b = _reduced.Run(point);
        double largest = 0;
        for (int j = 0; j < a.Length; j++) largest = Math.Max(largest, Math.Abs(b[j] - a[j]));
        return (largest, point);
    }

    /// <summary>The one with the larger difference; of equal ones the first.</summary>
    public static (double Difference, double[] Input) Better((double Difference, double[] Input) a, (double Difference, double[] Input) b) => b.Difference > a.Difference ? b : a;

    private (double Difference, double[] Input) Ascend(double[] point, int output, int sign, IReadOnlyList<double> lower, IReadOnlyList<double> upper)
    {
        var factors = new double[original.Outputs];
        factors[output] = sign;
        double[] opposite = [.. factors.Select(static f => -f)];
        double step = 0.25;
        (double Difference, double[] Input) best = (-1, point);
        for (int k = 0; k < Steps; k++, step *= 0.93)
        {
            best = Better(best, At((double[])point.Clone()));
            ReadOnlySpan<double> up = _reduced.Gradient(factors), down = _original.Gradient(opposite);
            for (int i = 0; i < point.Length; i++) point[i] = Inside(point[i] + (SlopeSign.Of(up[i] + down[i]) * step * (upper[i] - lower[i])), lower[i], upper[i]);
        }

        return Better(best, At(point));
    }

    private (double Difference, double[] Input) Search((double Difference, double[] Input) best, IReadOnlyList<double> lower, IReadOnlyList<double> upper)
    {
        double reach = 0.1;
        for (int k = 0; k < Nearby; k++, reach *= 0.93)
            best = Better(best, At([.. best.Input.Select((x, i) => Inside(x + ((upper[i] - lower[i]) * reach * ((2 * _random.NextUnit()) - 1)), lower[i], upper[i]))]));
        return best;
    }

    private static double Inside(double x, double lower, double upper) => Math.Min(Math.Max(x, lower), upper);
}
