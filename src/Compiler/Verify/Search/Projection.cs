using System;
using System.Collections.Generic;
using RedGen.Compiler.Verify.Network;
using RedGen.Compiler.Verify.Properties;

namespace RedGen.Compiler.Verify.Search;

/// <summary>
/// Moves a point towards fulfilling a conjunction: onto the half-space of its largest row, as the network is linear there (Kaczmarz 1937,
/// inputs scaled by the box), back into the box, and again. Not for several threads at once.
/// </summary>
internal sealed class Projection(BoundNetwork network)
{
    /// <summary>A little further than the half-space's edge, since the network bends.</summary>
    private const double Overshoot = 1.05;

    private readonly ForwardPass _forward = new(network);
    private readonly double[] _gradient = new double[network.Inputs];
    private readonly double[] _factors = new double[network.Outputs];

    /// <summary>Moves a point step by step until it seems to fulfil the conjunction.</summary>
    /// <param name="conjunction">The conjunction.</param>
    /// <param name="point">The point; moved.</param>
    /// <param name="lower">The box's lower ends.</param>
    /// <param name="upper">The upper ends.</param>
    /// <param name="steps">Steps at most.</param>
    /// <returns>Whether generated code is worth asking.</returns>
    public bool Run(Conjunction conjunction, double[] point, IReadOnlyList<double> lower, IReadOnlyList<double> upper, int steps)
    {
        for (int k = 0; ; k++)
        {
            ReadOnlySpan<double> y = _forward.Run(point);
            LinearRow? worst = null;
            double value = double.NegativeInfinity;
            foreach (LinearRow row in conjunction.Rows)
            {
                double own = row.Value(point, y);
                if (!(own <= value)) (worst, value) = (row, own);
            }

            if (value <= Margin(y)) return true;
            if (worst is null || k == steps || !Move(worst, value, point, lower, upper)) return false;
        }
    }

    /// <summary>Doubles differ from the generated code's floats by about this.</summary>
    private static double Margin(ReadOnlySpan<double> y)
    {
        double largest = 0;
        foreach (double value in y) largest = Math.Max(largest, Math.Abs(value));
        return 1e-6 * largest;
    }

    private bool Move(LinearRow row, double value, double[] point, IReadOnlyList<double> lower, IReadOnlyList<double> upper)
    {
        Array.Clear(_factors, 0, _factors.Length);
        row.Outputs.CopyTo(_factors);
        _forward.Gradient(_factors).CopyTo(_gradient);
        for (int i = 0; i < row.Inputs.Length; i++) _gradient[i] += row.Inputs[i];
        // Inputs at an end that the step would leave do not take part.
        double square = 0;
        for (int i = 0; i < point.Length; i++)
        {
            double width = upper[i] - lower[i];
            bool leaves = _gradient[i] > 0 ? point[i] <= lower[i] : point[i] >= upper[i];
            if (leaves || width <= 0) _gradient[i] = 0;
            square += _gradient[i] * _gradient[i] * width * width;
        }

        if (!(square > 0)) return false;
        double step = value * Overshoot / square;
        for (int i = 0; i < point.Length; i++)
        {
            double width = upper[i] - lower[i];
            point[i] = Math.Min(Math.Max(point[i] - (step * _gradient[i] * width * width), lower[i]), upper[i]);
        }

        return true;
    }
}
