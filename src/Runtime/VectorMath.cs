#nullable enable
using System.Numerics;
using System.Runtime.CompilerServices;

namespace RedGen.Runtime;

/// <summary>
/// Exponential and logarithmic functions of a vector of floats. The polynomials are our own minimax fits (Remez, in double);
/// the errors stated are the largest seen over sweeps of the whole range against double, in units in the last place (ULP)
/// of the exact result. The same input gives the same result in every lane and on every processor with fused multiply-add.
/// </summary>
public static class VectorMath
{
    // 1.5 × 2^23: added to |x| < 2^22, the sum's low bits are x rounded to an integer.
    internal const float Rounder = 12582912f;
    internal const int RounderBits = 0x4B400000;

    // ln 2 in two parts; the first has few enough bits that its product with an exponent is exact.
    internal const float Ln2High = 0.693359375f;
    internal const float Ln2Low = -2.12194440e-4f;

    /// <summary>
    /// e^x within 1.5 ULP. Above 88.72 infinity, below −103.98 zero, denormal results rounded once more; NaN gives NaN.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector<float> Exp(Vector<float> x)
    {
        unchecked
        {
            Vector<float> n = Reduce(ref x, out Vector<int> exponent);
            Vector<float> p = Vector<float>.One + Simd.MultiplyAdd(x * x, ExpTail(x), x);

            // 2^n in two factors, so that neither leaves the normal range where the result does not.
            Vector<float> half = Simd.MultiplyAdd(n, new Vector<float>(0.5f), new Vector<float>(Rounder));
            Vector<int> first = Vector.AsVectorInt32(half) - new Vector<int>(RounderBits);
            return p * Power(first) * Power(exponent - first);
        }
    }

    /// <summary>
    /// e^x − 1 within 4 ULP, small x included. NaN gives NaN; infinity where <see cref="Exp"/> has it; −1 far below zero.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector<float> ExpMinusOne(Vector<float> x)
    {
        Vector<float> small = Simd.MultiplyAdd(x * x, ExpTail(x), x);
        Vector<int> isSmall = Vector.LessThan(Vector.Abs(x), new Vector<float>(0.34f));
        return Vector.ConditionalSelect(isSmall, small, Exp(x) - Vector<float>.One);
    }

    /// <summary>
    /// The natural logarithm within 1.5 ULP, denormals included. Zero gives −∞, below zero NaN, +∞ itself, NaN NaN.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector<float> Log(Vector<float> x)
    {
        unchecked
        {
            Vector<int> tiny = Vector.LessThan(x, new Vector<float>(1.17549435e-38f));
            Vector<float> normal = Vector.ConditionalSelect(tiny, x * new Vector<float>(8388608f), x);
            Vector<float> lowered = Vector.ConditionalSelect(tiny, new Vector<float>(-23f), Vector<float>.Zero);

            // x = 2^e × (1 + f) with 1 + f from √½ to √2.
            Vector<int> bits = Vector.AsVectorInt32(normal);
            Vector<int> exponent = Vector.BitwiseAnd(bits - new Vector<int>(0x3F3504F3), new Vector<int>(unchecked((int)0xFF800000)));
            Vector<float> f = Vector.AsVectorSingle(bits - exponent) - Vector<float>.One;
            Vector<float> e = Simd.MultiplyAdd(Vector.ConvertToSingle(exponent), new Vector<float>(1f / 8388608f), lowered);

            Vector<float> square = f * f;
            Vector<float> tail = (square * f * LogTail(f)) - (square * new Vector<float>(0.5f));
            Vector<float> result = Simd.MultiplyAdd(e, new Vector<float>(Ln2Low), tail) + f;
            result = Simd.MultiplyAdd(e, new Vector<float>(Ln2High), result);

            // +∞ and NaN pass through; zero and below have answers of their own.
            result = Vector.ConditionalSelect(Vector.LessThanOrEqual(x, new Vector<float>(float.MaxValue)), result, x);
            result = Vector.ConditionalSelect(Vector.Equals(x, Vector<float>.Zero), new Vector<float>(float.NegativeInfinity), result);
            return Vector.ConditionalSelect(Vector.LessThan(x, Vector<float>.Zero), new Vector<float>(float.NaN), result);
        }
    }

    /// <summary>ln(1 + x) within 4 ULP, small x included. −1 gives −∞, below it NaN, +∞ itself, NaN NaN.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector<float> LogOnePlus(Vector<float> x)
    {
        // What 1 + x rounds away is put back to first order.
        Vector<float> u = x + Vector<float>.One;
        Vector<float> lost = (x - (u - Vector<float>.One)) / u;
        Vector<float> result = Log(u) + lost;
        Vector<int> plain = Vector.BitwiseAnd(
            Vector.GreaterThan(x, new Vector<float>(-1f)), Vector.LessThanOrEqual(x, new Vector<float>(float.MaxValue)));
        return Vector.ConditionalSelect(plain, result, Log(u));
    }

    /// <summary>1 / (1 + e^−x) within 3 ULP, denormal results included. NaN gives NaN.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector<float> Sigmoid(Vector<float> x)
    {
        // The exponential of −|x| never overflows: 1 / (1 + e) on the right, e / (1 + e) on the left.
        Vector<float> e = Exp(-Vector.Abs(x));
        Vector<float> numerator = Vector.ConditionalSelect(Vector.LessThan(x, Vector<float>.Zero), e, Vector<float>.One);
        return numerator / (Vector<float>.One + e);
    }

    /// <summary>The hyperbolic tangent within 2 ULP. NaN gives NaN; −0 gives −0.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector<float> Tanh(Vector<float> x)
    {
        Vector<float> size = Vector.Abs(x);
        Vector<float> t = x * x;
        Vector<float> q = new(-0.00571468705f);
        q = Simd.MultiplyAdd(q, t, new Vector<float>(0.0206485745f));
        q = Simd.MultiplyAdd(q, t, new Vector<float>(-0.0537429154f));
        q = Simd.MultiplyAdd(q, t, new Vector<float>(0.133314848f));
        q = Simd.MultiplyAdd(q, t, new Vector<float>(-0.333332837f));
        Vector<float> small = Simd.MultiplyAdd(q * t, size, size);

        Vector<float> two = new(2f);
        Vector<float> large = Vector<float>.One - (two / (Exp(size + size) + Vector<float>.One));
        return WithSign(Vector.ConditionalSelect(Vector.LessThan(size, new Vector<float>(0.625f)), small, large), x);
    }

    /// <summary>The error function within 3 ULP. NaN gives NaN; −0 gives −0.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector<float> Erf(Vector<float> x)
    {
        Vector<float> size = Vector.Abs(x);
        Vector<float> t = x * x;
        Vector<float> q = new(7.88912294e-05f);
        q = Simd.MultiplyAdd(q, t, new Vector<float>(-0.000802084222f));
        q = Simd.MultiplyAdd(q, t, new Vector<float>(0.00518953567f));
        q = Simd.MultiplyAdd(q, t, new Vector<float>(-0.0268544443f));
        q = Simd.MultiplyAdd(q, t, new Vector<float>(0.112836003f));
        q = Simd.MultiplyAdd(q, t, new Vector<float>(-0.37612626f));
        q = Simd.MultiplyAdd(q, t, new Vector<float>(1.12837911f));
        Vector<float> small = q * size;

        // From 1 on: 1 − e^g, g a fit of ln erfc; beyond 4 the result is 1.
        Vector<float> s = Vector.ConditionalSelect(Vector.GreaterThan(size, new Vector<float>(4f)), new Vector<float>(4f), size);
        Vector<float> g = new(0.000185573968f);
        g = Simd.MultiplyAdd(g, s, new Vector<float>(-0.00293960702f));
        g = Simd.MultiplyAdd(g, s, new Vector<float>(0.0218053162f));
        g = Simd.MultiplyAdd(g, s, new Vector<float>(-0.103037365f));
        g = Simd.MultiplyAdd(g, s, new Vector<float>(-0.638225675f));
        g = Simd.MultiplyAdd(g, s, new Vector<float>(-1.12704003f));
        g = Simd.MultiplyAdd(g, s, new Vector<float>(-0.000353720039f));
        Vector<float> large = Vector<float>.One - Exp(g);
        return WithSign(Vector.ConditionalSelect(Vector.LessThan(size, Vector<float>.One), small, large), x);
    }

    /// <summary>ln(1 + e^x) within 4 ULP; it is x for large x and e^x for small. NaN gives NaN.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector<float> Softplus(Vector<float> x)
    {
        Vector<float> positive = Vector.ConditionalSelect(Vector.LessThan(x, Vector<float>.Zero), Vector<float>.Zero, x);
        return positive + LogOnePlus(Exp(-Vector.Abs(x)));
    }

    /// <summary>The larger of two in every lane; a NaN on either side gives NaN.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector<float> Max(Vector<float> a, Vector<float> b) => Simd.Max(a, b);

    /// <summary>The larger of two in every lane; a NaN on either side gives NaN.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector<double> Max(Vector<double> a, Vector<double> b) =>
        Vector.ConditionalSelect(Vector.BitwiseOr(Vector.GreaterThanOrEqual(a, b), Vector.OnesComplement(Vector.Equals(a, a))), a, b);

    /// <summary>The larger of two in every lane.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector<int> Max(Vector<int> a, Vector<int> b) => Vector.Max(a, b);

    /// <summary>The smaller of two in every lane; a NaN on either side gives NaN.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector<float> Min(Vector<float> a, Vector<float> b) => Simd.Min(a, b);

    /// <summary>The smaller of two in every lane; a NaN on either side gives NaN.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector<double> Min(Vector<double> a, Vector<double> b) =>
        Vector.ConditionalSelect(Vector.BitwiseOr(Vector.LessThanOrEqual(a, b), Vector.OnesComplement(Vector.Equals(a, a))), a, b);

    /// <summary>The smaller of two in every lane.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector<int> Min(Vector<int> a, Vector<int> b) => Vector.Min(a, b);

    /// <summary>Leaves in x what remains of it after taking out n × ln 2, clamped to where the result is neither zero nor infinite.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector<float> Reduce(ref Vector<float> x, out Vector<int> exponent)
    {
        unchecked
        {
            Vector<float> highest = new(89f);
            Vector<float> lowest = new(-104f);
            x = Vector.ConditionalSelect(Vector.GreaterThan(x, highest), highest, x);
            x = Vector.ConditionalSelect(Vector.LessThan(x, lowest), lowest, x);
            Vector<float> shifted = Simd.MultiplyAdd(x, new Vector<float>(1.44269504f), new Vector<float>(Rounder));
            exponent = Vector.AsVectorInt32(shifted) - new Vector<int>(RounderBits);
            Vector<float> n = shifted - new Vector<float>(Rounder);
            x = Simd.MultiplyAdd(n, new Vector<float>(-Ln2High), x);
            x = Simd.MultiplyAdd(n, new Vector<float>(-Ln2Low), x);
            return n;
        }
    }

    /// <summary>(e^r − 1 − r) / r² for |r| ≤ ½ ln 2.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector<float> ExpTail(Vector<float> r)
    {
        Vector<float> q = new(0.00138131448f);
        q = Simd.MultiplyAdd(q, r, new Vector<float>(0.00836941879f));
        q = Simd.MultiplyAdd(q, r, new Vector<float>(0.041668456f));
        q = Simd.MultiplyAdd(q, r, new Vector<float>(0.166665152f));
        return Simd.MultiplyAdd(q, r, new Vector<float>(0.49999994f));
    }

    /// <summary>(ln(1 + f) − f + f² / 2) / f³ for 1 + f from √½ to √2.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector<float> LogTail(Vector<float> f)
    {
        Vector<float> q = new(0.0691554472f);
        q = Simd.MultiplyAdd(q, f, new Vector<float>(-0.117898546f));
        q = Simd.MultiplyAdd(q, f, new Vector<float>(0.118729182f));
        q = Simd.MultiplyAdd(q, f, new Vector<float>(-0.123843364f));
        q = Simd.MultiplyAdd(q, f, new Vector<float>(0.142186657f));
        q = Simd.MultiplyAdd(q, f, new Vector<float>(-0.16669251f));
        q = Simd.MultiplyAdd(q, f, new Vector<float>(0.200022265f));
        q = Simd.MultiplyAdd(q, f, new Vector<float>(-0.249999866f));
        return Simd.MultiplyAdd(q, f, new Vector<float>(0.333333105f));
    }

    /// <summary>A magnitude with the sign of <paramref name="x"/>, zero's included.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector<float> WithSign(Vector<float> magnitude, Vector<float> x) =>
        Vector.BitwiseOr(magnitude, Vector.BitwiseAnd(x, new Vector<float>(-0f)));

    /// <summary>2^n for −126 ≤ n ≤ 127: the exponent field is the product with 2^23 (.NET Standard's vectors have no shift).</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector<float> Power(Vector<int> n)
    {
        unchecked
        {
#if NET8_0_OR_GREATER
            return Vector.AsVectorSingle(Vector.ShiftLeft(n + new Vector<int>(127), 23));
#else
            return Vector.AsVectorSingle((n + new Vector<int>(127)) * new Vector<int>(8388608));
#endif
        }
    }
}
