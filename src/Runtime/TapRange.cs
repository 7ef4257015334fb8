#nullable enable
using System;

namespace RedGen.Runtime;

/// <summary>One axis of a convolution: which taps of which windows lie inside the input.</summary>
internal readonly struct TapRange
{
    private readonly int _in;
    private readonly int _out;
    private readonly int _kernel;
    private readonly int _stride;
    private readonly int _dilation;
    private readonly int _pad;

    private TapRange(int input, int output, int kernel, int stride, int dilation, int pad)
    {
        _in = input;
        _out = output;
        _kernel = kernel;
        _stride = stride;
        _dilation = dilation;
        _pad = pad;
        First = 0;
        End = output;
        FirstTap = 0;
        EndTap = kernel;
    }

    private TapRange(in TapRange axis, int first, int end, int firstTap, int endTap)
    {
        this = axis;
        First = first;
        End = end;
        FirstTap = firstTap;
        EndTap = endTap;
    }

    /// <summary>The first window of the range.</summary>
    internal int First { get; }

    /// <summary>One past the last window of the range.</summary>
    internal int End { get; }

    /// <summary>The first tap that lies inside the input, for every window of the range.</summary>
    internal int FirstTap { get; }

    /// <summary>One past the last tap inside the input; not beyond <see cref="FirstTap"/> where there is none.</summary>
    internal int EndTap { get; }

    /// <summary>Taps inside the input.</summary>
    internal int Taps => Math.Max(EndTap - FirstTap, 0);

    /// <summary>Where the first tap inside the input of the range's first window lies.</summary>
    internal int Start => (First * _stride) - _pad + (FirstTap * _dilation);

    /// <summary>How many windows have every tap inside the input.</summary>
    internal int Whole => Math.Max(EndWhole - FirstWhole, 0);

    /// <summary>The first window that does not begin in the padding.</summary>
    internal int FirstWhole => Math.Max(Math.Min((_pad + _stride - 1) / _stride, _out), 0);

    /// <summary>One past the last window whose taps end inside the input.</summary>
    internal int EndWhole
    {
        get
        {
            int room = _in + _pad - ((_kernel - 1) * _dilation) - 1;
            return room < 0 ? 0 : Math.Min((room / _stride) + 1, _out);
        }
    }

    /// <summary>The depth axis, all windows.</summary>
    internal static TapRange Depth(in ConvShape shape) =>
        new(shape.InDepth, shape.OutDepth, shape.KernelDepth, shape.StrideDepth, shape.DilationDepth, shape.PadDepth);

    /// <summary>The height axis, all windows.</summary>
    internal static TapRange Height(in ConvShape shape) =>
        new(shape.InHeight, shape.OutHeight, shape.KernelHeight, shape.StrideHeight, shape.DilationHeight, shape.PadTop);

    /// <summary>The width axis, all windows.</summary>
    internal static TapRange Width(in ConvShape shape) =>
        new(shape.InWidth, shape.OutWidth, shape.KernelWidth, shape.StrideWidth, shape.DilationWidth, shape.PadLeft);

    /// <summary>The windows from <paramref name="first"/> on that have the same taps inside the input; none behind the last window.</summary>
    internal TapRange From(int first)
    {
        unchecked
        {
            if (first >= FirstWhole && first < EndWhole)
            {
                return new TapRange(this, first, EndWhole, 0, _kernel);
            }

            int firstTap = FirstTapOf(first);
            int endTap = EndTapOf(first);
            int end = first + 1;
            while (end < _out && FirstTapOf(end) == firstTap && EndTapOf(end) == endTap)
            {
                end++;
            }

            return new TapRange(this, first, Math.Min(end, _out), firstTap, endTap);
        }
    }

    /// <summary>One window by itself.</summary>
    internal TapRange At(int window) => new(this, window, window + 1, FirstTapOf(window), EndTapOf(window));

    private int FirstTapOf(int window)
    {
        int start = (window * _stride) - _pad;
        return start >= 0 ? 0 : (-start + _dilation - 1) / _dilation;
    }

    private int EndTapOf(int window)
    {
        int room = _in - ((window * _stride) - _pad);
        return room <= 0 ? 0 : Math.Min((room + _dilation - 1) / _dilation, _kernel);
    }
}
