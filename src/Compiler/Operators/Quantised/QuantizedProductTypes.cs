using RedGen.Compiler.Graphs;

namespace RedGen.Compiler.Operators.Quantised;

/// <summary>What the products of quantised tensors share: scales, and how a sum comes to the scale of the result.</summary>
internal static class QuantizedProductTypes
{
    /// <summary>Throws where scales are of a type that there is none for.</summary>
    public static void Check(InferenceContext context, params int[] scales)
    {
        foreach (int i in scales)
            if (context.Type(i) is ElementType.Float64 || context.Type(i) != context.Type(scales[0])) throw context.WrongType("scales must be float32, float16 or bfloat16, all of one type");
    }

    /// <summary>What a sum is multiplied by, in float32 step by step.</summary>
    public static double Factor(double a, double b, double y) => (float)((float)(a * b) / y);

    /// <summary>A sum at the scale of the result.</summary>
    public static long Requantise(ElementType type, long sum, double factor, long zeroPoint) => Saturation.Of(type, (float)((float)sum * factor), zeroPoint);
}
