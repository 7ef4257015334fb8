using System;
using System.Linq;
using RedGen.Compiler.Verify.Check;
using RedGen.Compiler.Verify.Network;

namespace RedGen.Compiler.Verify.Difference;

/// <summary>Bounds of the difference of two networks over a box, float32 rounding of both included. Not for several threads at once.</summary>
internal sealed class DifferenceBounds(DifferenceNetwork pair) : LeafBounds(pair.Network)
{
    /// <summary>Bounds the differences of the outputs.</summary>
    /// <param name="lower">The box's lower ends.</param>
    /// <param name="upper">Its upper ends.</param>
    /// <param name="split">The input that the largest of them depends on most.</param>
    /// <returns>The largest magnitude of the difference of any output.</returns>
    public double Largest(double[] lower, double[] upper, out int split)
    {
        Compute(lower, upper);
        int output = pair.Network.Output, count = pair.Network.Outputs;
        var functionals = new LeafFunctionals(pair.Network, 2 * count);
        for (int j = 0; j < count; j++)
        {
            functionals.Add(j, output, j, 1);
            functionals.Add(count + j, output, j, -1);
        }

        double[] least = functionals.Least(this);
        (double largest, int worst) = (0, 0);
        for (int k = 0; k < 2 * count; k++)
        {
            // The difference is at most the negative of what its negative is at least, and at most its interval's end.
            double most = Math.Min(-least[k], k < count ? -Lower(output)[k] : Upper(output)[k - count]);
            if (double.IsNaN(most)) most = double.PositiveInfinity;
            if (most > largest) (largest, worst) = (most, k);
        }

        split = -1;
        for (int i = 0; i < lower.Length; i++)
            if (upper[i] > lower[i] && (split < 0 || Gain(i) > Gain(split))) split = i;
        return largest;

        double Gain(int input) => Math.Abs(functionals.Factor(worst, input)) * (upper[input] - lower[input]);
    }

    /// <inheritdoc/>
    protected override void Round(AffineNode node, int index, double[] sizes, double[] errors)
    {
        if (!pair.Pairs.TryGetValue(index, out LayerPair? layers))
        {
            base.Round(node, index, sizes, errors);
            return;
        }

        // Both programs round: the original as it does, the reduced one relative to its own weights and values a + δ.
        Errors(layers.Original).CopyTo(errors, 0);
        if (layers.Reduced.Rounding is not { } rounding) return;
        AffineNode reduced = layers.Reduced;
        var magnitudes = new double[reduced.Length];
        double[][] largest = [.. reduced.Sources.Select(Largest)];
        for (int i = 0; i < reduced.Length; i++)
        {
            magnitudes[i] = Math.Abs(reduced.Bias[i]);
            for (int s = 0; s < reduced.Sources.Length; s++)
            {
                ReadOnlySpan<int> columns = reduced.Maps[s].Columns(i);
                ReadOnlySpan<double> values = reduced.Maps[s].Values(i);
                for (int k = 0; k < columns.Length; k++) magnitudes[i] += Math.Abs(values[k]) * largest[s][columns[k]];
            }
        }

        var own = new double[reduced.Length];
        rounding.Errors(magnitudes, largest[0], own);
        for (int i = 0; i < own.Length; i++) errors[i] += own[i];
    }

    /// <summary>The largest magnitudes of a value in the reduced network.</summary>
    private double[] Largest(int original)
    {
        int difference = pair.DifferenceOf(original);
        double[] lower = Lower(original), upper = Upper(original);
        var result = new double[lower.Length];
        for (int i = 0; i < result.Length; i++)
        {
            double low = lower[i] + (difference < 0 ? 0 : Lower(difference)[i]), high = upper[i] + (difference < 0 ? 0 : Upper(difference)[i]);
            result[i] = Math.Max(Math.Abs(low), Math.Abs(high)) * (1 + 1e-15);
        }

        return result;
    }
}
