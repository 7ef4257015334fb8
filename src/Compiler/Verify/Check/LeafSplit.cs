using System;
using System.Collections.Generic;
using RedGen.Compiler.Verify.Network;

namespace RedGen.Compiler.Verify.Check;

/// <summary>Where a leaf that is not proven is split, for the certificate's making: any split is sound.</summary>
/// <param name="Place">The place; negative: none can be split.</param>
/// <param name="Value">Where.</param>
internal readonly record struct LeafSplit(int Place, double Value)
{
    /// <summary>Nothing can be split.</summary>
    public static LeafSplit None { get; } = new(-1, 0);

    /// <summary>The middle of the input that conditions depend on most, of those that can still be split.</summary>
    /// <param name="lower">The box's lower ends.</param>
    /// <param name="upper">Its upper ends.</param>
    /// <param name="gains">By input how far the conditions' bounds depend on it.</param>
    public static LeafSplit OfInput(double[] lower, double[] upper, double[] gains)
    {
        int best = -1;
        for (int i = 0; i < gains.Length; i++)
        {
            if (!(upper[i] - lower[i] > 1e-7 * Math.Max(Math.Abs(lower[i]), Math.Abs(upper[i])))) continue;
            if (best < 0 || gains[i] > gains[best]) best = i;
        }

        return best < 0 ? None : new LeafSplit(best, lower[best] + ((upper[best] - lower[best]) / 2));
    }

    /// <summary>The argument of the function whose line loses most in the conditions; null where no line loses anything.</summary>
    /// <param name="network">The network.</param>
    /// <param name="bounds">Its bounds over the leaf.</param>
    /// <param name="functionals">The conditions, after <see cref="LeafFunctionals.Least"/>.</param>
    /// <param name="rows">The conditions that are not proven.</param>
    public static LeafSplit? OfElement(BoundNetwork network, LeafBounds bounds, LeafFunctionals functionals, IReadOnlyList<int> rows)
    {
        (LeafSplit? best, double most) = (null, 0);
        for (int n = 1; n < network.Nodes.Length; n++)
        {
            if (network.Nodes[n] is not ActivationNode node) continue;
            double[] lower = bounds.Lower(node.Source), upper = bounds.Upper(node.Source);
            for (int i = 0; i < node.Length; i++)
            {
                if (node.Function.IsLinear(lower[i], upper[i])) continue;
                double at = node.Function.SplitPoint(lower[i], upper[i]), loss = 0;
                if (!(at > lower[i] && at < upper[i])) continue;
                (CheckedFunction.Line below, CheckedFunction.Line above) = bounds.Lines(node, n, i);
                double value = CheckedFunction.Bound(node.Function, at, at).Low;
                foreach (int row in rows)
                {
                    double factor = functionals.FactorAt(row, n, i);
                    loss += Math.Max(factor, 0) * (value - (below.Slope * at) - below.Offset) - (Math.Min(factor, 0) * ((above.Slope * at) + above.Offset - value));
                }

                // A line through the function's bend loses nothing there, and all the same something beside it.
                loss += 1e-9 * (upper[i] - lower[i]);
                if (loss > most) (best, most) = (new LeafSplit(bounds.PlaceOf(node.Source, i), at), loss);
            }
        }

        return best;
    }
}
