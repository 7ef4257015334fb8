using System.Globalization;
using System.Text;
using RedGen.Compiler.Execute;
using RedGen.Compiler.Graphs;

namespace RedGen.Compiler.Emit;

/// <summary>C# literals for constants, the same on every machine and exact to the bit (NaN payloads excepted).</summary>
public static class CSharpLiteral
{
    /// <summary>A float literal: the shortest text that reads back as the same value.</summary>
    public static string Of(float value)
    {
        if (float.IsNaN(value)) return "float.NaN";
        if (float.IsPositiveInfinity(value)) return "float.PositiveInfinity";
        if (float.IsNegativeInfinity(value)) return "float.NegativeInfinity";
        if (value == 0) return 1 / value < 0 ? "-0f" : "0f";
        return Shortest(value) + "f";
    }

    /// <summary>A double literal.</summary>
    public static string Of(double value)
    {
        if (double.IsNaN(value)) return "double.NaN";
        if (double.IsPositiveInfinity(value)) return "double.PositiveInfinity";
        if (double.IsNegativeInfinity(value)) return "double.NegativeInfinity";
        if (value == 0) return 1 / value < 0 ? "-0d" : "0d";
        string text = value.ToString("R", CultureInfo.InvariantCulture);
        if (double.Parse(text, CultureInfo.InvariantCulture) != value) text = value.ToString("G17", CultureInfo.InvariantCulture);
        return text + "d";
    }

    /// <summary>An integer literal of a C# integer type.</summary>
    public static string Of(ElementType type, long value) => type switch
    {
        ElementType.Int64 => value == long.MinValue ? "long.MinValue" : value.ToString(CultureInfo.InvariantCulture) + "L",
        ElementType.UInt64 => unchecked((ulong)value).ToString(CultureInfo.InvariantCulture) + "UL",
        ElementType.UInt32 => value.ToString(CultureInfo.InvariantCulture) + "u",
        ElementType.Int32 => value == int.MinValue ? "int.MinValue" : value.ToString(CultureInfo.InvariantCulture),
        ElementType.Bool => value != 0 ? "true" : "false",
        _ => "((" + type.CSharpName() + ")" + (value < 0 ? "(" + value.ToString(CultureInfo.InvariantCulture) + ")" : value.ToString(CultureInfo.InvariantCulture)) + ")",
    };

    /// <summary>A literal of any element type that C# holds, from a real or an integer.</summary>
    public static string Of(ElementType type, double real, long integer) => type switch
    {
        ElementType.Float32 => Of((float)real),
        ElementType.Float64 => Of(real),
        ElementType.Float16 or ElementType.BFloat16 => "((" + type.CSharpName() + ")(" + Of((float)real) + "))",
        _ when type.IsNarrow() && type.IsFloat() => Of(ElementType.UInt8, NarrowFloats.Encode(type, NarrowFloats.Round(type, real))),
        _ => Of(type, integer),
    };

    /// <summary>An integer, for lengths and indices.</summary>
    public static string Of(int value) => value.ToString(CultureInfo.InvariantCulture);

    /// <summary>A string literal; names in models may hold any character.</summary>
    public static string Of(string text)
    {
        var literal = new StringBuilder("\"");
        foreach (char c in text)
        {
            if (c is '"' or '\\') literal.Append('\\').Append(c);
            else if (c is >= ' ' and <= '~') literal.Append(c);
            else literal.Append("\\u").Append(((int)c).ToString("X4", CultureInfo.InvariantCulture));
        }

        return literal.Append('"').ToString();
    }

    private static string Shortest(float value)
    {
        // .NET Framework hosts: "R" of a float is not always shortest, so look for the fewest digits that read back.
        for (int digits = 6; digits < 9; digits++)
        {
            string text = value.ToString("G" + digits.ToString(CultureInfo.InvariantCulture), CultureInfo.InvariantCulture);
            if (float.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out float back) && back == value) return text;
        }

        return value.ToString("G9", CultureInfo.InvariantCulture);
    }
}
