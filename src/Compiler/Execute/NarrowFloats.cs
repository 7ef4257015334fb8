using System;
using System.Collections.Generic;
using RedGen.Compiler.Graphs;

namespace RedGen.Compiler.Execute;

/// <summary>How float8e8m0, which holds powers of two only, is rounded to.</summary>
internal enum PowerRounding
{
    /// <summary>To the next power that is not smaller.</summary>
    Up,

    /// <summary>To the last power that is not larger.</summary>
    Down,

    /// <summary>To the nearer power, and up from the middle.</summary>
    Nearest,
}

/// <summary>
/// Floats of 8 and 4 bits. A code is sign, exponent and mantissa: ±(1 + mantissa) · 2^(exponent − bias), or at exponent 0
/// ±mantissa · 2^(1 − bias); but for the codes that mean infinity or NaN. float8e8m0 is a power of two without sign or zero.
/// </summary>
internal static class NarrowFloats
{
    private sealed record Format(int MantissaBits, int Bias, double Largest, double Overflow);

    private static readonly Dictionary<ElementType, Format> Formats = new()
    {
        [ElementType.Float8E4M3FN] = new(3, 7, 448, double.NaN),
        [ElementType.Float8E4M3FNUZ] = new(3, 8, 240, double.NaN),
        [ElementType.Float8E5M2] = new(2, 15, 57344, double.PositiveInfinity),
        [ElementType.Float8E5M2FNUZ] = new(2, 16, 57344, double.NaN),
        [ElementType.Float4E2M1] = new(1, 1, 6, 6),
    };

    private const int LowestPower = -127;
    private const int HighestPower = 127;

    /// <summary>The value of a code.</summary>
    public static double Decode(ElementType type, int code)
    {
        if (type == ElementType.Float8E8M0) return code == 255 ? double.NaN : Math.Pow(2, code + LowestPower);
        if (IsUnsignedZero(type) && code == 128) return double.NaN;
        if (type == ElementType.Float8E4M3FN && (code & 127) == 127) return double.NaN;
        if (type == ElementType.Float8E5M2 && (code & 127) > 124) return double.NaN;
        Format format = Formats[type];
        int signBit = type == ElementType.Float4E2M1 ? 8 : 128;
        int exponent = (code & (signBit - 1)) >> format.MantissaBits;
        double mantissa = (code & ((1 << format.MantissaBits) - 1)) / (double)(1 << format.MantissaBits);
        double magnitude = type == ElementType.Float8E5M2 && exponent == 31 ? double.PositiveInfinity
            : exponent == 0 ? mantissa * Math.Pow(2, 1 - format.Bias)
            : (1 + mantissa) * Math.Pow(2, exponent - format.Bias);
        return (code & signBit) != 0 ? -magnitude : magnitude;
    }

    /// <summary>The code of a value that the type holds.</summary>
    public static byte Encode(ElementType type, double value)
    {
        if (double.IsNaN(value)) return NaN(type, BitConverter.DoubleToInt64Bits(value) < 0);
        int codes = type == ElementType.Float4E2M1 ? 16 : 256;
        long bits = BitConverter.DoubleToInt64Bits(value);
        for (int code = 0; code < codes; code++)
            if (BitConverter.DoubleToInt64Bits(Decode(type, code)) == bits) return (byte)code;
        throw new ArgumentOutOfRangeException(nameof(value), value, type.Name() + " does not hold the value.");
    }

    /// <summary>To nearest, ties to even; what is too large becomes infinite or NaN where the type has it.</summary>
    public static double Round(ElementType type, double value)
    {
        if (type == ElementType.Float8E8M0) return RoundPower(value, saturate: true, PowerRounding.Nearest);
        Format format = Formats[type];
        // The one format without NaN.
        if (double.IsNaN(value)) return type == ElementType.Float4E2M1 ? -0.0 : value;
        double rounded = ElementRounding.RoundBinary(value, format.MantissaBits + 1, 1 - format.Bias, format.Largest);
        if (double.IsInfinity(rounded)) rounded = rounded < 0 ? -format.Overflow : format.Overflow;
        return rounded == 0 && IsUnsignedZero(type) ? 0 : rounded;
    }

    /// <summary>As Cast converts: with saturation what is too large becomes the largest value.</summary>
    public static double Convert(ElementType type, double value, bool saturate, PowerRounding rounding)
    {
        if (type == ElementType.Float8E8M0) return RoundPower(value, saturate, rounding);
        double largest = Formats[type].Largest;
        double rounded = Round(type, value);
        bool isBeyond = Math.Abs(value) > largest && (double.IsInfinity(rounded) || double.IsNaN(rounded));
        return saturate && isBeyond ? value < 0 ? -largest : largest : rounded;
    }

    /// <summary>The sign does not matter; 0 is below every power.</summary>
    private static double RoundPower(double value, bool saturate, PowerRounding rounding)
    {
        if (double.IsNaN(value)) return double.NaN;
        double magnitude = Math.Abs(value);
        if (magnitude < Math.Pow(2, LowestPower)) return saturate ? Math.Pow(2, LowestPower) : double.NaN;
        if (magnitude > Math.Pow(2, HighestPower + 1)) return saturate ? Math.Pow(2, HighestPower) : double.NaN;
        int power = LowestPower;
        while (Math.Pow(2, power + 1) <= magnitude) power++;
        double fraction = magnitude / Math.Pow(2, power);
        if (rounding == PowerRounding.Up ? fraction > 1 : rounding == PowerRounding.Nearest && fraction >= 1.5) power++;
        return power <= HighestPower ? Math.Pow(2, power) : saturate ? Math.Pow(2, HighestPower) : double.NaN;
    }

    private static bool IsUnsignedZero(ElementType type) => type is ElementType.Float8E4M3FNUZ or ElementType.Float8E5M2FNUZ;

    private static byte NaN(ElementType type, bool isNegative) => type switch
    {
        ElementType.Float8E4M3FN => (byte)(isNegative ? 0xFF : 0x7F),
        ElementType.Float8E5M2 => (byte)(isNegative ? 0xFE : 0x7E),
        ElementType.Float8E8M0 => 0xFF,
        _ => 0x80,
    };
}
