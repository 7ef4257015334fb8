#nullable enable
using System.Runtime.CompilerServices;

namespace RedGen.Runtime;

/// <summary>The kernels of a channels-last pooling: the windows of a box, which have the same taps inside the input.</summary>
internal static class PoolBox
{
    /// <summary>Vectors folded together: of neighbouring windows, or where a line has fewer, of neighbouring channels of one window.</summary>
    internal const int TileVectors = 4;

    /// <summary>Computes a box. The last tile or vector moves back to end with the others; what is computed twice is equal.</summary>
    [MethodImpl(Simd.Hot)]
    internal static void Run<TLanes, TFold>(ref float x, ref float y, int channels, in DepthwiseLines lines, in DepthwiseTaps taps, TFold fold)
        where TLanes : struct, ILanes<TLanes>
        where TFold : struct, IPoolFold
    {
        unchecked
        {
            nint lanes = default(TLanes).Count;
            bool across = lines.Windows >= TileVectors;
            for (nint line = 0; line < lines.Count; line++)
            {
                ref float from = ref Unsafe.Add(ref x, line * lines.LineStep);
                ref float to = ref Unsafe.Add(ref y, line * lines.LineTarget);
                for (nint c = 0; across && c < channels; c += lanes)
                {
                    nint channel = c <= channels - lanes ? c : channels - lanes;
                    for (nint done = 0; done < lines.Windows; done += TileVectors)
                    {
                        nint window = done <= lines.Windows - TileVectors ? done : lines.Windows - TileVectors;
                        Four<TLanes, TFold>(
                            ref Unsafe.Add(ref from, channel + (window * lines.Step)), lines.Step, ref Unsafe.Add(ref to, channel + (window * lines.Target)), lines.Target, taps, fold);
                    }
                }

                for (nint window = 0; !across && window < lines.Windows; window++)
                {
                    Window<TLanes, TFold>(ref Unsafe.Add(ref from, window * lines.Step), ref Unsafe.Add(ref to, window * lines.Target), channels, taps, fold);
                }
            }
        }
    }

    /// <summary>All channels of a window.</summary>
    [MethodImpl(Simd.Hot)]
    private static void Window<TLanes, TFold>(ref float x, ref float y, int channels, in DepthwiseTaps taps, TFold fold)
        where TLanes : struct, ILanes<TLanes>
        where TFold : struct, IPoolFold
    {
        unchecked
        {
            nint lanes = default(TLanes).Count;
            nint c = 0;
            for (; c <= channels - (TileVectors * lanes); c += TileVectors * lanes)
            {
                Four<TLanes, TFold>(ref Unsafe.Add(ref x, c), lanes, ref Unsafe.Add(ref y, c), lanes, taps, fold);
            }

            for (; c < channels; c += lanes)
            {
                nint channel = c <= channels - lanes ? c : channels - lanes;
                One<TLanes, TFold>(ref Unsafe.Add(ref x, channel), ref Unsafe.Add(ref y, channel), taps, fold);
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Four<TLanes, TFold>(ref float x, nint step, ref float y, nint target, in DepthwiseTaps taps, TFold fold)
        where TLanes : struct, ILanes<TLanes>
        where TFold : struct, IPoolFold
    {
        unchecked
        {
            TLanes o = default;
            TLanes a = o.Fill(fold.Start), b = a, c = a, d = a;
            for (nint plane = 0; plane < taps.Planes; plane++)
            {
                for (nint line = 0; line < taps.Lines; line++)
                {
                    ref float from = ref Unsafe.Add(ref x, (plane * taps.PlaneStep) + (line * taps.LineStep));
                    for (nint tap = 0, at = 0; tap < taps.Taps; tap++, at += taps.TapStep)
                    {
                        a = fold.Join(a, o.Load(ref from, at));
                        b = fold.Join(b, o.Load(ref from, at + step));
                        c = fold.Join(c, o.Load(ref from, at + (2 * step)));
                        d = fold.Join(d, o.Load(ref from, at + (3 * step)));
                    }
                }
            }

            o.Store(fold.End(a), ref y, 0);
            o.Store(fold.End(b), ref y, target);
            o.Store(fold.End(c), ref y, 2 * target);
            o.Store(fold.End(d), ref y, 3 * target);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void One<TLanes, TFold>(ref float x, ref float y, in DepthwiseTaps taps, TFold fold)
        where TLanes : struct, ILanes<TLanes>
        where TFold : struct, IPoolFold
    {
        unchecked
        {
            TLanes o = default;
            TLanes folded = o.Fill(fold.Start);
            for (nint plane = 0; plane < taps.Planes; plane++)
            {
                for (nint line = 0; line < taps.Lines; line++)
                {
                    nint at = (plane * taps.PlaneStep) + (line * taps.LineStep);
                    for (nint tap = 0; tap < taps.Taps; tap++, at += taps.TapStep)
                    {
                        folded = fold.Join(folded, o.Load(ref x, at));
                    }
                }
            }

            o.Store(fold.End(folded), ref y, 0);
        }
    }

    /// <summary>Computes a box of fewer channels than a vector has.</summary>
    [MethodImpl(Simd.Hot)]
    internal static void RunScalars<TFold>(ref float x, ref float y, int channels, in DepthwiseLines lines, in DepthwiseTaps taps, TFold fold)
        where TFold : struct, IPoolFold
    {
        unchecked
        {
            for (nint i = 0; i < (nint)lines.Count * lines.Windows * channels; i++)
            {
                nint c = i % channels;
                nint window = i / channels % lines.Windows;
                nint line = i / channels / lines.Windows;
                float folded = fold.Start;
                for (nint plane = 0; plane < taps.Planes; plane++)
                {
                    for (nint row = 0; row < taps.Lines; row++)
                    {
                        nint at = (line * lines.LineStep) + (window * lines.Step) + c + (plane * taps.PlaneStep) + (row * taps.LineStep);
                        for (nint tap = 0; tap < taps.Taps; tap++, at += taps.TapStep)
                        {
                            folded = fold.Join(folded, Unsafe.Add(ref x, at));
                        }
                    }
                }

                Unsafe.Add(ref y, (line * lines.LineTarget) + (window * lines.Target) + c) = fold.End(folded);
            }
        }
    }
}
