using System;
using RedGen.Compiler.Execute;
using RedGen.Compiler.Graphs;

namespace RedGen.Compiler.Red.Certify.Rules;

/// <summary>Norms of some elements: they grow with each magnitude, and |‖x~‖ − ‖x‖| ≤ ‖x~ − x‖ (Minkowski).</summary>
internal static class NormRule
{
    /// <summary>Bounds the output.</summary>
    public static void Run(PropagationContext context)
    {
        double[] Norm(Func<PairInterval, double> magnitude, out int[] lengths)
        {
            ReferenceTensor result = ExactEvaluation.OnPlane(context, v =>
            {
                var plane = new ReferenceTensor(ElementType.Float64, v.Bound.Lengths);
                for (int i = 0; i < plane.Count; i++) plane.Reals![i] = magnitude(v.Bound[i]);
                return plane;
            })[0]!;
            lengths = result.Lengths;
            return result.Reals!;
        }

        double[] delta = Norm(v => v.Delta.MaxAbs, out int[] lengths);
        double[] originalLow = Norm(v => v.Original.MinAbs, out _), originalHigh = Norm(v => v.Original.MaxAbs, out _);
        double[] reducedLow = Norm(v => v.Reduced.MinAbs, out _), reducedHigh = Norm(v => v.Reduced.MaxAbs, out _);
        var y = new PairBound(lengths);
        // Powers and root are functions; squares that underflow lose less than the root of all of them.
        double relative = 4 * FloatRounding.Function;
        int terms = AverageRule.Terms(context, y.Count);
        double absolute = Math.Sqrt((terms + 1) * FloatRounding.Tiny);
        for (int i = 0; i < y.Count; i++)
        {
            double Error(double norm) => norm * norm * terms < float.MaxValue / 2 ? FloatRounding.OfSum(terms, norm) + (norm * relative) + absolute : double.PositiveInfinity;
            y[i] = new PairInterval(new(originalLow[i], originalHigh[i]), new(reducedLow[i], reducedHigh[i]), new(-delta[i], delta[i]))
                .Rounded(Error(originalHigh[i]), Error(reducedHigh[i])).NotBelowZero(original: true, reduced: true).Refined();
        }

        context.SetOutput(0, y);
    }
}
