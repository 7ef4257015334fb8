#nullable enable

namespace RedGen.Runtime;

/// <summary>
/// The sizes of one pooling, all known at build time. Lower dimensions have size 1, kernel 1 and padding 0 in the axes that
/// they lack. Input is [Channels, InDepth, InHeight, InWidth] (Channels = batch × channels), output likewise.
/// Padding after an axis only matters to averages that count it; the output's sizes are given, so that ceil_mode needs nothing more.
/// </summary>
public readonly struct PoolShape
{
    /// <summary>Sets every size.</summary>
    public PoolShape(
        int channels, int inDepth, int inHeight, int inWidth, int outDepth, int outHeight, int outWidth,
        int kernelDepth, int kernelHeight, int kernelWidth, int strideDepth, int strideHeight, int strideWidth,
        int dilationDepth, int dilationHeight, int dilationWidth,
        int padFront, int padTop, int padLeft, int padBack, int padBottom, int padRight)
    {
        Channels = channels;
        Depth = new PoolAxis(inDepth, outDepth, kernelDepth, strideDepth, dilationDepth, padFront, padBack);
        Height = new PoolAxis(inHeight, outHeight, kernelHeight, strideHeight, dilationHeight, padTop, padBottom);
        Width = new PoolAxis(inWidth, outWidth, kernelWidth, strideWidth, dilationWidth, padLeft, padRight);
    }

    /// <summary>A 2-D pooling (1-D with height 1) without dilation.</summary>
    public PoolShape(
        int channels, int inHeight, int inWidth, int outHeight, int outWidth, int kernelHeight, int kernelWidth,
        int strideHeight, int strideWidth, int padTop, int padLeft, int padBottom, int padRight)
        : this(
            channels, 1, inHeight, inWidth, 1, outHeight, outWidth, 1, kernelHeight, kernelWidth, 1, strideHeight, strideWidth,
            1, 1, 1, 0, padTop, padLeft, 0, padBottom, padRight)
    {
    }

    /// <summary>Planes stacks pooled independently: batch × channels.</summary>
    public int Channels { get; }

    /// <summary>The depth axis.</summary>
    public PoolAxis Depth { get; }

    /// <summary>The height axis.</summary>
    public PoolAxis Height { get; }

    /// <summary>The width axis.</summary>
    public PoolAxis Width { get; }

    /// <summary>Elements of one input channel.</summary>
    public int InLength => Depth.In * Height.In * Width.In;

    /// <summary>Elements of one output channel.</summary>
    public int OutLength => Depth.Out * Height.Out * Width.Out;
}

/// <summary>One axis of a pooling.</summary>
public readonly struct PoolAxis
{
    /// <summary>Sets every size.</summary>
    public PoolAxis(int input, int output, int kernel, int stride, int dilation, int before, int after)
    {
        In = input;
        Out = output;
        Kernel = kernel;
        Stride = stride;
        Dilation = dilation;
        Before = before;
        After = after;
    }

    /// <summary>Input size.</summary>
    public int In { get; }

    /// <summary>Output size.</summary>
    public int Out { get; }

    /// <summary>Kernel size.</summary>
    public int Kernel { get; }

    /// <summary>Distance of two windows.</summary>
    public int Stride { get; }

    /// <summary>Distance of two taps of a window.</summary>
    public int Dilation { get; }

    /// <summary>Padding before the first element.</summary>
    public int Before { get; }

    /// <summary>Padding after the last element.</summary>
    public int After { get; }

    /// <summary>The first tap of a window that lies inside the input.</summary>
    internal int FirstTap(int window)
    {
        int start = (window * Stride) - Before;
        return start >= 0 ? 0 : (-start + Dilation - 1) / Dilation;
    }

    /// <summary>One past the last tap of a window that lies inside the input.</summary>
    internal int EndTap(int window)
    {
        int room = In - ((window * Stride) - Before);
        if (room > (Kernel - 1) * Dilation) return Kernel;
        int end = room <= 0 ? 0 : (room + Dilation - 1) / Dilation;
        return end < Kernel ? end : Kernel;
    }

    /// <summary>Taps of a window that lie inside the padded input: a window that ceil_mode lets overhang counts fewer.</summary>
    internal int PaddedTaps(int window)
    {
        int room = In + After - ((window * Stride) - Before);
        int end = room <= 0 ? 0 : (room + Dilation - 1) / Dilation;
        return end < Kernel ? end : Kernel;
    }

    /// <summary>Taps of a window that an average divides by: those inside the input, or with the padding.</summary>
    internal int Counted(int window, bool withPadding) => withPadding ? PaddedTaps(window) : EndTap(window) > FirstTap(window) ? EndTap(window) - FirstTap(window) : 0;

    /// <summary>Windows from <see cref="FirstWhole"/> up to this one have every tap inside the input.</summary>
    internal int EndWhole
    {
        get
        {
            int room = In + Before - ((Kernel - 1) * Dilation) - 1;
            int end = room < 0 ? 0 : (room / Stride) + 1;
            return end < Out ? end : Out;
        }
    }

    /// <summary>The first window that does not begin in the padding.</summary>
    internal int FirstWhole
    {
        get
        {
            int first = (Before + Stride - 1) / Stride;
            return first < Out ? first : Out;
        }
    }
}
