using System;
using RedGen.Compiler.Execute;
using RedGen.Compiler.Operators.Normalisation;
using RedGen.Compiler.Operators.Reduction;

namespace RedGen.Compiler.Red.Certify.Rules;

/// <summary>BatchNormalization with constant statistics: an affine map of each channel.</summary>
internal static class BatchNormalizationRule
{
    /// <summary>Bounds the output.</summary>
    public static void Run(PropagationContext context)
    {
        if (BatchNormalization.IsTraining(context.Node)) throw new UncertifiableException("is in training mode, in which the batch's statistics count");
        ReferenceTensor scale = context.Exact(1), shift = context.Exact(2), mean = context.Exact(3), variance = context.Exact(4);
        PairBound x = context.Bound(0);
        var y = new PairBound(x.Lengths);
        AxisView view = BatchNormalization.View(context.Node, x.Lengths);
        double epsilon = context.Node.Attributes.Float("epsilon", 1e-5f);
        for (int i = 0; i < y.Count; i++)
        {
            int c = i / view.Inner % view.Length;
            double factor = scale.Reals![c] / Math.Sqrt(variance.Reals![c] + epsilon);
            Interval by = Interval.Point(factor);
            double Size(Interval v) => (Math.Abs(factor) * (v.MaxAbs + Math.Abs(mean.Reals![c]))) + Math.Abs(shift.Reals![c]);
            Interval Map(Interval v) => (by * (v - Interval.Point(mean.Reals![c]))) + Interval.Point(shift.Reals![c]);
            PairInterval v = x[i];
            y[i] = new PairInterval(Map(v.Original), Map(v.Reduced), by * v.Delta)
                .Rounded(FloatRounding.OfSum(2, Size(v.Original)), FloatRounding.OfSum(2, Size(v.Reduced))).Refined();
        }

        context.SetOutput(0, y);
    }
}
