using System;
using System.Linq;
using RedGen.Compiler.Execute;

namespace RedGen.Compiler.Red.Certify.Rules;

/// <summary>Sums and means of elements: linear with weights that are not negative, so that each plane is reduced as the elements are.</summary>
internal static class AverageRule
{
    /// <summary>Bounds the output.</summary>
    public static void Run(PropagationContext context)
    {
        PairBound x = context.Bound(0);
        var planes = new double[PairBound.PlaneCount][];
        int[] lengths = [];
        for (int p = 0; p < planes.Length; p++)
        {
            int plane = p;
            ReferenceTensor result = ExactEvaluation.OnPlane(context, v => v.Bound.Plane(plane))[0]!;
            (planes[p], lengths) = (result.Reals!, result.Lengths);
        }

        double[] original = Magnitudes(context, v => v.Original);
        double[] reduced = Magnitudes(context, v => v.Reduced);
        var y = new PairBound(lengths, planes);
        int terms = Terms(context, y.Count);
        bool positive = x.Plane(0).Reals!.All(v => v >= 0);
        bool positiveReduced = x.Plane(2).Reals!.All(v => v >= 0);
        for (int i = 0; i < y.Count; i++)
        {
            // The sum behind a mean may overflow where the mean does not.
            bool fits = Math.Max(original[i], reduced[i]) * terms < float.MaxValue / 2;
            y[i] = fits ? y[i].Rounded(FloatRounding.OfSum(terms, original[i]), FloatRounding.OfSum(terms, reduced[i])).NotBelowZero(positive, positiveReduced).Refined() : PairInterval.Unbounded;
        }

        context.SetOutput(0, y);
    }

    /// <summary>The largest number of elements behind one of the output.</summary>
    public static int Terms(PropagationContext context, int outputs)
    {
        int inputs = context.Bound(0).Count;
        if (context.Node.Attributes.Ints("kernel_shape") is { } kernel) return (int)Math.Min(inputs, kernel.Aggregate(1.0, (a, b) => a * b));
        return outputs == 0 ? inputs : inputs / outputs;
    }

    private static double[] Magnitudes(PropagationContext context, Func<PairInterval, Interval> side) => ExactEvaluation.OnPlane(context, v =>
    {
        ReferenceTensor plane = new(Graphs.ElementType.Float64, v.Bound.Lengths);
        for (int i = 0; i < plane.Count; i++) plane.Reals![i] = side(v.Bound[i]).MaxAbs;
        return plane;
    })[0]!.Reals!;
}
