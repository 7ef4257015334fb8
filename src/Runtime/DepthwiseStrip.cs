#nullable enable
using System;
using System.Runtime.CompilerServices;

namespace RedGen.Runtime;

/// <summary>
/// Channels-last depthwise convolution of any taps, strides and dilations, a vector of channels and a strip of columns at a time. Lines of input are
/// copied between zeros into a ring, each once for all rows of windows that it belongs to, with the columns of each remainder by the stride side by side:
/// so neighbouring windows read neighbouring vectors, and none has to know where the input ends.
/// </summary>
internal readonly struct DepthwiseStrip
{
    private const int LeastTile = 4;

    private readonly ConvShape _shape;
    private readonly Bounds _bounds;

    /// <summary>Windows of a strip.</summary>
    private readonly int _windows;

    /// <summary>Lines of the ring.</summary>
    private readonly int _lines;

    /// <summary>Columns of each remainder.</summary>
    private readonly int _columns;

    internal DepthwiseStrip(in ConvShape shape, Bounds bounds)
    {
        _shape = shape;
        _bounds = bounds;
        _lines = Lines(shape);
        _windows = Windows(shape);
        _columns = Math.Max(_windows, LeastTile) + Reach(shape);
    }

    /// <summary>
    /// Whether the ring has room for the lines of a tile's windows, there is one plane, and more than three of ten windows reach over the sides: where most
    /// have all of their taps, boxes of them take as long without copies.
    /// </summary>
    internal static bool Serves(in ConvShape shape) =>
        shape.InDepth == 1 && shape.OutDepth == 1 && shape.KernelDepth == 1 && shape.PadDepth == 0 && shape.StrideWidth <= 8 && Windows(shape) > 0
        && 10L * TapRange.Height(shape).Whole * TapRange.Width(shape).Whole < 7L * shape.OutHeight * shape.OutWidth;

    /// <summary>Computes a vector of channels of some rows.</summary>
    /// <param name="x">The channels in the first pixel of the input.</param>
    /// <param name="weights">Their weights.</param>
    /// <param name="y">The channels in the first pixel of the output.</param>
    /// <param name="ring">The ring.</param>
    /// <param name="first">The first row of windows.</param>
    /// <param name="end">One past the last row.</param>
    /// <param name="start">What sums begin with.</param>
    [MethodImpl(Simd.Hot)]
    internal void Run<TLanes>(ref float x, ref float weights, ref float y, ref float ring, int first, int end, TLanes start)
        where TLanes : struct, ILanes<TLanes>
    {
        unchecked
        {
            TapRange height = TapRange.Height(_shape);
            for (int strip = 0; strip < _shape.OutWidth; strip += _windows)
            {
                int windows = Math.Min(_windows, _shape.OutWidth - strip);
                int next = 0;
                for (int row = first; row < end; row++)
                {
                    TapRange taps = height.At(row);
                    int line = taps.Start, past = line + ((taps.Taps - 1) * _shape.DilationHeight) + 1;
                    for (next = Math.Max(next, (row * _shape.StrideHeight) - _shape.PadTop); next < past; next++)
                    {
                        Fill<TLanes>(ref Unsafe.Add(ref x, (nint)next * _shape.InWidth * _shape.InChannels), ref Unsafe.Add(ref ring, next % _lines * Line<TLanes>()), (strip * _shape.StrideWidth) - _shape.PadLeft);
                    }

                    ref float w = ref Unsafe.Add(ref weights, taps.Taps == 0 ? 0 : (nint)taps.FirstTap * _shape.KernelWidth * _shape.InChannels);
                    ref float to = ref Unsafe.Add(ref y, (((nint)row * _shape.OutWidth) + strip) * _shape.InChannels);
                    if (windows >= 8) Eights<TLanes>(ref ring, line, taps.Taps, ref w, ref to, windows, start);
                    if (windows % 8 != 0) Fours<TLanes>(ref ring, line, taps.Taps, ref w, ref to, windows, start);
                }
            }
        }
    }

    private static int Lines(in ConvShape shape) => ((shape.KernelHeight - 1) * shape.DilationHeight) + 1;

    /// <summary>Columns of a remainder from a window's first to its last.</summary>
    private static int Reach(in ConvShape shape) => (shape.KernelWidth - 1) * shape.DilationWidth / shape.StrideWidth;

    /// <summary>Windows of a strip: all of a row, or whole tiles; 0 where there is too little room.</summary>
    private static int Windows(in ConvShape shape)
    {
        long most = (DepthwiseRing.Vectors / ((long)Lines(shape) * shape.StrideWidth)) - Reach(shape);
        return most < 8 && most < Math.Max(shape.OutWidth, LeastTile) ? 0 : most >= shape.OutWidth ? shape.OutWidth : (int)most / 8 * 8;
    }

    /// <summary>Floats of a line of the ring.</summary>
    private int Line<TLanes>()
        where TLanes : struct, ILanes<TLanes> => unchecked(_columns * _shape.StrideWidth * default(TLanes).Count);

    /// <summary>Copies a line of input, zeros where it has no column.</summary>
    [MethodImpl(Simd.Hot)]
    private void Fill<TLanes>(ref float x, ref float line, int first)
        where TLanes : struct, ILanes<TLanes>
    {
        unchecked
        {
            TLanes o = default;
            int stride = _shape.StrideWidth, width = _shape.InWidth;
            nint channels = _shape.InChannels, at = 0;
            for (int remainder = 0; remainder < stride; remainder++)
            {
                int column = first + remainder;
                for (int i = 0; i < _columns; i++, column += stride, at += o.Count)
                {
                    o.Store((uint)column < (uint)width ? o.Load(ref x, column * channels) : default, ref line, at);
                }
            }
        }
    }

    [MethodImpl(Simd.Hot)]
    private void Eights<TLanes>(ref float ring, int line, int lines, ref float weights, ref float y, int windows, TLanes start)
        where TLanes : struct, ILanes<TLanes>
    {
        unchecked
        {
            TLanes o = default;
            TLanes low = o.Fill(_bounds.Low), high = o.Fill(_bounds.High);
            nint target = _shape.InChannels;
            DepthwiseSteps steps = DepthwiseSteps.Of(_shape, _columns, o.Count);
            int first = line % _lines;
            for (nint window = 0; window <= windows - 8; window += 8)
            {
                TLanes a = start, b = start, c = start, d = start, e = start, f = start, g = start, h = start;
                ref float w = ref weights;
                for (int i = 0, slot = first; i < lines; i++, slot = Next(slot))
                {
                    ref float x = ref Unsafe.Add(ref ring, ((nint)slot * Line<TLanes>()) + (window * o.Count));
                    int remainder = 0;
                    for (int tap = 0; tap < steps.Taps; tap++)
                    {
                        TLanes v = o.Load(ref w, 0);
                        a = o.MultiplyAdd(v, o.Load(ref x, 0), a);
                        b = o.MultiplyAdd(v, o.Load(ref x, o.Count), b);
                        c = o.MultiplyAdd(v, o.Load(ref x, 2 * o.Count), c);
                        d = o.MultiplyAdd(v, o.Load(ref x, 3 * o.Count), d);
                        e = o.MultiplyAdd(v, o.Load(ref x, 4 * o.Count), e);
                        f = o.MultiplyAdd(v, o.Load(ref x, 5 * o.Count), f);
                        g = o.MultiplyAdd(v, o.Load(ref x, 6 * o.Count), g);
                        h = o.MultiplyAdd(v, o.Load(ref x, 7 * o.Count), h);
                        w = ref Unsafe.Add(ref w, target);
                        x = ref Unsafe.Add(ref x, steps.Advance(ref remainder));
                    }
                }

                ref float to = ref Unsafe.Add(ref y, window * target);
                o.Store(o.AtMost(o.AtLeast(a, low), high), ref to, 0);
                o.Store(o.AtMost(o.AtLeast(b, low), high), ref to, target);
                o.Store(o.AtMost(o.AtLeast(c, low), high), ref to, 2 * target);
                o.Store(o.AtMost(o.AtLeast(d, low), high), ref to, 3 * target);
                o.Store(o.AtMost(o.AtLeast(e, low), high), ref to, 4 * target);
                o.Store(o.AtMost(o.AtLeast(f, low), high), ref to, 5 * target);
                o.Store(o.AtMost(o.AtLeast(g, low), high), ref to, 6 * target);
                o.Store(o.AtMost(o.AtLeast(h, low), high), ref to, 7 * target);
            }
        }
    }

    /// <summary>The windows that tiles of eight leave; the last tile moves back to end with the strip, what is computed twice is equal.</summary>
    [MethodImpl(Simd.Hot)]
    private void Fours<TLanes>(ref float ring, int line, int lines, ref float weights, ref float y, int windows, TLanes start)
        where TLanes : struct, ILanes<TLanes>
    {
        unchecked
        {
            TLanes o = default;
            TLanes low = o.Fill(_bounds.Low), high = o.Fill(_bounds.High);
            nint target = _shape.InChannels;
            DepthwiseSteps steps = DepthwiseSteps.Of(_shape, _columns, o.Count);
            int first = line % _lines;
            for (nint next = windows & ~7; next < windows; next += LeastTile)
            {
                nint window = next <= windows - LeastTile ? next : Math.Max(windows - LeastTile, 0);
                TLanes a = start, b = start, c = start, d = start;
                ref float w = ref weights;
                for (int i = 0, slot = first; i < lines; i++, slot = Next(slot))
                {
                    ref float x = ref Unsafe.Add(ref ring, ((nint)slot * Line<TLanes>()) + (window * o.Count));
                    int remainder = 0;
                    for (int tap = 0; tap < steps.Taps; tap++)
                    {
                        TLanes v = o.Load(ref w, 0);
                        a = o.MultiplyAdd(v, o.Load(ref x, 0), a);
                        b = o.MultiplyAdd(v, o.Load(ref x, o.Count), b);
                        c = o.MultiplyAdd(v, o.Load(ref x, 2 * o.Count), c);
                        d = o.MultiplyAdd(v, o.Load(ref x, 3 * o.Count), d);
                        w = ref Unsafe.Add(ref w, target);
                        x = ref Unsafe.Add(ref x, steps.Advance(ref remainder));
                    }
                }

                ref float to = ref Unsafe.Add(ref y, window * target);
                o.Store(o.AtMost(o.AtLeast(a, low), high), ref to, 0);
                if (windows > 1) o.Store(o.AtMost(o.AtLeast(b, low), high), ref to, target);
                if (windows > 2) o.Store(o.AtMost(o.AtLeast(c, low), high), ref to, 2 * target);
                if (windows > 3) o.Store(o.AtMost(o.AtLeast(d, low), high), ref to, 3 * target);
            }
        }
    }

    /// <summary>The ring's line of the next line of taps.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private int Next(int slot)
    {
        int next = unchecked(slot + _shape.DilationHeight);
        return next < _lines ? next : unchecked(next - _lines);
    }
}
