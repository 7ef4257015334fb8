using System;
using System.Globalization;
using System.Text;

namespace RedGen.Compiler.Emit;

/// <summary>
/// Bytes of 0 … 127 as the characters of a <c>u8</c> literal. Only printable ASCII stands as it is, so that the text survives every
/// editor, saved file and line-ending conversion.
/// </summary>
internal static class ByteText
{
    /// <summary>Bytes in a literal; longer arrays are sums of literals, so that no line is longer than a few megabytes.</summary>
    private const int LiteralBytes = 1 << 20;

    /// <summary>The characters that a byte takes in the literal.</summary>
    public static int Width(int code) => code is '"' or '\\' or 0 or (>= 7 and <= 13) ? 2 : code is >= ' ' and <= '~' ? 1 : 6;

    /// <summary>The literals, one a line.</summary>
    public static string Of(ReadOnlySpan<byte> codes)
    {
        var text = new StringBuilder(codes.Length + 16);
        for (int start = 0; start < codes.Length; start += LiteralBytes)
        {
            text.Append(start > 0 ? "\n+ \"" : "\"");
            foreach (byte code in codes.Slice(start, Math.Min(LiteralBytes, codes.Length - start))) Append(text, code);
            text.Append("\"u8");
        }

        return text.ToString();
    }

    private static void Append(StringBuilder text, byte code)
    {
        switch (Width(code))
        {
            case 1: text.Append((char)code); break;
            case 2: text.Append('\\').Append(code switch { 0 => '0', 7 => 'a', 8 => 'b', 9 => 't', 10 => 'n', 11 => 'v', 12 => 'f', 13 => 'r', _ => (char)code }); break;
            default: text.Append("\\u").Append(((int)code).ToString("X4", CultureInfo.InvariantCulture)); break;
        }
    }
}
