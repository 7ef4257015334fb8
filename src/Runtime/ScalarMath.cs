#nullable enable
using System;
#if NET8_0_OR_GREATER
using System.Numerics;
#endif

namespace RedGen.Runtime;

/// <summary>Functions of one number that .NET's Math lacks, or that must not throw where it does.</summary>
public static class ScalarMath
{
    /// <summary>e^x − 1 without cancellation near 0 (Kahan's formula).</summary>
    public static double ExpMinusOne(double x)
    {
        double u = Math.Exp(x);
        if (u == 1d) return x;
        double difference = u - 1d;
        return difference == -1d || double.IsInfinity(u) ? difference : difference * x / Math.Log(u);
    }

    /// <summary>ln(1 + x) without cancellation near 0 (Kahan's formula).</summary>
    public static double LogOnePlus(double x)
    {
        double u = 1d + x;
        return u == 1d ? x : double.IsInfinity(u) ? u : Math.Log(u) * x / (u - 1d);
    }

    /// <summary>The inverse of sinh, without cancellation near 0.</summary>
    public static double Asinh(double x)
    {
        double size = Math.Abs(x);
        double value = size > 1e150 ? Math.Log(size) + Math.Log(2d) : LogOnePlus(size + (size * size / (1d + Math.Sqrt((size * size) + 1d))));
        return x < 0d ? -value : x == 0d ? x : value;
    }

    /// <summary>The inverse of cosh, without cancellation near 1; NaN below 1.</summary>
    public static double Acosh(double x)
    {
        if (x < 1d) return double.NaN;
        double above = x - 1d;
        return x > 1e150 ? Math.Log(x) + Math.Log(2d) : LogOnePlus(above + Math.Sqrt((2d * above) + (above * above)));
    }

    /// <summary>The inverse of tanh, without cancellation near 0; NaN beyond ±1.</summary>
    public static double Atanh(double x)
    {
        double size = Math.Abs(x);
        double value = size == 1d ? double.PositiveInfinity : 0.5d * LogOnePlus(2d * size / (1d - size));
        return x < 0d ? -value : x == 0d ? x : value;
    }

    /// <summary>The error function in single precision: a lane of the vector form, where vectors are quick.</summary>
#if NET8_0_OR_GREATER
    public static float Erf(float x) => VectorMath.Erf(new Vector<float>(x))[0];
#else
    public static float Erf(float x) => MicroMath.Erf(x);
#endif

    /// <summary>The error function: a series of positive terms for small arguments, the complement's continued fraction for large ones.</summary>
    public static double Erf(double x)
    {
        double size = Math.Abs(x);
        if (double.IsNaN(x) || size == 0d) return x;
        if (size > 6d) return x < 0d ? -1d : 1d;
        double factor = Math.Exp(-size * size) * 0.56418958354775628695;
        double value;
        if (size < 2.5)
        {
            double term = 2d * size;
            double sum = term;
            for (double n = 3d; term > sum * 1e-17; n += 2d)
            {
                term *= 2d * size * size / n;
                sum += term;
            }

            value = factor * sum;
        }
        else
        {
            double fraction = size;
            for (double k = 40d; k > 0d; k--)
            {
                fraction = size + (k / (2d * fraction));
            }

            value = 1d - (factor / fraction);
        }

        return x < 0d ? -value : value;
    }

    /// <summary>The quotient towards 0; a divisor of 0 gives 0, and the smallest number by −1 itself.</summary>
    public static int Divide(int a, int b) => b == 0 ? 0 : b == -1 ? unchecked(-a) : a / b;

    /// <summary>The quotient; a divisor of 0 gives 0.</summary>
    public static uint Divide(uint a, uint b) => b == 0u ? 0u : a / b;

    /// <summary>The quotient towards 0; a divisor of 0 gives 0, and the smallest number by −1 itself.</summary>
    public static long Divide(long a, long b) => b == 0L ? 0L : b == -1L ? unchecked(-a) : a / b;

    /// <summary>The quotient; a divisor of 0 gives 0.</summary>
    public static ulong Divide(ulong a, ulong b) => b == 0UL ? 0UL : a / b;

    /// <summary>The remainder with the dividend's sign; a divisor of 0 gives 0.</summary>
    public static int Remainder(int a, int b) => b == 0 || b == -1 ? 0 : a % b;

    /// <summary>The remainder; a divisor of 0 gives 0.</summary>
    public static uint Remainder(uint a, uint b) => b == 0u ? 0u : a % b;

    /// <summary>The remainder with the dividend's sign; a divisor of 0 gives 0.</summary>
    public static long Remainder(long a, long b) => b == 0L || b == -1L ? 0L : a % b;

    /// <summary>The remainder; a divisor of 0 gives 0.</summary>
    public static ulong Remainder(ulong a, ulong b) => b == 0UL ? 0UL : a % b;

    /// <summary>The remainder with the divisor's sign; a divisor of 0 gives 0.</summary>
    public static int FloorModulo(int a, int b)
    {
        int remainder = Remainder(a, b);
        return remainder != 0 && (remainder < 0) != (b < 0) ? remainder + b : remainder;
    }

    /// <summary>The remainder with the divisor's sign; a divisor of 0 gives 0.</summary>
    public static long FloorModulo(long a, long b)
    {
        long remainder = Remainder(a, b);
        return remainder != 0L && (remainder < 0L) != (b < 0L) ? remainder + b : remainder;
    }

    /// <summary>The power modulo 2^64; a negative exponent gives the quotient of 1 by the power, towards 0.</summary>
    public static long Power(long a, long b)
    {
        unchecked
        {
            if (b < 0L) return a == 1L ? 1L : a == -1L ? ((b & 1L) == 0L ? 1L : -1L) : 0L;
            long result = 1L;
            for (; b > 0L; b >>= 1)
            {
                if ((b & 1L) != 0L) result *= a;
                a *= a;
            }

            return result;
        }
    }
}
