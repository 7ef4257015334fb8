using System.Runtime;
using System.Runtime.CompilerServices;

namespace Internal.Runtime.CompilerHelpers;

/// <summary>Remainders of floats, exact as in C: long division, a bit at a time.</summary>
internal static class FloatRemainder
{
    private const int Infinity = 0x7F800000;

    [RuntimeExport("fmodf")]
    private static float Remainder(float x, float y)
    {
        int dividend = Bits(x) & int.MaxValue, divisor = Bits(y) & int.MaxValue;
        if (divisor == 0 || dividend >= Infinity || divisor > Infinity) return (x * y) / (x * y);
        if (dividend < divisor) return x;
        int exponent = Exponent(dividend), least = Exponent(divisor);
        int part = Significand(divisor), rest = Significand(dividend) % part;
        for (; exponent > least; exponent--)
        {
            rest <<= 1;
            if (rest >= part) rest -= part;
        }

        for (; rest != 0 && rest < 0x800000 && exponent > 1; exponent--) rest <<= 1;
        int size = rest >= 0x800000 ? (exponent << 23) | (rest & 0x7FFFFF) : rest;
        size |= Bits(x) & int.MinValue;
        return Unsafe.As<int, float>(ref size);
    }

    /// <summary>The exponent as it is stored; numbers without a leading one have that of the smallest others.</summary>
    private static int Exponent(int bits) => bits >> 23 == 0 ? 1 : bits >> 23;

    private static int Significand(int bits) => bits >> 23 == 0 ? bits : (bits & 0x7FFFFF) | 0x800000;

    private static int Bits(float x) => Unsafe.As<float, int>(ref x);
}
