using System;
using System.Collections.Immutable;
using RedGen.Compiler.Verify.Bounds;
using RedGen.Compiler.Verify.Network;

namespace RedGen.Compiler.Verify.Search;

/// <summary>
/// Which input to split: the one whose halves lose least to the relaxations. A neuron's gap between its function and the line that a row
/// uses, times the row's factor, is shared among the inputs as its own linear form is; half of the row's own slope times the width is added.
/// </summary>
internal sealed class SplitChoice(BoundNetwork network, NetworkBounds bounds, RowSet rows)
{
    /// <summary>Splits narrower than this share of the magnitude meet the end of float32.</summary>
    private const double Finest = 1e-7;

    /// <summary>Chooses an input.</summary>
    /// <param name="lower">The region's lower ends.</param>
    /// <param name="upper">The upper ends.</param>
    /// <returns>The input; negative where none can be split any more.</returns>
    public int Choose(double[] lower, double[] upper)
    {
        var scores = new double[lower.Length];
        ImmutableArray<int> nearest = rows.Nearest;
        foreach (int row in nearest)
        {
            for (int i = 0; i < scores.Length; i++) scores[i] += Math.Abs(rows.Factor(row, i)) * (upper[i] - lower[i]) / 2;
            if (bounds.HasForms) AddGaps(row, lower, upper, scores);
        }

        int best = -1;
        for (int i = 0; i < scores.Length; i++)
        {
            double width = upper[i] - lower[i];
            if (width <= Finest * Math.Max(Math.Abs(lower[i]), Math.Abs(upper[i])) || width < 1e-30) continue;
            if (best < 0 || scores[i] > scores[best]) best = i;
        }

        return best;
    }

    private void AddGaps(int row, double[] lower, double[] upper, double[] scores)
    {
        var shares = new double[scores.Length];
        for (int n = 1; n < network.Nodes.Length; n++)
        {
            if (network.Nodes[n] is not ActivationNode node) continue;
            ReadOnlySpan<double> low = bounds.Lower(node.Source), high = bounds.Upper(node.Source);
            for (int i = 0; i < node.Length; i++)
            {
                double factor = rows.FactorAt(row, n, i);
                if (factor == 0 || node.Function.IsLinear(low[i], high[i])) continue;
                double gap = Math.Abs(factor) * Gap(node.Function, low[i], high[i], factor < 0);
                double total = 0;
                ReadOnlySpan<double> form = bounds.Form(node.Source, i);
                for (int d = 0; d < shares.Length; d++) total += shares[d] = form[d] * (upper[d] - lower[d]);
                if (!(total > 0)) continue;
                for (int d = 0; d < shares.Length; d++) scores[d] += gap * shares[d] / total;
            }
        }
    }

    /// <summary>The largest distance between a function and its upper or lower line, of those at the ends, the middle and zero.</summary>
    private static double Gap(Activation function, double lower, double upper, bool isAbove)
    {
        Relaxation lines = function.Relax(lower, upper);
        double largest = 0;
        foreach (double x in (ReadOnlySpan<double>)[lower, upper, (lower + upper) / 2, lower < 0 && upper > 0 ? 0 : lower])
        {
            double y = function.Apply(x);
            largest = Math.Max(largest, isAbove ? (lines.UpperSlope * x) + lines.UpperOffset - y : y - (lines.LowerSlope * x) - lines.LowerOffset);
        }

        return largest;
    }
}
