#nullable enable
using System.Runtime.CompilerServices;

namespace RedGen.Runtime;

/// <summary>
/// The micro-kernels of a channels-last depthwise convolution of any taps: a vector of channels of windows that are evenly apart, in a row
/// or in a column. A sum starts from the bias and adds taps in order.
/// </summary>
internal static class DepthwiseApart
{
    /// <summary>Windows that are <paramref name="step"/> floats apart in the input and <paramref name="target"/> in the output.</summary>
    [MethodImpl(Simd.Hot)]
    internal static void Run<TLanes>(
        ref float x, nint step, ref float weights, ref float y, nint target, int count, in DepthwiseTaps taps, TLanes bias, Bounds bounds)
        where TLanes : struct, ILanes<TLanes>
    {
        unchecked
        {
            int left = count;
            for (; left >= 8; left -= 8)
            {
                RunEight(ref x, step, ref weights, ref y, target, taps, bias, bounds);
                x = ref Unsafe.Add(ref x, 8 * step);
                y = ref Unsafe.Add(ref y, 8 * target);
            }

            for (; left >= 2; left -= 2)
            {
                RunTwo(ref x, step, ref weights, ref y, target, taps, bias, bounds);
                x = ref Unsafe.Add(ref x, 2 * step);
                y = ref Unsafe.Add(ref y, 2 * target);
            }

            if (left > 0)
            {
                RunOne(ref x, step, ref weights, ref y, target, taps, bias, bounds);
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void RunEight<TLanes>(ref float x, nint step, ref float weights, ref float y, nint target, in DepthwiseTaps taps, TLanes bias, Bounds bounds)
        where TLanes : struct, ILanes<TLanes>
    {
        unchecked
        {
            TLanes o = default;
            TLanes a = bias, b = bias, c = bias, d = bias, e = bias, f = bias, g = bias, h = bias;
            for (nint plane = 0, place = 0, weight = 0; plane < taps.Planes; plane++, place += taps.PlaneStep, weight += taps.WeightPlane)
            {
                ref float from = ref Unsafe.Add(ref x, place);
                ref float w = ref Unsafe.Add(ref weights, weight);
                for (nint row = 0; row < taps.Rows; row++)
                {
                    for (nint tap = 0, at = 0, wat = 0; tap < taps.Width; tap++, at += taps.TapStep, wat += taps.Channels)
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

                    from = ref Unsafe.Add(ref from, taps.RowStep);
                    w = ref Unsafe.Add(ref w, taps.WeightRow);
                }
            }

            Keep(a, ref y, 0, bounds);
            Keep(b, ref y, target, bounds);
            Keep(c, ref y, 2 * target, bounds);
            Keep(d, ref y, 3 * target, bounds);
            Keep(e, ref y, 4 * target, bounds);
            Keep(f, ref y, 5 * target, bounds);
            Keep(g, ref y, 6 * target, bounds);
            Keep(h, ref y, 7 * target, bounds);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void RunTwo<TLanes>(ref float x, nint step, ref float weights, ref float y, nint target, in DepthwiseTaps taps, TLanes bias, Bounds bounds)
        where TLanes : struct, ILanes<TLanes>
    {
        unchecked
        {
            TLanes o = default;
            TLanes a = bias, b = bias;
            for (nint plane = 0, place = 0, weight = 0; plane < taps.Planes; plane++, place += taps.PlaneStep, weight += taps.WeightPlane)
            {
                ref float from = ref Unsafe.Add(ref x, place);
                ref float w = ref Unsafe.Add(ref weights, weight);
                for (nint row = 0; row < taps.Rows; row++)
                {
                    for (nint tap = 0, at = 0, wat = 0; tap < taps.Width; tap++, at += taps.TapStep, wat += taps.Channels)
                    {
                        TLanes v = o.Load(ref w, wat);
                        a = o.MultiplyAdd(o.Load(ref from, at), v, a);
                        b = o.MultiplyAdd(o.Load(ref from, at + step), v, b);
                    }

                    from = ref Unsafe.Add(ref from, taps.RowStep);
                    w = ref Unsafe.Add(ref w, taps.WeightRow);
                }
            }

            Keep(a, ref y, 0, bounds);
            Keep(b, ref y, target, bounds);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void RunOne<TLanes>(ref float x, nint step, ref float weights, ref float y, nint target, in DepthwiseTaps taps, TLanes bias, Bounds bounds)
        where TLanes : struct, ILanes<TLanes>
    {
        unchecked
        {
            TLanes o = default;
            TLanes a = bias;
            for (nint plane = 0, place = 0, weight = 0; plane < taps.Planes; plane++, place += taps.PlaneStep, weight += taps.WeightPlane)
            {
                ref float from = ref Unsafe.Add(ref x, place);
                ref float w = ref Unsafe.Add(ref weights, weight);
                for (nint row = 0; row < taps.Rows; row++)
                {
                    for (nint tap = 0, at = 0, wat = 0; tap < taps.Width; tap++, at += taps.TapStep, wat += taps.Channels)
                    {
                        TLanes v = o.Load(ref w, wat);
                        a = o.MultiplyAdd(o.Load(ref from, at), v, a);
                    }

                    from = ref Unsafe.Add(ref from, taps.RowStep);
                    w = ref Unsafe.Add(ref w, taps.WeightRow);
                }
            }

            Keep(a, ref y, 0, bounds);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Keep<TLanes>(TLanes sum, ref float y, nint place, Bounds bounds)
        where TLanes : struct, ILanes<TLanes>
    {
        TLanes o = default;
        o.Store(o.AtMost(o.AtLeast(sum, o.Fill(bounds.Low)), o.Fill(bounds.High)), ref y, place);
    }
}
