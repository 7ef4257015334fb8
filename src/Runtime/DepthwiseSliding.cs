#nullable enable
using System.Runtime.CompilerServices;

namespace RedGen.Runtime;

/// <summary>
/// The micro-kernels of a channels-last depthwise convolution of three neighbouring taps at step 1: a vector of channels of neighbouring
/// windows, each input column loaded once for all windows that share it. A sum starts from the bias and adds taps in order.
/// </summary>
internal static class DepthwiseSliding
{
    /// <summary>Windows of a row, which are <paramref name="step"/> floats apart in the input and <paramref name="target"/> in the output (both are the number of channels).</summary>
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
            nint next = 2 * step;
            for (nint plane = 0, place = 0, weight = 0; plane < taps.Planes; plane++, place += taps.PlaneStep, weight += taps.WeightPlane)
            {
                ref float from = ref Unsafe.Add(ref x, place);
                ref float w = ref Unsafe.Add(ref weights, weight);
                for (nint row = 0; row < taps.Rows; row++)
                {
                    TLanes w0 = o.Load(ref w, 0), w1 = o.Load(ref w, step), w2 = o.Load(ref w, next);
                    TLanes v = o.Load(ref from, 0);
                    a = o.MultiplyAdd(v, w0, a);
                    v = o.Load(ref from, step);
                    a = o.MultiplyAdd(v, w1, a);
                    b = o.MultiplyAdd(v, w0, b);
                    v = o.Load(ref from, next);
                    a = o.MultiplyAdd(v, w2, a);
                    b = o.MultiplyAdd(v, w1, b);
                    c = o.MultiplyAdd(v, w0, c);
                    v = o.Load(ref from, 3 * step);
                    b = o.MultiplyAdd(v, w2, b);
                    c = o.MultiplyAdd(v, w1, c);
                    d = o.MultiplyAdd(v, w0, d);
                    v = o.Load(ref from, 4 * step);
                    c = o.MultiplyAdd(v, w2, c);
                    d = o.MultiplyAdd(v, w1, d);
                    e = o.MultiplyAdd(v, w0, e);
                    v = o.Load(ref from, 5 * step);
                    d = o.MultiplyAdd(v, w2, d);
                    e = o.MultiplyAdd(v, w1, e);
                    f = o.MultiplyAdd(v, w0, f);
                    v = o.Load(ref from, 6 * step);
                    e = o.MultiplyAdd(v, w2, e);
                    f = o.MultiplyAdd(v, w1, f);
                    g = o.MultiplyAdd(v, w0, g);
                    v = o.Load(ref from, 7 * step);
                    f = o.MultiplyAdd(v, w2, f);
                    g = o.MultiplyAdd(v, w1, g);
                    h = o.MultiplyAdd(v, w0, h);
                    v = o.Load(ref from, 8 * step);
                    g = o.MultiplyAdd(v, w2, g);
                    h = o.MultiplyAdd(v, w1, h);
                    v = o.Load(ref from, 9 * step);
                    h = o.MultiplyAdd(v, w2, h);
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
            nint next = 2 * step;
            for (nint plane = 0, place = 0, weight = 0; plane < taps.Planes; plane++, place += taps.PlaneStep, weight += taps.WeightPlane)
            {
                ref float from = ref Unsafe.Add(ref x, place);
                ref float w = ref Unsafe.Add(ref weights, weight);
                for (nint row = 0; row < taps.Rows; row++)
                {
                    TLanes w0 = o.Load(ref w, 0), w1 = o.Load(ref w, step), w2 = o.Load(ref w, next);
                    TLanes v = o.Load(ref from, 0);
                    a = o.MultiplyAdd(v, w0, a);
                    v = o.Load(ref from, step);
                    a = o.MultiplyAdd(v, w1, a);
                    b = o.MultiplyAdd(v, w0, b);
                    v = o.Load(ref from, next);
                    a = o.MultiplyAdd(v, w2, a);
                    b = o.MultiplyAdd(v, w1, b);
                    v = o.Load(ref from, 3 * step);
                    b = o.MultiplyAdd(v, w2, b);
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
            nint next = 2 * step;
            for (nint plane = 0, place = 0, weight = 0; plane < taps.Planes; plane++, place += taps.PlaneStep, weight += taps.WeightPlane)
            {
                ref float from = ref Unsafe.Add(ref x, place);
                ref float w = ref Unsafe.Add(ref weights, weight);
                for (nint row = 0; row < taps.Rows; row++)
                {
                    TLanes w0 = o.Load(ref w, 0), w1 = o.Load(ref w, step), w2 = o.Load(ref w, next);
                    TLanes v = o.Load(ref from, 0);
                    a = o.MultiplyAdd(v, w0, a);
                    v = o.Load(ref from, step);
                    a = o.MultiplyAdd(v, w1, a);
                    v = o.Load(ref from, next);
                    a = o.MultiplyAdd(v, w2, a);
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
