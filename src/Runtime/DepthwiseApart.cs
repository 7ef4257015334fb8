#nullable enable
using System.Runtime.CompilerServices;

namespace RedGen.Runtime;

/// <summary>
/// The micro-kernels of a channels-last depthwise convolution of any taps: a vector of channels of windows that are evenly apart, in a row
/// or in a column. A sum starts from the bias and adds taps in order.
/// </summary>
internal static class DepthwiseApart
{
    /// <summary>Computes a vector of channels of all windows of a box.</summary>
    [MethodImpl(Simd.Hot)]
    internal static void Run<TLanes>(
        ref float x, ref float weights, ref float y, in DepthwiseLines lines, in DepthwiseTaps taps, TLanes bias, Bounds bounds)
        where TLanes : struct, ILanes<TLanes>
    {
        if (lines.Windows >= 8) Eights(ref x, ref weights, ref y, lines, taps, bias, bounds);
        if (lines.Windows < 4) Ones(ref x, ref weights, ref y, lines, taps, bias, bounds);
        else if (lines.Windows % 8 != 0) Fours(ref x, ref weights, ref y, lines, taps, bias, bounds);
    }

    [MethodImpl(Simd.Hot)]
    private static void Eights<TLanes>(ref float x, ref float weights, ref float y, in DepthwiseLines lines, in DepthwiseTaps taps, TLanes bias, Bounds bounds)
        where TLanes : struct, ILanes<TLanes>
    {
        unchecked
        {
            for (nint line = 0; line < lines.Count; line++)
            {
                for (nint window = 0; window <= lines.Windows - 8; window += 8)
                {
                    Eight(ref Unsafe.Add(ref x, window * lines.Step), lines.Step, ref weights, ref Unsafe.Add(ref y, window * lines.Target), lines.Target, taps, bias, bounds);
                }

                x = ref Unsafe.Add(ref x, lines.LineStep);
                y = ref Unsafe.Add(ref y, lines.LineTarget);
            }
        }
    }

    [MethodImpl(Simd.Hot)]
    private static void Fours<TLanes>(ref float x, ref float weights, ref float y, in DepthwiseLines lines, in DepthwiseTaps taps, TLanes bias, Bounds bounds)
        where TLanes : struct, ILanes<TLanes>
    {
        unchecked
        {
            for (nint line = 0; line < lines.Count; line++)
            {
                for (nint window = lines.Windows & ~7; window < lines.Windows; window += 4)
                {
                    // The last tile moves back to end with the line; what is computed twice is equal.
                    nint first = window <= lines.Windows - 4 ? window : lines.Windows - 4;
                    Four(ref Unsafe.Add(ref x, first * lines.Step), lines.Step, ref weights, ref Unsafe.Add(ref y, first * lines.Target), lines.Target, taps, bias, bounds);
                }

                x = ref Unsafe.Add(ref x, lines.LineStep);
                y = ref Unsafe.Add(ref y, lines.LineTarget);
            }
        }
    }

    [MethodImpl(Simd.Hot)]
    private static void Ones<TLanes>(ref float x, ref float weights, ref float y, in DepthwiseLines lines, in DepthwiseTaps taps, TLanes bias, Bounds bounds)
        where TLanes : struct, ILanes<TLanes>
    {
        unchecked
        {
            for (nint line = 0; line < lines.Count; line++)
            {
                for (nint window = 0; window < lines.Windows; window++)
                {
                    One(ref Unsafe.Add(ref x, window * lines.Step), lines.Step, ref weights, ref Unsafe.Add(ref y, window * lines.Target), lines.Target, taps, bias, bounds);
                }

                x = ref Unsafe.Add(ref x, lines.LineStep);
                y = ref Unsafe.Add(ref y, lines.LineTarget);
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Eight<TLanes>(ref float x, nint step, ref float weights, ref float y, nint target, in DepthwiseTaps taps, TLanes bias, Bounds bounds)
        where TLanes : struct, ILanes<TLanes>
    {
        unchecked
        {
            TLanes o = default;
            TLanes a = bias, b = bias, c = bias, d = bias, e = bias, f = bias, g = bias, h = bias;
            for (nint plane = 0, place = 0, weight = 0; plane < taps.Planes; plane++, place += taps.PlaneStep, weight += taps.PlaneWeight)
            {
                ref float from = ref Unsafe.Add(ref x, place);
                ref float w = ref Unsafe.Add(ref weights, weight);
                for (nint line = 0; line < taps.Lines; line++)
                {
                    for (nint tap = 0, at = 0, wat = 0; tap < taps.Taps; tap++, at += taps.TapStep, wat += taps.TapWeight)
                    {
                        TLanes v = o.Load(ref w, wat);
                        a = o.MultiplyAdd(o.Load(ref from, at), v, a);
                        b = o.MultiplyAdd(o.Load(ref from, at + step), v, b);
                        c = o.MultiplyAdd(o.Load(ref from, at + (2 * step)), v, c);
                        d = o.MultiplyAdd(o.Load(ref from, at + (3 * step)), v, d);
                        e = o.MultiplyAdd(o.Load(ref from, at + (4 * step)), v, e);
                        f = o.MultiplyAdd(o.Load(ref from, at + (5 * step)), v, f);
                        g = o.MultiplyAdd(o.Load(ref from, at + (6 * step)), v, g);
                        h = o.MultiplyAdd(o.Load(ref from, at + (7 * step)), v, h);
                    }

                    from = ref Unsafe.Add(ref from, taps.LineStep);
                    w = ref Unsafe.Add(ref w, taps.LineWeight);
                }
            }

            DepthwiseTaps.Keep(a, ref y, 0, bounds);
            DepthwiseTaps.Keep(b, ref y, target, bounds);
            DepthwiseTaps.Keep(c, ref y, 2 * target, bounds);
            DepthwiseTaps.Keep(d, ref y, 3 * target, bounds);
            DepthwiseTaps.Keep(e, ref y, 4 * target, bounds);
            DepthwiseTaps.Keep(f, ref y, 5 * target, bounds);
            DepthwiseTaps.Keep(g, ref y, 6 * target, bounds);
            DepthwiseTaps.Keep(h, ref y, 7 * target, bounds);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Four<TLanes>(ref float x, nint step, ref float weights, ref float y, nint target, in DepthwiseTaps taps, TLanes bias, Bounds bounds)
        where TLanes : struct, ILanes<TLanes>
    {
        unchecked
        {
            TLanes o = default;
            TLanes a = bias, b = bias, c = bias, d = bias;
            for (nint plane = 0, place = 0, weight = 0; plane < taps.Planes; plane++, place += taps.PlaneStep, weight += taps.PlaneWeight)
            {
                ref float from = ref Unsafe.Add(ref x, place);
                ref float w = ref Unsafe.Add(ref weights, weight);
                for (nint line = 0; line < taps.Lines; line++)
                {
                    for (nint tap = 0, at = 0, wat = 0; tap < taps.Taps; tap++, at += taps.TapStep, wat += taps.TapWeight)
                    {
                        TLanes v = o.Load(ref w, wat);
                        a = o.MultiplyAdd(o.Load(ref from, at), v, a);
                        b = o.MultiplyAdd(o.Load(ref from, at + step), v, b);
                        c = o.MultiplyAdd(o.Load(ref from, at + (2 * step)), v, c);
                        d = o.MultiplyAdd(o.Load(ref from, at + (3 * step)), v, d);
                    }

                    from = ref Unsafe.Add(ref from, taps.LineStep);
                    w = ref Unsafe.Add(ref w, taps.LineWeight);
                }
            }

            DepthwiseTaps.Keep(a, ref y, 0, bounds);
            DepthwiseTaps.Keep(b, ref y, target, bounds);
            DepthwiseTaps.Keep(c, ref y, 2 * target, bounds);
            DepthwiseTaps.Keep(d, ref y, 3 * target, bounds);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void One<TLanes>(ref float x, nint step, ref float weights, ref float y, nint target, in DepthwiseTaps taps, TLanes bias, Bounds bounds)
        where TLanes : struct, ILanes<TLanes>
    {
        unchecked
        {
            TLanes o = default;
            TLanes a = bias;
            for (nint plane = 0, place = 0, weight = 0; plane < taps.Planes; plane++, place += taps.PlaneStep, weight += taps.PlaneWeight)
            {
                ref float from = ref Unsafe.Add(ref x, place);
                ref float w = ref Unsafe.Add(ref weights, weight);
                for (nint line = 0; line < taps.Lines; line++)
                {
                    for (nint tap = 0, at = 0, wat = 0; tap < taps.Taps; tap++, at += taps.TapStep, wat += taps.TapWeight)
                    {
                        TLanes v = o.Load(ref w, wat);
                        a = o.MultiplyAdd(o.Load(ref from, at), v, a);
                    }

                    from = ref Unsafe.Add(ref from, taps.LineStep);
                    w = ref Unsafe.Add(ref w, taps.LineWeight);
                }
            }

            DepthwiseTaps.Keep(a, ref y, 0, bounds);
        }
    }
}
