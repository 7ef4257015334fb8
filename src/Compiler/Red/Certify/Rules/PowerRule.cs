using System;
using RedGen.Compiler.Execute;
using RedGen.Compiler.Operators.Elementwise;

namespace RedGen.Compiler.Red.Certify.Rules;

/// <summary>Pow with constant exponents: natural numbers for any base, others for positive bases.</summary>
internal static class PowerRule
{
    /// <summary>Bounds the output.</summary>
    public static void Run(PropagationContext context)
    {
        PairBound x = context.Bound(0);
        ReferenceTensor exponent = context.Exact(1);
        var y = new PairBound(context.OutputLengths(0));
        int[] lengths = ((ElementwiseOperator)context.Operator).OperandLengths(context.Node, 1, exponent.Lengths, x.Lengths.Length);
        var xs = new BroadcastReader(x.Lengths, y.Lengths);
        var es = new BroadcastReader(lengths, y.Lengths);
        for (int i = 0; i < y.Count; i++) y[i] = Power(x[xs.IndexOf(i)], exponent.Real(es.IndexOf(i)));
        context.SetOutput(0, y);
    }

    /// <summary>Bounds a power.</summary>
    public static PairInterval Power(PairInterval x, double exponent)
    {
        if (exponent == 1) return x;
        bool natural = exponent >= 0 && exponent == Math.Floor(exponent) && exponent < 1024;
        if (!natural && !(x.Hull.Low > 0)) return PairInterval.Unbounded;
        return FunctionRule.Apply(x, v => Math.Pow(v, exponent), [0], h => Slope(h, exponent), FloatRounding.Function, 0);
    }

    /// <summary>e·x^(e−1) is monotone on either side of zero, where it is 0 for e of 2 and more.</summary>
    private static Interval Slope(Interval h, double exponent)
    {
        if (exponent == 0) return Interval.Point(0);
        double a = exponent * Math.Pow(h.Low, exponent - 1);
        double b = exponent * Math.Pow(h.High, exponent - 1);
        var ends = new Interval(Math.Min(a, b), Math.Max(a, b));
        if (h.HoldsZero) ends = ends.Hull(Interval.Point(0));
        return ends.Widened(ends.MaxAbs * 1e-12);
    }
}
