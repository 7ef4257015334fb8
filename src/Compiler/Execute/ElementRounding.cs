using System;
using RedGen.Compiler.Graphs;

namespace RedGen.Compiler.Execute;

/// <summary>Rounding of double and long to the values that an element type holds.</summary>
public static class ElementRounding
{
    /// <summary>Rounds to nearest, ties to even; beyond the largest finite value the result is infinite (IEEE 754 §4.3.1).</summary>
    public static double Round(ElementType type, double value) => type switch
    {
        ElementType.Float64 => value,
        ElementType.Float32 => (float)value,
        ElementType.Float16 => RoundBinary(value, precision: 11, minExponent: -14, largest: 65504),
        ElementType.BFloat16 => RoundBinary(value, precision: 8, minExponent: -126, largest: 3.3895313892515355e38),
        _ => NarrowFloats.Round(type, value),
    };

    /// <summary>Takes an integer modulo 2^bits of its type, as C#'s unchecked conversions do; bool is 0 or 1.</summary>
    public static long Wrap(ElementType type, long value) => type switch
    {
        ElementType.Int8 => unchecked((sbyte)value),
        ElementType.UInt8 => unchecked((byte)value),
        ElementType.Int16 => unchecked((short)value),
        ElementType.UInt16 => unchecked((ushort)value),
        ElementType.Int32 => unchecked((int)value),
        ElementType.UInt32 => unchecked((uint)value),
        ElementType.Bool => value != 0 ? 1 : 0,
        ElementType.UInt4 => value & 15,
        ElementType.Int4 => ((value & 15) ^ 8) - 8,
        ElementType.UInt2 => value & 3,
        ElementType.Int2 => ((value & 3) ^ 2) - 2,
        _ => value,
    };

    /// <summary>Converts a real to an integer type as C# and ONNX Runtime do: truncated; out of range wraps from the 64-bit result.</summary>
    public static long Truncate(ElementType type, double value)
    {
        if (type == ElementType.Bool) return value != 0 ? 1 : 0;
        if (double.IsNaN(value)) return 0;
        if (type == ElementType.UInt64 && value >= 9.2233720368547758e18)
            return value >= 1.8446744073709552e19 ? -1 : unchecked((long)(ulong)value);
        long wide = value >= 9.2233720368547758e18 ? long.MaxValue : value <= -9.2233720368547758e18 ? long.MinValue : (long)value;
        return Wrap(type, wide);
    }

    /// <summary>Rounds to a number of significant bits, or fewer below the smallest exponent; beyond the largest value the result is infinite.</summary>
    internal static double RoundBinary(double value, int precision, int minExponent, double largest)
    {
        if (value == 0 || double.IsNaN(value) || double.IsInfinity(value)) return value;
        int exponent = (int)((BitConverter.DoubleToInt64Bits(value) >> 52) & 0x7FF) - 1023;
        if (exponent < minExponent) exponent = minExponent;
        double unit = Math.Pow(2, exponent - precision + 1);
        double rounded = Math.Round(value / unit, MidpointRounding.ToEven) * unit;
        if (Math.Abs(rounded) > largest) return value > 0 ? double.PositiveInfinity : double.NegativeInfinity;
        return rounded;
    }
}
