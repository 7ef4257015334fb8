using System;

namespace RedGen.Compiler.Operators.Elementwise;

/// <summary>Functions that .NET Standard's Math lacks, for the reference evaluations: accurate rather than fast.</summary>
internal static class ReferenceMath
{
    /// <summary>e^x − 1 without cancellation near 0 (Kahan's formula).</summary>
    public static double ExpMinusOne(double x)
    {
        double u = Math.Exp(x);
        if (u == 1) return x;
        double difference = u - 1;
        return difference == -1 || double.IsInfinity(u) ? difference : difference * x / Math.Log(u);
    }

    /// <summary>ln(1 + x) without cancellation near 0 (Kahan's formula).</summary>
    public static double LogOnePlus(double x)
    {
        double u = 1 + x;
        return u == 1 ? x : double.IsInfinity(u) ? u : Math.Log(u) * x / (u - 1);
    }

    /// <summary>The inverse of sinh.</summary>
    public static double Asinh(double x)
    {
        double size = Math.Abs(x);
        double value = size > 1e150 ? Math.Log(size) + Math.Log(2)
            : LogOnePlus(size + (size * size / (1 + Math.Sqrt((size * size) + 1))));
        return x < 0 ? -value : x == 0 ? x : value;
    }

    /// <summary>The inverse of cosh; NaN below 1.</summary>
    public static double Acosh(double x)
    {
        if (x < 1) return double.NaN;
        double t = x - 1;
        return x > 1e150 ? Math.Log(x) + Math.Log(2) : LogOnePlus(t + Math.Sqrt((2 * t) + (t * t)));
    }

    /// <summary>The inverse of tanh; NaN beyond ±1.</summary>
    public static double Atanh(double x)
    {
        double size = Math.Abs(x);
        double value = size == 1 ? double.PositiveInfinity : 0.5 * LogOnePlus(2 * size / (1 - size));
        return x < 0 ? -value : x == 0 ? x : value;
    }

    /// <summary>1 / (1 + e^−x).</summary>
    public static double Sigmoid(double x)
    {
        double e = Math.Exp(-Math.Abs(x));
        return x < 0 ? e / (1 + e) : 1 / (1 + e);
    }

    /// <summary>ln(1 + e^x).</summary>
    public static double Softplus(double x) => Math.Max(x, 0) + LogOnePlus(Math.Exp(-Math.Abs(x)));

    /// <summary>The error function: its series of positive terms for small arguments, the continued fraction of its complement for large ones.</summary>
    public static double Erf(double x)
    {
        double size = Math.Abs(x);
        if (double.IsNaN(x) || size == 0) return x;
        if (size > 6) return Math.Sign(x);
        double factor = Math.Exp(-size * size) / Math.Sqrt(Math.PI);
        double value;
        if (size < 3)
        {
            double term = 2 * size;
            double sum = term;
            for (int n = 1; term > sum * 1e-17; n++)
            {
                term *= 2 * size * size / ((2 * n) + 1);
                sum += term;
            }

            value = factor * sum;
        }
        else
        {
            double fraction = size;
            for (int k = 60; k > 0; k--) fraction = size + (k / 2.0 / fraction);
            value = 1 - (factor / fraction);
        }

        return x < 0 ? -value : value;
    }

    /// <summary>A value between bounds; NaN stays NaN.</summary>
    public static double Clamp(double x, double min, double max) => x < min ? min : x > max ? max : x;

    /// <summary>ONNX Shrink.</summary>
    public static double Shrink(double x, double bias, double lambda) => x < -lambda ? x + bias : x > lambda ? x - bias : 0;

    /// <summary>The quotient towards 0; by 0 it is 0, as in numpy.</summary>
    public static long Divide(long a, long b) => b == 0 ? 0 : b == -1 ? unchecked(-a) : a / b;

    /// <summary>The remainder with the dividend's sign; by 0 it is 0.</summary>
    public static long Remainder(long a, long b) => b is 0 or -1 ? 0 : a % b;

    /// <summary>The remainder with the divisor's sign; by 0 it is 0.</summary>
    public static long FloorModulo(long a, long b)
    {
        long remainder = Remainder(a, b);
        return remainder != 0 && (remainder < 0) != (b < 0) ? remainder + b : remainder;
    }

    /// <summary>The integer power modulo 2^64; negative exponents give the quotient 1 / a^|b| towards 0.</summary>
    public static long Power(long a, long b)
    {
        if (b < 0) return a == 1 ? 1 : a == -1 ? ((b & 1) == 0 ? 1 : -1) : 0;
        long result = 1;
        for (; b > 0; b >>= 1, a = unchecked(a * a))
            if ((b & 1) != 0) result = unchecked(result * a);
        return result;
    }

    /// <summary>Truncates; beyond the range the nearest end, NaN gives 0.</summary>
    public static long ToInt64(double x) => double.IsNaN(x) ? 0 : x >= 9223372036854775808d ? long.MaxValue : x < -9223372036854775808d ? long.MinValue : (long)x;

    /// <summary>Truncates; above the range its end, negative numbers modulo 2^64, NaN gives 0.</summary>
    public static ulong ToUInt64(double x) => x >= 18446744073709551616d ? ulong.MaxValue : x >= 9223372036854775808d ? (ulong)x : unchecked((ulong)ToInt64(x));
}
