#nullable enable
using System.Runtime.CompilerServices;

namespace RedGen.Runtime;

/// <summary>
/// The micro-kernels of a channels-last depthwise convolution for windows that are as far apart as their three taps: a vector of channels
/// of neighbouring windows, each input element loaded once for all windows that share it. A sum starts from the bias and adds taps in order.
/// </summary>
internal readonly struct DepthwiseSliding : IDepthwiseTile
{
    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Eight<TLanes>(ref float x, nint step, ref float weights, ref float y, nint target, in DepthwiseTaps taps, TLanes bias, Bounds bounds)
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
                    TLanes w0 = o.Load(ref w, 0), w1 = o.Load(ref w, taps.TapWeight), w2 = o.Load(ref w, 2 * (nint)taps.TapWeight);
                    TLanes v = o.Load(ref from, 0);
                    a = o.MultiplyAdd(v, w0, a);
                    v = o.Load(ref from, step);
                    a = o.MultiplyAdd(v, w1, a);
                    b = o.MultiplyAdd(v, w0, b);
                    v = o.Load(ref from, 2 * step);
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

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Four<TLanes>(ref float x, nint step, ref float weights, ref float y, nint target, in DepthwiseTaps taps, TLanes bias, Bounds bounds)
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
                    TLanes w0 = o.Load(ref w, 0), w1 = o.Load(ref w, taps.TapWeight), w2 = o.Load(ref w, 2 * (nint)taps.TapWeight);
                    TLanes v = o.Load(ref from, 0);
                    a = o.MultiplyAdd(v, w0, a);
                    v = o.Load(ref from, step);
                    a = o.MultiplyAdd(v, w1, a);
                    b = o.MultiplyAdd(v, w0, b);
                    v = o.Load(ref from, 2 * step);
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
                    v = o.Load(ref from, 5 * step);
                    d = o.MultiplyAdd(v, w2, d);
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

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void One<TLanes>(ref float x, nint step, ref float weights, ref float y, nint target, in DepthwiseTaps taps, TLanes bias, Bounds bounds)
        where TLanes : struct, ILanes<TLanes> =>
        default(DepthwiseApart).One(ref x, step, ref weights, ref y, target, taps, bias, bounds); // a single window shares nothing
}
