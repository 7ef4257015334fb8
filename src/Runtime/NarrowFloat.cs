#nullable enable
using System;

namespace RedGen.Runtime;

/// <summary>
/// Floats of 8 and 4 bits, which models store and do not compute with: a byte holds the bits of one. Conversions round once, to
/// nearest with ties to even, by the table of ONNX's operator Cast.
/// </summary>
public static class NarrowFloat
{
    private const int SignBit = 0x80;

    /// <summary>float8e4m3fn: no infinities, largest value 448.</summary>
    public static float FromE4M3FN(byte bits) => (bits & 0x7F) == 0x7F ? float.NaN : Decode(bits, SignBit, mantissaBits: 3, bias: 7);

    /// <summary>float8e4m3fnuz: no infinities, no negative zero, largest value 240.</summary>
    public static float FromE4M3FNUZ(byte bits) => bits == SignBit ? float.NaN : Decode(bits, SignBit, mantissaBits: 3, bias: 8);

    /// <summary>float8e5m2: the upper half of binary16.</summary>
    public static float FromE5M2(byte bits)
    {
        int magnitude = bits & 0x7F;
        if (magnitude > 0x7C) return float.NaN;
        if (magnitude == 0x7C) return bits >= SignBit ? float.NegativeInfinity : float.PositiveInfinity;
        return Decode(bits, SignBit, mantissaBits: 2, bias: 15);
    }

    /// <summary>float8e5m2fnuz: no infinities, no negative zero, largest value 57344.</summary>
    public static float FromE5M2FNUZ(byte bits) => bits == SignBit ? float.NaN : Decode(bits, SignBit, mantissaBits: 2, bias: 16);

    /// <summary>float8e8m0: a power of two.</summary>
    public static float FromE8M0(byte bits) => bits == 0xFF ? float.NaN : (float)Power(bits - 127);

    /// <summary>float4e2m1: 0, 0.5, 1, 1.5, 2, 3, 4, 6 and their negatives.</summary>
    public static float FromE2M1(byte bits) => Decode(bits, 0x08, mantissaBits: 1, bias: 1);

    /// <summary>float8e4m3fn; what is too large becomes 448 or NaN.</summary>
    public static byte ToE4M3FN(double value, bool saturate)
        => Signed(value, double.IsNaN(value) ? 0x7F : Magnitude(value, mantissaBits: 3, bias: 7, largest: 0x7E, overflow: saturate ? 0x7E : 0x7F));

    /// <summary>float8e4m3fnuz; what is too large becomes 240 or NaN.</summary>
    public static byte ToE4M3FNUZ(double value, bool saturate)
        => ToUnsignedZero(value, double.IsNaN(value) ? 0x80 : Magnitude(value, mantissaBits: 3, bias: 8, largest: 0x7F, overflow: saturate ? 0x7F : 0x80));

    /// <summary>float8e5m2; what is too large becomes 57344 or infinite.</summary>
    public static byte ToE5M2(double value, bool saturate)
        => Signed(value, double.IsNaN(value) ? 0x7E : Magnitude(value, mantissaBits: 2, bias: 15, largest: 0x7B, overflow: saturate ? 0x7B : 0x7C));

    /// <summary>float8e5m2fnuz; what is too large becomes 57344 or NaN.</summary>
    public static byte ToE5M2FNUZ(double value, bool saturate)
        => ToUnsignedZero(value, double.IsNaN(value) ? 0x80 : Magnitude(value, mantissaBits: 2, bias: 16, largest: 0x7F, overflow: saturate ? 0x7F : 0x80));

    /// <summary>float4e2m1; what is too large becomes 6, NaN becomes −0.</summary>
    public static byte ToE2M1(double value)
    {
        if (double.IsNaN(value)) return 0x08;
        int magnitude = Magnitude(value, mantissaBits: 1, bias: 1, largest: 0x07, overflow: 0x07);
        return (byte)(IsNegative(value) ? magnitude | 0x08 : magnitude);
    }

    /// <summary>float8e8m0, the next power that is not smaller; the sign is lost.</summary>
    public static byte ToE8M0Up(double value, bool saturate) => EncodePower(value, saturate, 0xFFFFFFFFFFFFFL);

    /// <summary>float8e8m0, the last power that is not larger; the sign is lost.</summary>
    public static byte ToE8M0Down(double value, bool saturate) => EncodePower(value, saturate, 0);

    /// <summary>float8e8m0, the nearer power, the larger one from the middle; the sign is lost.</summary>
    public static byte ToE8M0Nearest(double value, bool saturate) => EncodePower(value, saturate, 0x8000000000000L);

    private static float Decode(int bits, int signBit, int mantissaBits, int bias)
    {
        int exponent = (bits & (signBit - 1)) >> mantissaBits;
        int mantissa = bits & ((1 << mantissaBits) - 1);
        double magnitude = exponent == 0 ? mantissa * Power(1 - bias - mantissaBits) : (mantissa + (1 << mantissaBits)) * Power(exponent - bias - mantissaBits);
        return (float)((bits & signBit) != 0 ? -magnitude : magnitude);
    }

    /// <summary>Counts in units of the last place: exponent and count add up to the bits, and a carry moves on to the next exponent.</summary>
    private static int Magnitude(double value, int mantissaBits, int bias, int largest, int overflow)
    {
        int exponent = Math.Max((int)((BitConverter.DoubleToInt64Bits(value) >> 52) & 0x7FF) - 1023, 1 - bias);
        if (exponent > bias + 1) return overflow;
        int units = (int)Math.Round(Math.Abs(value) * Power(mantissaBits - exponent));
        int bits = ((exponent + bias - 1) << mantissaBits) + units;
        return bits <= largest ? bits : overflow;
    }

    /// <summary>Adding to the mantissa carries into the exponent where the value is to be rounded up.</summary>
    private static byte EncodePower(double value, bool saturate, long rounding)
    {
        if (double.IsNaN(value)) return 0xFF;
        long bits = BitConverter.DoubleToInt64Bits(value) & long.MaxValue;
        if (BitConverter.Int64BitsToDouble(bits) < Power(-127)) return (byte)(saturate ? 0 : 0xFF);
        long code = ((bits + rounding) >> 52) - 1023 + 127;
        return (byte)(code <= 0xFE ? code : saturate ? 0xFE : 0xFF);
    }

    private static byte Signed(double value, int magnitude) => (byte)(IsNegative(value) ? magnitude | SignBit : magnitude);

    /// <summary>Where another format has its negative zero, these have NaN.</summary>
    private static byte ToUnsignedZero(double value, int magnitude) => magnitude == 0 || magnitude == SignBit ? (byte)magnitude : Signed(value, magnitude);

    private static bool IsNegative(double value) => BitConverter.DoubleToInt64Bits(value) < 0;

    /// <summary>2 to the power, which must be in the range of double's normal numbers.</summary>
    private static double Power(int exponent) => BitConverter.Int64BitsToDouble((long)(exponent + 1023) << 52);
}
