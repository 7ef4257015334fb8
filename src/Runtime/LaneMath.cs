#nullable enable
using System.Runtime.CompilerServices;

namespace RedGen.Runtime;

/// <summary>
/// Exponential and logarithmic functions, written once for every width of vector. The polynomials are our own minimax fits (Remez, in
/// double); the errors stated are the largest seen over sweeps of the whole range against double, in units in the last place (ULP)
/// of the exact result. The same input gives the same result in every lane, and at every width on one processor.
/// </summary>
internal static class LaneMath
{
    // 1.5 × 2^23: added to |x| < 2^22, the sum's low bits are x rounded to an integer.
    internal const float Rounder = 12582912f;
    internal const int RounderBits = 0x4B400000;

    internal const int SqrtHalfBits = 0x3F3504F3;
    internal const int ExponentBits = unchecked((int)0xFF800000);

    // ln 2 in two parts; the first has few enough bits that its product with an exponent is exact.
    private const float Ln2High = 0.693359375f;
    private const float Ln2Low = -2.12194440e-4f;

    /// <summary>
    /// e^x within 1.5 ULP. Above 88.72 infinity, below −103.98 zero, denormal results rounded once more; NaN gives NaN.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static TLanes Exp<TLanes>(TLanes x)
        where TLanes : struct, ILanes<TLanes>
    {
        TLanes v = default;
        TLanes r = v.AtMost(v.AtLeast(x, v.Fill(-104f)), v.Fill(89f));
        TLanes rounder = v.Fill(Rounder);
        TLanes n = v.Subtract(v.MultiplyAdd(r, v.Fill(1.44269504f), rounder), rounder);
        r = v.MultiplyAdd(n, v.Fill(-Ln2High), r);
        r = v.MultiplyAdd(n, v.Fill(-Ln2Low), r);
        return v.Scale(v.Add(v.Fill(1f), v.MultiplyAdd(v.Multiply(r, r), ExpTail(r), r)), n);
    }

    /// <summary>
    /// e^x − 1 within 4 ULP, small x included. NaN gives NaN; infinity where <see cref="Exp"/> has it; −1 far below zero.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static TLanes ExpMinusOne<TLanes>(TLanes x)
        where TLanes : struct, ILanes<TLanes>
    {
        TLanes v = default;
        TLanes small = v.MultiplyAdd(v.Multiply(x, x), ExpTail(x), x);
        return v.Select(v.Less(v.Abs(x), v.Fill(0.34f)), small, v.Subtract(Exp(x), v.Fill(1f)));
    }

    /// <summary>
    /// The natural logarithm within 1.5 ULP, denormals included. Zero gives −∞, below zero NaN, +∞ itself, NaN NaN.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static TLanes Log<TLanes>(TLanes x)
        where TLanes : struct, ILanes<TLanes>
    {
        TLanes v = default;
        TLanes zero = v.Fill(0f);
        TLanes tiny = v.Less(x, v.Fill(1.17549435e-38f));
        TLanes f = v.Subtract(v.SplitPower(v.Select(tiny, v.Multiply(x, v.Fill(8388608f)), x), out TLanes e), v.Fill(1f));
        e = v.Add(e, v.Select(tiny, v.Fill(-23f), zero));

        TLanes square = v.Multiply(f, f);
        TLanes tail = v.MultiplyAdd(square, v.Fill(-0.5f), v.Multiply(v.Multiply(square, f), LogTail(f)));
        TLanes result = v.Add(v.MultiplyAdd(e, v.Fill(Ln2Low), tail), f);
        result = v.MultiplyAdd(e, v.Fill(Ln2High), result);

        // +∞ and NaN pass through; zero and below have answers of their own.
        result = v.Select(v.LessOrEqual(x, v.Fill(float.MaxValue)), result, x);
        result = v.Select(v.Equal(x, zero), v.Fill(float.NegativeInfinity), result);
        return v.Select(v.Less(x, zero), v.Fill(float.NaN), result);
    }

    /// <summary>ln(1 + x) within 4 ULP, small x included. −1 gives −∞, below it NaN, +∞ itself, NaN NaN.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static TLanes LogOnePlus<TLanes>(TLanes x)
        where TLanes : struct, ILanes<TLanes>
    {
        // What 1 + x rounds away is put back to first order, where there is something to put back to.
        TLanes v = default;
        TLanes u = v.Add(x, v.Fill(1f));
        TLanes lost = v.Divide(v.Subtract(x, v.Subtract(u, v.Fill(1f))), u);
        TLanes log = Log(u);
        TLanes result = v.Select(v.Less(v.Fill(-1f), x), v.Add(log, lost), log);
        return v.Select(v.LessOrEqual(x, v.Fill(float.MaxValue)), result, log);
    }

    /// <summary>1 / (1 + e^−x) within 3 ULP, denormal results included. NaN gives NaN.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static TLanes Sigmoid<TLanes>(TLanes x)
        where TLanes : struct, ILanes<TLanes>
    {
        // The exponential of −|x| never overflows: 1 / (1 + e) on the right, e / (1 + e) on the left.
        TLanes v = default;
        TLanes one = v.Fill(1f);
        TLanes e = Exp(v.Negate(v.Abs(x)));
        return v.Divide(v.Select(v.Less(x, v.Fill(0f)), e, one), v.Add(one, e));
    }

    /// <summary>The hyperbolic tangent within 2 ULP. NaN gives NaN; −0 gives −0.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static TLanes Tanh<TLanes>(TLanes x)
        where TLanes : struct, ILanes<TLanes>
    {
        TLanes v = default;
        TLanes size = v.Abs(x);
        TLanes t = v.Multiply(x, x);
        TLanes q = v.Fill(-0.00571468705f);
        q = v.MultiplyAdd(q, t, v.Fill(0.0206485745f));
        q = v.MultiplyAdd(q, t, v.Fill(-0.0537429154f));
        q = v.MultiplyAdd(q, t, v.Fill(0.133314848f));
        q = v.MultiplyAdd(q, t, v.Fill(-0.333332837f));
        TLanes small = v.MultiplyAdd(v.Multiply(q, t), size, size);

        TLanes one = v.Fill(1f);
        TLanes large = v.Subtract(one, v.Divide(v.Fill(2f), v.Add(Exp(v.Add(size, size)), one)));
        return v.WithSign(v.Select(v.Less(size, v.Fill(0.625f)), small, large), x);
    }

    /// <summary>The error function within 3 ULP. NaN gives NaN; −0 gives −0.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static TLanes Erf<TLanes>(TLanes x)
        where TLanes : struct, ILanes<TLanes>
    {
        TLanes v = default;
        TLanes size = v.Abs(x);
        TLanes t = v.Multiply(x, x);
        TLanes q = v.Fill(7.88912294e-05f);
        q = v.MultiplyAdd(q, t, v.Fill(-0.000802084222f));
        q = v.MultiplyAdd(q, t, v.Fill(0.00518953567f));
        q = v.MultiplyAdd(q, t, v.Fill(-0.0268544443f));
        q = v.MultiplyAdd(q, t, v.Fill(0.112836003f));
        q = v.MultiplyAdd(q, t, v.Fill(-0.37612626f));
        q = v.MultiplyAdd(q, t, v.Fill(1.12837911f));
        TLanes small = v.Multiply(q, size);

        // From 1 on: 1 − e^g, g a fit of ln erfc; beyond 4 the result is 1.
        TLanes s = v.AtMost(size, v.Fill(4f));
        TLanes g = v.Fill(0.000185573968f);
        g = v.MultiplyAdd(g, s, v.Fill(-0.00293960702f));
        g = v.MultiplyAdd(g, s, v.Fill(0.0218053162f));
        g = v.MultiplyAdd(g, s, v.Fill(-0.103037365f));
        g = v.MultiplyAdd(g, s, v.Fill(-0.638225675f));
        g = v.MultiplyAdd(g, s, v.Fill(-1.12704003f));
        g = v.MultiplyAdd(g, s, v.Fill(-0.000353720039f));
        TLanes large = v.Subtract(v.Fill(1f), Exp(g));
        return v.WithSign(v.Select(v.Less(size, v.Fill(1f)), small, large), x);
    }

    /// <summary>ln(1 + e^x) within 4 ULP; it is x for large x and e^x for small. NaN gives NaN.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static TLanes Softplus<TLanes>(TLanes x)
        where TLanes : struct, ILanes<TLanes>
    {
        TLanes v = default;
        return v.Add(v.AtLeast(x, v.Fill(0f)), LogOnePlus(Exp(v.Negate(v.Abs(x)))));
    }

    /// <summary>(e^r − 1 − r) / r² for |r| ≤ ½ ln 2.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static TLanes ExpTail<TLanes>(TLanes r)
        where TLanes : struct, ILanes<TLanes>
    {
        TLanes v = default;
        TLanes q = v.MultiplyAdd(v.Fill(0.00138131448f), r, v.Fill(0.00836941879f));
        q = v.MultiplyAdd(q, r, v.Fill(0.041668456f));
        q = v.MultiplyAdd(q, r, v.Fill(0.166665152f));
        return v.MultiplyAdd(q, r, v.Fill(0.49999994f));
    }

    /// <summary>(ln(1 + f) − f + f² / 2) / f³ for 1 + f from √½ to √2.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static TLanes LogTail<TLanes>(TLanes f)
        where TLanes : struct, ILanes<TLanes>
    {
        TLanes v = default;
        TLanes q = v.MultiplyAdd(v.Fill(0.0691554472f), f, v.Fill(-0.117898546f));
        q = v.MultiplyAdd(q, f, v.Fill(0.118729182f));
        q = v.MultiplyAdd(q, f, v.Fill(-0.123843364f));
        q = v.MultiplyAdd(q, f, v.Fill(0.142186657f));
        q = v.MultiplyAdd(q, f, v.Fill(-0.16669251f));
        q = v.MultiplyAdd(q, f, v.Fill(0.200022265f));
        q = v.MultiplyAdd(q, f, v.Fill(-0.249999866f));
        return v.MultiplyAdd(q, f, v.Fill(0.333333105f));
    }
}
