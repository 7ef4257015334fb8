using RedGen.Compiler.Graphs;

namespace RedGen.Compiler.Kernels;

/// <summary>Elements of any type as doubles and back, in C#: for operators that are computed in double whatever their types.</summary>
internal static class DoubleText
{
    /// <summary>Whether generated code converts elements of a type.</summary>
    public static bool Serves(ElementType type) => type == ElementType.Bool || Arithmetic.Of(type) is not null;

    /// <summary>An element as a double, or as what C# converts to one.</summary>
    public static string Load(ElementType type, string element) => type switch
    {
        ElementType.Float64 or ElementType.Float32 => element,
        ElementType.Bool => "(" + element + " ? 1d : 0d)",
        _ => type.IsFloat() ? "(double)" + element : element,
    };

    /// <summary>A double as an element: floats are rounded, integers truncated.</summary>
    public static string Store(ElementType type, string value) => type switch
    {
        ElementType.Float64 => value,
        ElementType.Bool => "(" + value + ") != 0d",
        ElementType.Int64 => "ElementConvert.ToInt64(" + value + ")",
        ElementType.UInt64 => "ElementConvert.ToUInt64(" + value + ")",
        _ => type.IsFloat() ? "(" + type.CSharpName() + ")" + (IsPrimary(value) ? value : "(" + value + ")") : "unchecked((" + type.CSharpName() + ")ElementConvert.ToInt64(" + value + "))",
    };

    /// <summary>Whether an expression is a name, an element or a call: no blank stands outside its brackets.</summary>
    private static bool IsPrimary(string value)
    {
        int depth = 0;
        foreach (char c in value)
        {
            depth += c is '(' or '[' ? 1 : c is ')' or ']' ? -1 : 0;
            if (c == ' ' && depth == 0) return false;
        }

        return value[0] != '-';
    }
}
