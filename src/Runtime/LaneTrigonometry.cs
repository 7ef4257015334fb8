#nullable enable
using System;
using System.Runtime.CompilerServices;

namespace RedGen.Runtime;

/// <summary>
/// Trigonometric functions, written once for every width of vector. The polynomials are our own fits (minimax of the relative error, in double); the errors stated
/// are the largest seen over sweeps against double, in units in the last place (ULP) of the exact result. The same input gives the same result in every lane.
/// </summary>
internal static class LaneTrigonometry
{
    /// <summary>Beyond this size of an angle, lanes are computed one by one.</summary>
    private const float Near = 8192f;

    // π in four parts; the first three have so few bits that their products with multiples of ½ up to Near ⁄ π are exact.
    private const float Pi1 = 3.140625f;
    private const float Pi2 = 0.000967502594f;
    private const float Pi3 = 1.5099067e-07f;
    private const float Pi4 = 5.12668830e-12f;

    private const float HalfPiHigh = 1.57079637f;
    private const float HalfPiLow = -4.37113883e-08f;

    /// <summary>The sine within 2.5 ULP. Infinities and NaN give NaN; −0 gives −0.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static TLanes Sin<TLanes>(TLanes x)
        where TLanes : struct, ILanes<TLanes>
    {
        TLanes v = default;
        TLanes rounder = v.Fill(LaneMath.Rounder);
        TLanes turns = v.Subtract(v.MultiplyAdd(x, v.Fill(0.318309873f), rounder), rounder);
        TLanes y = Wave(x, turns, turns);
        if (v.AreAtMost(v.Abs(x), v.Fill(Near))) return y;
        TLanes angle = x, result = y;
        Far(ref angle, ref result, isCosine: false);
        return result;
    }

    /// <summary>The cosine within 2.5 ULP. Infinities and NaN give NaN.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static TLanes Cos<TLanes>(TLanes x)
        where TLanes : struct, ILanes<TLanes>
    {
        // The sine a quarter of a turn ahead: zeros lie at odd multiples of π/2.
        TLanes v = default;
        TLanes rounder = v.Fill(LaneMath.Rounder);
        TLanes half = v.Fill(0.5f);
        TLanes turns = v.Subtract(v.Add(v.MultiplyAdd(x, v.Fill(0.318309873f), half), rounder), rounder);
        TLanes y = Wave(x, v.Subtract(turns, half), turns);
        if (v.AreAtMost(v.Abs(x), v.Fill(Near))) return y;
        TLanes angle = x, result = y;
        Far(ref angle, ref result, isCosine: true);
        return result;
    }

    /// <summary>The angle from −π/2 to π/2 whose sine is x, within 3 ULP. NaN beyond ±1; −0 gives −0.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static TLanes Asin<TLanes>(TLanes x)
        where TLanes : struct, ILanes<TLanes>
    {
        TLanes v = default;
        TLanes a = Arc(x, out TLanes isWide);
        TLanes wide = v.Add(v.MultiplyAdd(v.Fill(-2f), a, v.Fill(HalfPiHigh)), v.Fill(HalfPiLow));
        return v.WithSign(v.Select(isWide, wide, a), x);
    }

    /// <summary>The angle from 0 to π whose cosine is x, within 3 ULP. NaN beyond ±1.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static TLanes Acos<TLanes>(TLanes x)
        where TLanes : struct, ILanes<TLanes>
    {
        TLanes v = default;
        TLanes a = Arc(x, out TLanes isWide);
        TLanes twice = v.Add(a, a);
        TLanes wide = v.Select(v.Less(x, v.Fill(0f)), v.Add(v.Subtract(v.Fill(2 * HalfPiHigh), twice), v.Fill(2 * HalfPiLow)), twice);
        return v.Select(isWide, wide, v.Subtract(v.Fill(HalfPiHigh), v.Subtract(v.WithSign(a, x), v.Fill(HalfPiLow))));
    }

    /// <summary>The angle from −π/2 to π/2 whose tangent is x, within 3 ULP. NaN gives NaN; −0 gives −0.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static TLanes Atan<TLanes>(TLanes x)
        where TLanes : struct, ILanes<TLanes>
    {
        TLanes v = default;
        TLanes one = v.Fill(1f);
        TLanes size = v.Abs(x);
        TLanes isSteep = v.Less(one, size);
        TLanes s = v.Select(isSteep, v.Divide(one, size), size);
        TLanes t = v.Multiply(s, s);
        TLanes q = v.Fill(0.00292069186f);
        q = v.MultiplyAdd(q, t, v.Fill(-0.0163679272f));
        q = v.MultiplyAdd(q, t, v.Fill(0.0432118587f));
        q = v.MultiplyAdd(q, t, v.Fill(-0.0755221397f));
        q = v.MultiplyAdd(q, t, v.Fill(0.106660046f));
        q = v.MultiplyAdd(q, t, v.Fill(-0.142110556f));
        q = v.MultiplyAdd(q, t, v.Fill(0.199937731f));
        q = v.MultiplyAdd(q, t, v.Fill(-0.333331525f));
        TLanes a = v.MultiplyAdd(v.Multiply(q, t), s, s);
        return v.WithSign(v.Select(isSteep, v.Subtract(v.Fill(HalfPiHigh), v.Subtract(a, v.Fill(HalfPiLow))), a), x);
    }

    /// <summary>(−1)^turns × sin(x − multiple × π), the difference from −π/2 to π/2.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static TLanes Wave<TLanes>(TLanes x, TLanes multiple, TLanes turns)
        where TLanes : struct, ILanes<TLanes>
    {
        TLanes v = default;
        TLanes rounder = v.Fill(LaneMath.Rounder);
        TLanes r = v.MultiplyAdd(multiple, v.Fill(-Pi1), x);
        r = v.MultiplyAdd(multiple, v.Fill(-Pi2), r);
        r = v.MultiplyAdd(multiple, v.Fill(-Pi3), r);
        r = v.MultiplyAdd(multiple, v.Fill(-Pi4), r);
        TLanes pairs = v.Subtract(v.MultiplyAdd(turns, v.Fill(0.5f), rounder), rounder);
        TLanes odd = v.MultiplyAdd(pairs, v.Fill(-2f), turns);
        r = v.Multiply(r, v.MultiplyAdd(v.Multiply(odd, odd), v.Fill(-2f), v.Fill(1f)));

        TLanes size = v.Abs(r);
        TLanes t = v.Multiply(r, r);
        TLanes q = v.Fill(-2.55105856e-08f);
        q = v.MultiplyAdd(q, t, v.Fill(2.76272885e-06f));
        q = v.MultiplyAdd(q, t, v.Fill(-0.000198430949f));
        q = v.MultiplyAdd(q, t, v.Fill(0.00833335053f));
        q = v.MultiplyAdd(q, t, v.Fill(-0.166666672f));
        return v.WithSign(v.MultiplyAdd(v.Multiply(q, t), size, size), r);
    }

    /// <summary>asin |x| up to ½; beyond, where the angle is wide, that of √((1 − |x|) ⁄ 2), half of what is missing to π/2.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static TLanes Arc<TLanes>(TLanes x, out TLanes isWide)
        where TLanes : struct, ILanes<TLanes>
    {
        TLanes v = default;
        TLanes half = v.Fill(0.5f);
        TLanes size = v.Abs(x);
        isWide = v.Less(half, size);
        TLanes t = v.Select(isWide, v.Multiply(v.Subtract(v.Fill(1f), size), half), v.Multiply(x, x));
        TLanes s = v.Select(isWide, v.Sqrt(t), size);
        TLanes q = v.Fill(0.0421901569f);
        q = v.MultiplyAdd(q, t, v.Fill(0.0241663828f));
        q = v.MultiplyAdd(q, t, v.Fill(0.045472838f));
        q = v.MultiplyAdd(q, t, v.Fill(0.0749527961f));
        q = v.MultiplyAdd(q, t, v.Fill(0.166667536f));
        return v.MultiplyAdd(v.Multiply(q, t), s, s);
    }

    /// <summary>Large angles, whose multiples of π need more bits than a float's; the other lanes stay as they are.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void Far<TLanes>(ref TLanes x, ref TLanes y, bool isCosine)
        where TLanes : struct, ILanes<TLanes>
    {
        ref float angle = ref Unsafe.As<TLanes, float>(ref x);
        ref float result = ref Unsafe.As<TLanes, float>(ref y);
        for (int i = 0; i < default(TLanes).Count; i++)
        {
            double a = Unsafe.Add(ref angle, i);
            if (!(Math.Abs(a) <= Near)) Unsafe.Add(ref result, i) = (float)(isCosine ? Math.Cos(a) : Math.Sin(a));
        }
    }
}
