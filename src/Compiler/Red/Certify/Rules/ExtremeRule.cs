using System;
using RedGen.Compiler.Execute;

namespace RedGen.Compiler.Red.Certify.Rules;

/// <summary>
/// The largest or smallest of some elements: monotone in each, exact in float, and the difference of two maxima lies between the
/// smallest and the largest difference of the elements.
/// </summary>
internal static class ExtremeRule
{
    /// <summary>ReduceMax and the max poolings.</summary>
    public static void Max(PropagationContext context) => Run(context, isMax: true);

    /// <summary>ReduceMin.</summary>
    public static void Min(PropagationContext context) => Run(context, isMax: false);

    private static void Run(PropagationContext context, bool isMax)
    {
        if (context.Node.HasOutput(1)) throw new UncertifiableException("has indices as output, which depend on the input");
        ReferenceTensor Plane(int plane, bool max)
        {
            ReferenceTensor result = ExactEvaluation.OnPlane(context, v => max == isMax ? v.Bound.Plane(plane) : Negated(v.Bound.Plane(plane)))[0]!;
            return max == isMax ? result : Negated(result);
        }

        ReferenceTensor low = Plane(0, isMax);
        double[][] planes = [low.Reals!, Plane(1, isMax).Reals!, Plane(2, isMax).Reals!, Plane(3, isMax).Reals!, Plane(4, max: false).Reals!, Plane(5, max: true).Reals!];
        var y = new PairBound(low.Lengths, planes);
        for (int i = 0; i < y.Count; i++) y[i] = y[i].Refined();
        context.SetOutput(0, y);
    }

    private static ReferenceTensor Negated(ReferenceTensor x) => new(x.ElementType, x.Lengths, Array.ConvertAll(x.Reals!, v => -v));
}
