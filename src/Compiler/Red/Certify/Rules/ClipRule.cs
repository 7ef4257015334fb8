using System;

namespace RedGen.Compiler.Red.Certify.Rules;

/// <summary>Clip between constants.</summary>
internal static class ClipRule
{
    private const int BoundsAreInputs = 11;

    /// <summary>Bounds the output.</summary>
    public static void Run(PropagationContext context)
    {
        double low = Bound(context, 1, "min", double.NegativeInfinity);
        double high = Bound(context, 2, "max", double.PositiveInfinity);
        if (!(low <= high)) throw new UncertifiableException("has bounds that leave nothing between them");
        PairBound x = context.Bound(0);
        var y = new PairBound(x.Lengths);
        for (int i = 0; i < y.Count; i++)
            y[i] = FunctionRule.Apply(x[i], v => Math.Min(Math.Max(v, low), high), [], h => FunctionTable.Ramp(h, 1, low, high), 0, 0);
        context.SetOutput(0, y);
    }

    private static double Bound(PropagationContext context, int input, string attribute, double none)
    {
        if (context.Node.Operator.Version >= BoundsAreInputs) return context.HasInput(input) ? context.Exact(input).Real(0) : none;
        return context.Node.Attributes.Has(attribute) ? context.Node.Attributes.Float(attribute, 0) : none;
    }
}
