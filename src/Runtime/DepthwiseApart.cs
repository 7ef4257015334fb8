#nullable enable
using System.Runtime.CompilerServices;

namespace RedGen.Runtime;

/// <summary>
/// The micro-kernels of a channels-last depthwise convolution of any taps: a vector of channels of windows that are evenly apart, in a row
/// or in a column. A sum starts from the bias and adds taps in order.
/// </summary>
internal static class DepthwiseApart
{
    /// <summary>Eight windows.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static void Eight<TLanes>(ref float x, nint step, ref float weights, ref float y, nint target, in DepthwiseTaps taps, in TLanes bias, Bounds bounds)
        where TLanes : struct, ILanes<TLanes>
    {
        unchecked
        {
            TLanes o = default;
            TLanes a = bias, b = a, c = a, d = a, e = a, f = a, g = a, h = a;
            for (nint plane = 0, place = 0, weight = 0; plane < taps.Planes; plane++, place += taps.PlaneStep, weight += taps.PlaneWeight)
            {
                ref float from = ref Unsafe.Add(ref x, place);
                ref float w = ref Unsafe.Add(ref weights, weight);
                for (nint line = 0; line < taps.Lines; line++)
                {
                    for (nint tap = 0, at = 0, wat = 0; tap < taps.Taps; tap++, at += taps.TapStep, wat += taps.TapWeight)
                    {
                        TLanes v = o.Load(ref w, wat);
                        o.Accumulate(ref a, o.Load(ref from, at), v);
                        o.Accumulate(ref b, o.Load(ref from, at + step), v);
                        o.Accumulate(ref c, o.Load(ref from, at + (2 * step)), v);
                        o.Accumulate(ref d, o.Load(ref from, at + (3 * step)), v);
                        o.Accumulate(ref e, o.Load(ref from, at + (4 * step)), v);
                        o.Accumulate(ref f, o.Load(ref from, at + (5 * step)), v);
                        o.Accumulate(ref g, o.Load(ref from, at + (6 * step)), v);
                        o.Accumulate(ref h, o.Load(ref from, at + (7 * step)), v);
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

    /// <summary>Four windows.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static void Four<TLanes>(ref float x, nint step, ref float weights, ref float y, nint target, in DepthwiseTaps taps, in TLanes bias, Bounds bounds)
        where TLanes : struct, ILanes<TLanes>
    {
        unchecked
        {
            TLanes o = default;
            TLanes a = bias, b = a, c = a, d = a;
            for (nint plane = 0, place = 0, weight = 0; plane < taps.Planes; plane++, place += taps.PlaneStep, weight += taps.PlaneWeight)
            {
                ref float from = ref Unsafe.Add(ref x, place);
                ref float w = ref Unsafe.Add(ref weights, weight);
                for (nint line = 0; line < taps.Lines; line++)
                {
                    for (nint tap = 0, at = 0, wat = 0; tap < taps.Taps; tap++, at += taps.TapStep, wat += taps.TapWeight)
                    {
                        TLanes v = o.Load(ref w, wat);
                        o.Accumulate(ref a, o.Load(ref from, at), v);
                        o.Accumulate(ref b, o.Load(ref from, at + step), v);
                        o.Accumulate(ref c, o.Load(ref from, at + (2 * step)), v);
                        o.Accumulate(ref d, o.Load(ref from, at + (3 * step)), v);
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

    /// <summary>One window.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static void One<TLanes>(ref float x, nint step, ref float weights, ref float y, nint target, in DepthwiseTaps taps, in TLanes bias, Bounds bounds)
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
                        o.Accumulate(ref a, o.Load(ref from, at), v);
                    }

                    from = ref Unsafe.Add(ref from, taps.LineStep);
                    w = ref Unsafe.Add(ref w, taps.LineWeight);
                }
            }

            DepthwiseTaps.Keep(a, ref y, 0, bounds);
        }
    }
}
