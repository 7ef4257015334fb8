using RedGen.Compiler.Graphs;

namespace RedGen.Compiler.Operators.Elementwise;

/// <summary>The C# of narrow elements, which generated code holds as bytes: floats by their bits, integers by their value.</summary>
internal static class NarrowText
{
    /// <summary>The class in which an element stands once it is loaded.</summary>
    public static ArithmeticClass ConversionClass(this ElementType type)
        => !type.IsNarrow() ? type.Arithmetic() : type.IsFloat() ? ArithmeticClass.Single : ArithmeticClass.Int32;

    /// <summary>An element as an operand of its class.</summary>
    public static string Load(ElementType type, string element)
        => type.IsNarrow() && type.IsFloat() ? $"NarrowFloat.From{Name(type)}({element})" : element;

    /// <summary>A number as an element.</summary>
    /// <param name="node">The conversion, which says how it is rounded.</param>
    /// <param name="type">The element type.</param>
    /// <param name="from">The class of the number.</param>
    /// <param name="x">Its C#.</param>
    public static string Convert(Node node, ElementType type, ArithmeticClass from, string x)
    {
        if (type.IsFloat()) return Store(node, type, from == ArithmeticClass.Bool ? $"{x} ? 1d : 0d" : x);
        if (from == ArithmeticClass.Bool) return $"({type.CSharpName()})({x} ? 1 : 0)";
        string integer = from.IsFloat() ? $"ElementConvert.ToInt64({x})" : from == ArithmeticClass.UInt64 ? "(long)" + x : x;
        return $"ElementConvert.To{Name(type)}({integer})";
    }

    private static string Store(Node node, ElementType type, string x)
    {
        if (type == ElementType.Float4E2M1) return $"NarrowFloat.ToE2M1({x})";
        string rounding = type == ElementType.Float8E8M0 ? Conversion.Rounding(node)!.Value.ToString() : "";
        return $"NarrowFloat.To{Name(type)}{rounding}({x}, saturate: {(Conversion.Saturates(node) ? "true" : "false")})";
    }

    private static string Name(ElementType type) => type switch
    {
        ElementType.Float8E4M3FN => "E4M3FN",
        ElementType.Float8E4M3FNUZ => "E4M3FNUZ",
        ElementType.Float8E5M2 => "E5M2",
        ElementType.Float8E5M2FNUZ => "E5M2FNUZ",
        ElementType.Float8E8M0 => "E8M0",
        ElementType.Float4E2M1 => "E2M1",
        _ => type.ToString(),
    };
}
