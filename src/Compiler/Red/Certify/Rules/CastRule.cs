using RedGen.Compiler.Graphs;

namespace RedGen.Compiler.Red.Certify.Rules;

/// <summary>Cast between floats of 32 and 64 bits.</summary>
internal static class CastRule
{
    /// <summary>Bounds the output.</summary>
    public static void Run(PropagationContext context)
    {
        ElementType? from = context.OriginalGraph.TensorTypeOf(context.Node.Inputs[0])?.ElementType;
        ElementType? to = context.OriginalGraph.TensorTypeOf(context.Node.Outputs[0])?.ElementType;
        if (from is not (ElementType.Float32 or ElementType.Float64) || to is not (ElementType.Float32 or ElementType.Float64))
            throw new UncertifiableException("converts between types of which only float and double have a bound");
        PairBound x = context.Bound(0);
        var y = new PairBound(x.Lengths);
        for (int i = 0; i < y.Count; i++) y[i] = from == to ? x[i] : x[i].Rounded(FloatRounding.Operation);
        context.SetOutput(0, y);
    }
}
