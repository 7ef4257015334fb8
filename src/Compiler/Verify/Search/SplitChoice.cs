using System;
using System.Collections.Immutable;
using RedGen.Compiler.Red.Certify;
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
        for (int n = 1; n < network.Nodes.Length; n++)
        {
            if (network.Nodes[n] is ProductNode product) AddGaps(product, n, row, (lower, upper), scores);
            if (network.Nodes[n] is DifferenceNode difference) AddGaps(difference, n, row, (lower, upper), scores);
            if (network.Nodes[n] is not ActivationNode node) continue;
            ReadOnlySpan<double> low = bounds.Lower(node.Source), high = bounds.Upper(node.Source);
            for (int i = 0; i < node.Length; i++)
            {
                double factor = rows.FactorAt(row, n, i);
                if (factor == 0 || node.Function.IsLinear(low[i], high[i])) continue;
                double gap = Math.Abs(factor) * Gap(node.Function, low[i], high[i], factor < 0);
                Share(node.Source, i, gap, (lower, upper), scores);
            }
        }
    }

    /// <summary>A product loses the product of its factors' half widths; each factor has a half of it.</summary>
    private void AddGaps(ProductNode node, int index, int row, (double[] Lower, double[] Upper) box, double[] scores)
    {
        for (int i = 0; i < node.Length; i++)
        {
            (int x, int y) = (node.LeftElements[i], node.RightElements[i]);
            (Interval left, Interval right) = (bounds.Values(node.Left, x), bounds.Values(node.Right, y));
            double gap = Math.Abs(rows.FactorAt(row, index, i)) * (left.High - left.Low) * (right.High - right.Low) / 8;
            if (!(gap > 0) || double.IsInfinity(gap)) continue;
            Share(node.Left, x, gap, box, scores);
            Share(node.Right, y, gap, box, scores);
        }
    }

    /// <summary>A difference of functions loses what its planes are apart; the arguments of both have a half of it.</summary>
    private void AddGaps(DifferenceNode node, int index, int row, (double[] Lower, double[] Upper) box, double[] scores)
    {
        for (int i = 0; i < node.Length; i++)
        {
            double factor = Math.Abs(rows.FactorAt(row, index, i));
            if (factor == 0) continue;
            double gap = factor * bounds.Relaxed(node, i).Loss / 2;
            if (!(gap > 0) || double.IsInfinity(gap)) continue;
            Share(node.Original, i, gap, box, scores);
            Share(node.Reduced, i, gap, box, scores);
        }
    }

    /// <summary>Shares a gap among the inputs as the linear form of the element is, or of the one that it is a function of.</summary>
    private void Share(int node, int element, double gap, (double[] Lower, double[] Upper) box, double[] scores)
    {
        if (network.Nodes[node] is ActivationNode function) node = function.Source;
        ReadOnlySpan<double> form = bounds.Form(node, element);
        double total = 0;
        for (int d = 0; d < scores.Length; d++) total += form[d] * (box.Upper[d] - box.Lower[d]);
        if (!(total > 0)) return;
        for (int d = 0; d < scores.Length; d++) scores[d] += gap * (form[d] * (box.Upper[d] - box.Lower[d])) / total;
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
