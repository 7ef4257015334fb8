using RedGen.Compiler.Graphs;

namespace RedGen.Compiler.Operators.Quantised;

/// <summary>The types that QuantizeLinear and DequantizeLinear know, by opset.</summary>
internal static class QuantizedTypes
{
    /// <summary>Whether a version of the operators has a type.</summary>
    public static bool AreIn(ElementType type, OperatorId id)
    {
        int opset = id.Domain.Length > 0 ? 21 : id.Version;
        return type switch
        {
            ElementType.Int8 or ElementType.UInt8 or ElementType.Int32 => true,
            ElementType.Float8E4M3FN or ElementType.Float8E4M3FNUZ or ElementType.Float8E5M2 or ElementType.Float8E5M2FNUZ => opset >= 19,
            ElementType.Int16 or ElementType.UInt16 or ElementType.Int4 or ElementType.UInt4 => opset >= 21,
            ElementType.Float4E2M1 => opset >= 23,
            ElementType.Int2 or ElementType.UInt2 => opset >= 25,
            _ => false,
        };
    }

    /// <summary>Whether a type has 8 bits and is an integer.</summary>
    public static bool IsByte(ElementType type) => type is ElementType.Int8 or ElementType.UInt8;

    /// <summary>Throws where an input that is given is no 8-bit integer.</summary>
    public static void RequireBytes(InferenceContext context, params int[] inputs)
    {
        foreach (int i in inputs)
            if (context.HasInput(i) && !IsByte(context.Type(i))) throw context.WrongType("input " + i.ToString(System.Globalization.CultureInfo.InvariantCulture) + " must be int8 or uint8");
    }
}
