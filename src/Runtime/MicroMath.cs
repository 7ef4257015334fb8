#nullable enable
using System;
using System.Runtime.CompilerServices;

namespace RedGen.Runtime;

/// <summary>
/// What a network asks of a mathematics library, by additions, multiplications, divisions and comparisons of floats in one stated order: the same
/// bits on every machine, from a desktop to a microcontroller without a C library (RedGenProfile=Micro, RedGenFloat=Strict). The fits are those of the
/// vector kernels; the errors stated are the largest seen in sweeps against double, in units in the last place (ULP).
/// </summary>
public static class MicroMath
{
    // 1.5 × 2^23: added to |x| < 2^22, the sum's low bits are x rounded to an integer.
    private const float Rounder = 12582912f;

    // ln 2 in two parts; the first has few enough bits that its product with an exponent is exact.
    private const float Ln2High = 0.693359375f;
    private const float Ln2Low = -2.12194440e-4f;

    // π / 2 in three parts, for arguments up to a few thousand.
    private const float HalfPiHigh = 1.5703125f;
    private const float HalfPiMiddle = 4.8375129699707031e-4f;
    private const float HalfPiLow = 7.5497899548918821e-8f;

    /// <summary>Whether a number is NaN.</summary>
    public static bool IsNaN(float x) => !(x <= 0f) && !(x > 0f);

    /// <summary>Whether a number is +∞.</summary>
    public static bool IsPositiveInfinity(float x) => x > float.MaxValue;

    /// <summary>Whether a number is −∞.</summary>
    public static bool IsNegativeInfinity(float x) => x < float.MinValue;

    /// <summary>Whether a number is +∞ or −∞.</summary>
    public static bool IsInfinity(float x) => x > float.MaxValue || x < float.MinValue;

    /// <summary>The larger of two; a NaN on either side gives NaN.</summary>
    public static float Max(float a, float b) => a > b || IsNaN(a) ? a : b;

    /// <summary>The smaller of two; a NaN on either side gives NaN.</summary>
    public static float Min(float a, float b) => a < b || IsNaN(a) ? a : b;

    /// <summary>The larger of two.</summary>
    public static int Max(int a, int b) => a > b ? a : b;

    /// <summary>The smaller of two.</summary>
    public static int Min(int a, int b) => a < b ? a : b;

    /// <summary>The larger of two.</summary>
    public static uint Max(uint a, uint b) => a > b ? a : b;

    /// <summary>The smaller of two.</summary>
    public static uint Min(uint a, uint b) => a < b ? a : b;

    /// <summary>The larger of two.</summary>
    public static long Max(long a, long b) => a > b ? a : b;

    /// <summary>The smaller of two.</summary>
    public static long Min(long a, long b) => a < b ? a : b;

    /// <summary>A quotient that is defined for every divisor: 0 for 0.</summary>
    public static int Divide(int a, int b) => b == 0 ? 0 : b == -1 ? unchecked(-a) : a / b;

    /// <summary>A quotient that is defined for every divisor: 0 for 0.</summary>
    public static uint Divide(uint a, uint b) => b == 0u ? 0u : a / b;

    /// <summary>A quotient that is defined for every divisor: 0 for 0.</summary>
    public static long Divide(long a, long b) => b == 0L ? 0L : b == -1L ? unchecked(-a) : a / b;

    /// <summary>What a division leaves, with the dividend's sign; 0 for a divisor of 0.</summary>
    public static int Remainder(int a, int b) => b == 0 || b == -1 ? 0 : a % b;

    /// <summary>What a division leaves; 0 for a divisor of 0.</summary>
    public static uint Remainder(uint a, uint b) => b == 0u ? 0u : a % b;

    /// <summary>What a division leaves, with the dividend's sign; 0 for a divisor of 0.</summary>
    public static long Remainder(long a, long b) => b == 0L || b == -1L ? 0L : a % b;

    /// <summary>What a division leaves, with the divisor's sign; 0 for a divisor of 0.</summary>
    public static int FloorModulo(int a, int b)
    {
        int rest = Remainder(a, b);
        return rest != 0 && (rest < 0) != (b < 0) ? rest + b : rest;
    }

    /// <summary>What a division leaves, with the divisor's sign; 0 for a divisor of 0.</summary>
    public static long FloorModulo(long a, long b)
    {
        long rest = Remainder(a, b);
        return rest != 0L && (rest < 0L) != (b < 0L) ? rest + b : rest;
    }

    /// <summary>The magnitude; that of −0 is 0.</summary>
    public static float Abs(float x) => FromBits(Bits(x) & int.MaxValue);

    /// <summary>The magnitude; the smallest number stays what it is.</summary>
    public static int Abs(int x) => x < 0 ? unchecked(-x) : x;

    /// <summary>The magnitude; the smallest number stays what it is.</summary>
    public static long Abs(long x) => x < 0L ? unchecked(-x) : x;

    /// <summary>−1, 0 or 1.</summary>
    public static int Sign(float x) => x > 0f ? 1 : x < 0f ? -1 : 0;

    /// <summary>The square root, correctly rounded.</summary>
#if NET5_0_OR_GREATER || REDGEN_FIRMWARE
    public static float Sqrt(float x) => MathF.Sqrt(x);
#else
    public static float Sqrt(float x) => (float)Math.Sqrt(x);
#endif

    /// <summary>The nearest integer, halves to the even one; exact.</summary>
    public static float Round(float x)
    {
        float size = Abs(x);
        // From 2^23 on every float is an integer; NaN stays NaN.
        if (!(size < 8388608f)) return x;
        return WithSign((size + 8388608f) - 8388608f, x);
    }

    /// <summary>The nearest integer, halves to the even one, of a magnitude below 2^22; exact.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float Nearest(float x) => (x + Rounder) - Rounder;

    /// <summary>The largest integer that is not above; exact.</summary>
    public static float Floor(float x)
    {
        float near = Round(x);
        return near > x ? near - 1f : near;
    }

    /// <summary>The smallest integer that is not below; exact.</summary>
    public static float Ceiling(float x)
    {
        float near = Round(x);
        return near < x ? WithSign(near + 1f, x) : near;
    }

    /// <summary>The integer part; exact.</summary>
    public static float Truncate(float x) => x < 0f ? Ceiling(x) : Floor(x);

    /// <summary>e^x within 2 ULP. Above 88.72 infinity, below −103.98 zero, denormal results rounded once more; NaN gives NaN.</summary>
    public static float Exp(float x)
    {
        if (!(x < 89f)) return x + float.PositiveInfinity;
        if (x < -104f) return 0f;
        float n = ((x * 1.44269504f) + Rounder) - Rounder;
        float r = x - (n * Ln2High);
        r -= n * Ln2Low;
        return Scale(1f + (r + (r * r * ExpTail(r))), (int)n);
    }

    /// <summary>e^x − 1 within 4 ULP, small x included. NaN gives NaN.</summary>
    public static float ExpMinusOne(float x) => Abs(x) < 0.34f ? x + (x * x * ExpTail(x)) : Exp(x) - 1f;

    /// <summary>The natural logarithm within 2 ULP, denormals included. Zero gives −∞, below zero NaN, +∞ itself, NaN NaN.</summary>
    public static float Log(float x)
    {
        if (!(x > 0f)) return x == 0f ? float.NegativeInfinity : float.NaN;
        if (x > float.MaxValue) return x;
        float e = 0f;
        if (x < 1.17549435e-38f)
        {
            x *= 8388608f;
            e = -23f;
        }

        // x = 2^e · (1 + f) with 1 + f from √½ to √2.
        int bits = Bits(x) - 0x3F3504F3;
        e += bits >> 23;
        float f = FromBits((bits & 0x007FFFFF) + 0x3F3504F3) - 1f;
        float square = f * f;
        float tail = (square * f * LogTail(f)) - (0.5f * square);
        return ((e * Ln2Low) + tail + f) + (e * Ln2High);
    }

    /// <summary>ln(1 + x) within 4 ULP, small x included. −1 gives −∞, below it NaN.</summary>
    public static float LogOnePlus(float x)
    {
        float u = 1f + x;
        float log = Log(u);
        // What 1 + x rounds away is put back to first order.
        return x > -1f && u <= float.MaxValue ? log + ((x - (u - 1f)) / u) : log;
    }

    /// <summary>1 / (1 + e^−x) within 4 ULP. NaN gives NaN.</summary>
    public static float Sigmoid(float x)
    {
        float e = Exp(-Abs(x));
        return (x < 0f ? e : 1f) / (1f + e);
    }

    /// <summary>x · sigmoid(x).</summary>
    public static float Silu(float x) => x * Sigmoid(x);

    /// <summary>x from 0 on, slope · x below.</summary>
    public static float LeakyRelu(float x, float slope) => x < 0f ? slope * x : x;

    /// <summary>slope · x + offset, held between 0 and 1.</summary>
    public static float HardSigmoid(float x, float slope, float offset) => Min(1f, Max(0f, (slope * x) + offset));

    /// <summary>x · min(1, max(0, x / 6 + ½)).</summary>
    public static float HardSwish(float x) => x * HardSigmoid(x, 0.16666667f, 0.5f);

    /// <summary>x from 0 on, scale · (e^x − 1) below.</summary>
    public static float Elu(float x, float scale) => x < 0f ? scale * ExpMinusOne(x) : x;

    /// <summary>The hyperbolic tangent within 3 ULP. NaN gives NaN; −0 gives −0.</summary>
    public static float Tanh(float x)
    {
        float size = Abs(x);
        float t = x * x;
        if (size < 0.625f) return x + (x * t * ((((((((-0.00571468705f * t) + 0.0206485745f) * t) - 0.0537429154f) * t) + 0.133314848f) * t) - 0.333332837f));
        return WithSign(1f - (2f / (Exp(size + size) + 1f)), x);
    }

    /// <summary>The error function within 4 ULP. NaN gives NaN; −0 gives −0.</summary>
    public static float Erf(float x)
    {
        float size = Abs(x);
        if (size < 1f)
        {
            float t = x * x;
            float q = (7.88912294e-05f * t) - 0.000802084222f;
            q = (((((q * t) + 0.00518953567f) * t) - 0.0268544443f) * t) + 0.112836003f;
            return ((((q * t) - 0.37612626f) * t) + 1.12837911f) * x;
        }

        // From 1 on: 1 − e^g, g a fit of ln erfc; beyond 4 the result is 1.
        float s = Min(size, 4f);
        float g = (((0.000185573968f * s) - 0.00293960702f) * s) + 0.0218053162f;
        g = (((((g * s) - 0.103037365f) * s) - 0.638225675f) * s) - 1.12704003f;
        return WithSign(1f - Exp((g * s) - 0.000353720039f), x);
    }

    /// <summary>ln(1 + e^x) within 5 ULP. NaN gives NaN.</summary>
    public static float Softplus(float x) => Max(x, 0f) + LogOnePlus(Exp(-Abs(x)));

    /// <summary>The sine, for arguments up to 8,000 with an error below 2^−23; exact zero at zero.</summary>
    public static float Sin(float x) => Wave(x, 0);

    /// <summary>The cosine, for arguments up to 8,000 with an error below 2^−23.</summary>
    public static float Cos(float x) => Wave(x, 1);

    /// <summary>The nearest float, halves to the even one, by integers of 64 bits: small FPUs convert 32.</summary>
    public static float ToSingle(long x)
    {
        if (x == unchecked((int)x)) return unchecked((int)x);
        return x < 0L ? -ToSingle(unchecked((ulong)-x)) : ToSingle((ulong)x);
    }

    /// <summary>The nearest float, halves to the even one, by integers of 64 bits.</summary>
    public static float ToSingle(ulong x)
    {
        // 30 bits, the last of which says whether anything was cut off, round as all bits would.
        int places = 0;
        uint rest = 0u;
        while (x >> 30 != 0ul)
        {
            rest |= (uint)(x & 1ul);
            x >>= 1;
            places++;
        }

        return (float)(int)((uint)x | rest) * FromBits((places + 127) << 23);
    }

    /// <summary>Truncates. Beyond the range the result is its nearest end; NaN gives 0.</summary>
    public static long SingleToInt64(float x)
    {
        if (x > -2147483648f && x < 2147483648f) return (int)x;
        if (x >= 9223372036854775808f) return long.MaxValue;
        if (x <= -9223372036854775808f) return long.MinValue;
        if (IsNaN(x)) return 0L;
        long size = (long)WholeBits(x);
        return x < 0f ? -size : size;
    }

    /// <summary>The size of a number from 2^24 on, which is a whole one.</summary>
    private static ulong WholeBits(float x) => (ulong)((Bits(x) & 0x7FFFFF) | 0x800000) << (((Bits(x) >> 23) & 255) - 150);

    /// <summary>a^b of an exponent that may have more digits than a float: they say whether it is odd.</summary>
    public static float Pow(float a, long b)
    {
        float power = Pow(Abs(a), ToSingle(b));
        return a < 0f && (b & 1L) != 0L ? -power : power;
    }

    /// <summary>
    /// The power a^b by e^(b · ln a), its error growing with |b · ln a|; squares and whole exponents up to 64 by multiplication. A negative base has a power where
    /// the exponent is whole.
    /// </summary>
    public static float Pow(float a, float b)
    {
        if (b == 0f || a == 1f) return 1f;
        if (IsNaN(a) || IsNaN(b)) return float.NaN;
        bool isWhole = Round(b) == b;
        if (isWhole && Abs(b) <= 64f) return WholePower(a, (int)b);
        float size = Abs(a);
        if (a < 0f && !isWhole && a >= float.MinValue) return float.NaN;
        float power = size == 1f ? 1f : size == 0f ? (b < 0f ? float.PositiveInfinity : 0f) : Exp(b * Log(size));
        bool isOdd = isWhole && Abs(b) < 16777216f && ((int)b & 1) != 0;
        return isOdd ? WithSign(power, a) : power;
    }

    /// <summary>The magnitude of one number with the sign of another.</summary>
    private static float WithSign(float size, float sign) => FromBits((Bits(size) & int.MaxValue) | (Bits(sign) & int.MinValue));

    private static float WholePower(float a, int exponent)
    {
        float result = 1f;
        for (int n = Abs(exponent); n > 0; n >>= 1)
        {
            if ((n & 1) != 0) result *= a;
            a *= a;
        }

        return exponent < 0 ? 1f / result : result;
    }

    /// <summary>The sine of x + quarter · π / 2.</summary>
    private static float Wave(float x, int quarter)
    {
        if (!(Abs(x) <= float.MaxValue)) return float.NaN;
        float n = Round(x * 0.636619747f);
        float r = ((x - (n * HalfPiHigh)) - (n * HalfPiMiddle)) - (n * HalfPiLow);
        // Beyond the range nothing is promised but a result from −1 to 1.
        r = Abs(n) < 4194304f ? r : 0f;
        quarter += Abs(n) < 4194304f ? (int)n : 0;
        float t = r * r;
        float wave = (quarter & 1) == 0
            ? r + (r * t * ((((((2.60831598e-06f * t) - 1.98106853e-04f) * t) + 8.33307858e-03f) * t) - 0.166666597f))
            : 1f + (t * ((((((2.44331571e-05f * t) - 1.38873162e-03f) * t) + 4.16666456e-02f) * t) - 0.5f));
        return (quarter & 2) == 0 ? wave : -wave;
    }

    /// <summary>(e^r − 1 − r) / r² for |r| ≤ ½ ln 2.</summary>
    private static float ExpTail(float r)
        => (((((((0.00138131448f * r) + 0.00836941879f) * r) + 0.041668456f) * r) + 0.166665152f) * r) + 0.49999994f;

    /// <summary>(ln(1 + f) − f + f² / 2) / f³ for 1 + f from √½ to √2.</summary>
    private static float LogTail(float f)
    {
        float q = (((0.0691554472f * f) - 0.117898546f) * f) + 0.118729182f;
        q = (((((q * f) - 0.123843364f) * f) + 0.142186657f) * f) - 0.16669251f;
        return (((((q * f) + 0.200022265f) * f) - 0.249999866f) * f) + 0.333333105f;
    }

    /// <summary>x · 2^n for x near 1 and n from −150 to 129: in two factors, since the power alone may be no float.</summary>
    private static float Scale(float x, int n)
    {
        int half = n >> 1;
        return x * FromBits((half + 127) << 23) * FromBits((n - half + 127) << 23);
    }

    private static int Bits(float x) => Unsafe.As<float, int>(ref x);

    private static float FromBits(int bits) => Unsafe.As<int, float>(ref bits);
}
