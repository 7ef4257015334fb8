using System;
using System.Collections.Immutable;
using System.Linq;
using System.Threading;
using RedGen.Compiler.Execute;
using RedGen.Compiler.Verify.Network;
using RedGen.Compiler.Verify.Properties;

namespace RedGen.Compiler.Verify.Search;

/// <summary>
/// Looks for counterexamples before anything is proven: the grid of ends and middles for few inputs, then projected gradient descent
/// (Madry et al. 2018) from many starts, on a conjunction's largest row and on the sum of its positive rows in turns, and projections onto
/// one row after the other. Deterministic.
/// </summary>
internal sealed class Attack(BoundNetwork network, VerifiedBox box, ImmutableArray<Conjunction> conjunctions, Witness witness)
{
    private const int GridInputs = 6;
    private const int Steps = 40;
    private const int Projections = 60;

    /// <summary>Multiply-adds of the whole attack: about half a second.</summary>
    private const double Work = 4e8;
    private const int FewestStarts = 4;
    private const int MostStarts = 500;

    private readonly ForwardPass _forward = new(network);
    private readonly Projection _projection = new(network);
    private readonly SplitMix64 _random = new(0x5EED);

    /// <summary>Runs the attack; small networks are attacked from more starts.</summary>
    /// <param name="cancellationToken">Ends the attack, which then has found nothing.</param>
    /// <returns>A counterexample, or null.</returns>
    public float[]? Run(CancellationToken cancellationToken)
    {
        double run = network.Nodes.OfType<AffineNode>().Sum(static n => n.Maps.Sum(static m => (double)m.Count)) * 2 * (Steps + Projections);
        int starts = (int)Math.Min(MostStarts, Math.Max(FewestStarts, Work / run / Math.Max(1, conjunctions.Length)));
        if (box.Length <= GridInputs && Grid() is { } found) return found;
        foreach (Conjunction conjunction in conjunctions)
        {
            for (int start = 0; start < starts; start++)
            {
                if (cancellationToken.IsCancellationRequested) return null;
                if ((Project(conjunction, start) ?? Descend(conjunction, start)) is { } x) return x;
            }
        }

        return null;
    }

    private float[]? Grid()
    {
        int count = (int)Math.Pow(3, box.Length);
        var point = new double[box.Length];
        for (int k = 0; k < count; k++)
        {
            int rest = k;
            for (int i = 0; i < point.Length; i++, rest /= 3) point[i] = At(i, rest % 3 / 2.0);
            if (Try(point) is { } found) return found;
        }

        return null;
    }

    private double At(int input, double share) => box.Lower[input] + ((box.Upper[input] - box.Lower[input]) * share);

    private float[]? Try(double[] point)
    {
        double[] y = _forward.Run(point).ToArray();
        return conjunctions.Any(c => Largest(c, point, y).Value <= Margin(y)) ? witness.Confirm(point) : null;
    }

    /// <summary>Doubles differ from the generated code's floats by about this: candidates nearer than it are worth a try.</summary>
    private static double Margin(double[] y)
    {
        double largest = 0;
        foreach (double value in y) largest = Math.Max(largest, Math.Abs(value));
        return 1e-5 * largest;
    }

    private float[]? Project(Conjunction conjunction, int start)
    {
        double[] point = Start(start);
        return _projection.Run(conjunction, point, box.Lower, box.Upper, Projections) ? witness.Confirm(point) : null;
    }

    /// <summary>The middle first, then random points.</summary>
    private double[] Start(int start)
    {
        var point = new double[box.Length];
        for (int i = 0; i < point.Length; i++) point[i] = At(i, start == 0 ? 0.5 : _random.NextUnit());
        return point;
    }

    private float[]? Descend(Conjunction conjunction, int start)
    {
        double[] point = Start(start);
        double step = 0.25;
        for (int k = 0; k < Steps; k++)
        {
            double[] y = _forward.Run(point).ToArray();
            (double value, int row) = Largest(conjunction, point, y);
            if (value <= Margin(y) && witness.Confirm(point) is { } found) return found;
            if (row < 0) return null;
            double[] direction = Direction(conjunction, point, y, k % 2 == 0 ? row : -1);
            for (int i = 0; i < point.Length; i++)
            {
                double moved = point[i] - (SlopeSign.Of(direction[i]) * step * (box.Upper[i] - box.Lower[i]));
                point[i] = Math.Min(Math.Max(moved, box.Lower[i]), box.Upper[i]);
            }

            step *= 0.9;
        }

        return Try(point);
    }

    /// <summary>The gradient of one row, or of the sum of all rows that are not fulfilled.</summary>
    private double[] Direction(Conjunction conjunction, double[] x, double[] y, int only)
    {
        var factors = new double[y.Length];
        var direction = new double[x.Length];
        for (int r = 0; r < conjunction.Rows.Length; r++)
        {
            LinearRow row = conjunction.Rows[r];
            if (only >= 0 ? r != only : row.Value(x, y) <= 0) continue;
            for (int j = 0; j < row.Outputs.Length; j++) factors[j] += row.Outputs[j];
            for (int i = 0; i < row.Inputs.Length; i++) direction[i] += row.Inputs[i];
        }

        ReadOnlySpan<double> gradient = _forward.Gradient(factors);
        for (int i = 0; i < direction.Length; i++) direction[i] += gradient[i];
        return direction;
    }

    private static (double Value, int Row) Largest(Conjunction conjunction, double[] x, double[] y)
    {
        (double value, int row) = (double.NegativeInfinity, -1);
        for (int r = 0; r < conjunction.Rows.Length; r++)
        {
            double own = conjunction.Rows[r].Value(x, y);
            if (!(own <= value)) (value, row) = (own, r);
        }

        return (value, row);
    }
}
