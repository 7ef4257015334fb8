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
    private const int Tile = 8;
    private const int HalfTile = 4;

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
        _columns = Math.Max(_windows, Tile) + Reach(shape);
    }

    /// <summary>
    /// Whether the ring has room for the lines of a tile's windows, there is one plane, and either columns are loaded once for several taps, or more than
    /// three of ten windows reach over the sides: where most have all of their taps, boxes of them take as long without copies.
    /// </summary>
    internal static bool Serves(in ConvShape shape) =>
        shape.InDepth == 1 && shape.OutDepth == 1 && shape.KernelDepth == 1 && shape.PadDepth == 0 && shape.StrideWidth <= 8 && Windows(shape) > 0
        && (SharesColumns(shape) || 10L * TapRange.Height(shape).Whole * TapRange.Width(shape).Whole < 7L * shape.OutHeight * shape.OutWidth);

    /// <summary>Computes a vector of channels of some rows.</summary>
    /// <param name="x">The channels in the first pixel of the input.</param>
    /// <param name="weights">Their weights.</param>
    /// <param name="y">The channels in the first pixel of the output.</param>
    /// <param name="ring">The ring.</param>
    /// <param name="first">The first row of windows.</param>
    /// <param name="end">One past the last row.</param>
    /// <param name="start">What sums begin with.</param>
    [MethodImpl(Simd.Hot)]
    internal void Run<TLanes>(ref float x, ref float weights, ref float y, ref float ring, int first, int end, in TLanes start)
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
                    Row(ref ring, line, taps.Taps, ref w, ref to, windows, start);
                }
            }
        }
    }

    private static bool SharesColumns(in ConvShape shape) => shape.KernelWidth is 5 or 7 && shape.DilationWidth == 1 && shape.StrideWidth <= 2;

    private static int Lines(in ConvShape shape) => ((shape.KernelHeight - 1) * shape.DilationHeight) + 1;

    /// <summary>Columns of a remainder from a window's first to its last.</summary>
    private static int Reach(in ConvShape shape) => (shape.KernelWidth - 1) * shape.DilationWidth / shape.StrideWidth;

    /// <summary>Windows of a strip: all of a row, or whole tiles; 0 where there is too little room.</summary>
    private static int Windows(in ConvShape shape)
    {
        long most = (DepthwiseRing.Vectors / ((long)Lines(shape) * shape.StrideWidth)) - Reach(shape);
        return most < Tile && most < Math.Max(shape.OutWidth, Tile) ? 0 : most >= shape.OutWidth ? shape.OutWidth : (int)most / Tile * Tile;
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
            int stride = _shape.StrideWidth, width = _shape.InWidth;
            for (int remainder = 0; remainder < stride; remainder++)
            {
                // Columns before the input, inside it and behind it.
                int column = first + remainder;
                int before = Math.Min(column < 0 ? (stride - 1 - column) / stride : 0, _columns);
                int end = Math.Min(column < width ? (width - column + stride - 1) / stride : 0, _columns);
                Clear<TLanes>(ref line, 0, before);
                Copy<TLanes>(ref x, ((before * stride) + column) * (nint)_shape.InChannels, ref line, before, end);
                Clear<TLanes>(ref line, Math.Max(before, end), _columns);
                line = ref Unsafe.Add(ref line, _columns * default(TLanes).Count);
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void Copy<TLanes>(ref float x, nint from, ref float line, int first, int end)
        where TLanes : struct, ILanes<TLanes>
    {
        unchecked
        {
            TLanes o = default;
            nint step = (nint)_shape.StrideWidth * _shape.InChannels;
            for (nint i = first; i < end; i++, from += step)
            {
                o.Store(o.Load(ref x, from), ref line, i * o.Count);
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Clear<TLanes>(ref float line, int first, int end)
        where TLanes : struct, ILanes<TLanes>
    {
        TLanes o = default;
        for (nint i = first; i < end; i++)
        {
            o.Store(default, ref line, unchecked(i * o.Count));
        }
    }

    /// <summary>Windows of one row.</summary>
    /// <param name="ring">The ring.</param>
    /// <param name="line">The input's line of the first line of taps.</param>
    /// <param name="lines">Lines of taps inside the input.</param>
    /// <param name="weights">The weights of the first of them.</param>
    /// <param name="y">The first window's result.</param>
    /// <param name="windows">Windows.</param>
    /// <param name="start">What sums begin with.</param>
    private void Row<TLanes>(ref float ring, int line, int lines, ref float weights, ref float y, int windows, in TLanes start)
        where TLanes : struct, ILanes<TLanes>
    {
        int taps = SharesColumns(_shape) ? _shape.KernelWidth : 0;
        bool adjoin = _shape.StrideWidth == 1;
        if (taps == 5 && adjoin) Tiles<DepthwiseFiveByOne, TLanes>(ref ring, line, lines, ref weights, ref y, windows, start);
        else if (taps == 5) Tiles<DepthwiseFiveByTwo, TLanes>(ref ring, line, lines, ref weights, ref y, windows, start);
        else if (taps == 7 && adjoin) Tiles<DepthwiseSevenByOne, TLanes>(ref ring, line, lines, ref weights, ref y, windows, start);
        else if (taps == 7) Tiles<DepthwiseSevenByTwo, TLanes>(ref ring, line, lines, ref weights, ref y, windows, start);
        else Tiles<DepthwiseTapsApart, TLanes>(ref ring, line, lines, ref weights, ref y, windows, start);
    }

    private void Tiles<TTaps, TLanes>(ref float ring, int line, int lines, ref float weights, ref float y, int windows, in TLanes start)
        where TTaps : struct, IDepthwiseTapLine
        where TLanes : struct, ILanes<TLanes>
    {
        int rest = windows % Tile;
        if (windows > HalfTile) Eights<TTaps, TLanes>(ref ring, line, lines, ref weights, ref y, windows, start);
        if (rest is > 0 and <= HalfTile) Fours<TTaps, TLanes>(ref ring, line, lines, ref weights, ref y, windows, start);
    }

    /// <summary>Tiles of eight windows, unless at most half of one is left; the last tile moves back to end with the strip, what is computed twice is equal.</summary>
    [MethodImpl(Simd.Hot)]
    private void Eights<TTaps, TLanes>(ref float ring, int line, int lines, ref float weights, ref float y, int windows, in TLanes start)
        where TTaps : struct, IDepthwiseTapLine
        where TLanes : struct, ILanes<TLanes>
    {
        unchecked
        {
            TLanes o = default;
            TTaps taps = default;
            TLanes low = o.Fill(_bounds.Low), high = o.Fill(_bounds.High);
            nint target = _shape.InChannels, length = Line<TLanes>(), ahead = target * _shape.KernelWidth;
            DepthwiseSteps steps = DepthwiseSteps.Of(_shape, _columns, o.Count);
            int first = line % _lines;
            for (nint next = 0; next < windows - HalfTile; next += Tile)
            {
                nint window = next <= windows - Tile ? next : Math.Max(windows - Tile, 0);
                TLanes a = start, b = a, c = a, d = a, e = a, f = a, g = a, h = a;
                ref float w = ref weights;
                for (int i = 0, slot = first; i < lines; i++, slot = Next(slot))
                {
                    taps.Add(steps, ref Unsafe.Add(ref ring, (slot * length) + (window * o.Count)), ref w, target, true, ref a, ref b, ref c, ref d, ref e, ref f, ref g, ref h);
                    w = ref Unsafe.Add(ref w, ahead);
                }

                ref float to = ref Unsafe.Add(ref y, window * target);
                o.Store(o.AtMost(o.AtLeast(a, low), high), ref to, 0);
                o.Store(o.AtMost(o.AtLeast(b, low), high), ref to, target);
                o.Store(o.AtMost(o.AtLeast(c, low), high), ref to, 2 * target);
                o.Store(o.AtMost(o.AtLeast(d, low), high), ref to, 3 * target);
                o.Store(o.AtMost(o.AtLeast(e, low), high), ref to, 4 * target);
                if (windows > 5) o.Store(o.AtMost(o.AtLeast(f, low), high), ref to, 5 * target);
                if (windows > 6) o.Store(o.AtMost(o.AtLeast(g, low), high), ref to, 6 * target);
                if (windows > 7) o.Store(o.AtMost(o.AtLeast(h, low), high), ref to, 7 * target);
            }
        }
    }

    /// <summary>The last one to four windows, in a tile that moves back to end with the strip.</summary>
    [MethodImpl(Simd.Hot)]
    private void Fours<TTaps, TLanes>(ref float ring, int line, int lines, ref float weights, ref float y, int windows, in TLanes start)
        where TTaps : struct, IDepthwiseTapLine
        where TLanes : struct, ILanes<TLanes>
    {
        unchecked
        {
            TLanes o = default;
            TTaps taps = default;
            TLanes low = o.Fill(_bounds.Low), high = o.Fill(_bounds.High);
            nint target = _shape.InChannels, length = Line<TLanes>(), ahead = target * _shape.KernelWidth;
            DepthwiseSteps steps = DepthwiseSteps.Of(_shape, _columns, o.Count);
            nint window = Math.Max(windows - HalfTile, 0);
            TLanes a = start, b = a, c = a, d = a;
            for (int i = 0, slot = line % _lines; i < lines; i++, slot = Next(slot))
            {
                taps.Add(steps, ref Unsafe.Add(ref ring, (slot * length) + (window * o.Count)), ref weights, target, false, ref a, ref b, ref c, ref d, ref a, ref b, ref c, ref d);
                weights = ref Unsafe.Add(ref weights, ahead);
            }

            ref float to = ref Unsafe.Add(ref y, window * target);
            o.Store(o.AtMost(o.AtLeast(a, low), high), ref to, 0);
            if (windows > 1) o.Store(o.AtMost(o.AtLeast(b, low), high), ref to, target);
            if (windows > 2) o.Store(o.AtMost(o.AtLeast(c, low), high), ref to, 2 * target);
            if (windows > 3) o.Store(o.AtMost(o.AtLeast(d, low), high), ref to, 3 * target);
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
