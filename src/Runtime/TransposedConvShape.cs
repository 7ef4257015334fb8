#nullable enable
using System;

namespace RedGen.Runtime;

/// <summary>
/// The sizes of one transposed convolution, all known at build time. A 1-D one has depth and height 1, a 2-D one has depth 1. Input is
/// [Batch, InChannels, InDepth, InHeight, InWidth], output [Batch, OutChannels, OutDepth, OutHeight, OutWidth]. Element i of an axis
/// reaches, by tap k, output i × stride − pad + k × dilation; what lies outside the output is cut off.
/// </summary>
public readonly struct TransposedConvShape
{
    /// <summary>Floats of the products that are computed before they are added to the output, unless one input element alone has more: they stay in L2.</summary>
    public const int BandFloats = 32768;

    /// <summary>Sets every size. All are at least 1, paddings at least 0; channels divide by <paramref name="groups"/>.</summary>
    public TransposedConvShape(
        int batch, int groups, int inChannels, int outChannels,
        int inDepth, int inHeight, int inWidth,
        int outDepth, int outHeight, int outWidth,
        int kernelDepth, int kernelHeight, int kernelWidth,
        int strideDepth, int strideHeight, int strideWidth,
        int dilationDepth, int dilationHeight, int dilationWidth,
        int padDepth, int padTop, int padLeft)
    {
        Batch = batch;
        Groups = groups;
        InChannels = inChannels;
        OutChannels = outChannels;
        Depth = new TransposedConvAxis(inDepth, outDepth, kernelDepth, strideDepth, dilationDepth, padDepth);
        Height = new TransposedConvAxis(inHeight, outHeight, kernelHeight, strideHeight, dilationHeight, padTop);
        Width = new TransposedConvAxis(inWidth, outWidth, kernelWidth, strideWidth, dilationWidth, padLeft);
    }

    /// <summary>A 2-D transposed convolution (1-D with height 1) of batch 1.</summary>
    public TransposedConvShape(
        int groups, int inChannels, int outChannels, int inHeight, int inWidth, int outHeight, int outWidth,
        int kernelHeight, int kernelWidth, int strideHeight, int strideWidth,
        int dilationHeight, int dilationWidth, int padTop, int padLeft)
        : this(
            1, groups, inChannels, outChannels, 1, inHeight, inWidth, 1, outHeight, outWidth,
            1, kernelHeight, kernelWidth, 1, strideHeight, strideWidth, 1, dilationHeight, dilationWidth, 0, padTop, padLeft)
    {
    }

    /// <summary>Samples.</summary>
    public int Batch { get; }

    /// <summary>Groups; each reads InChannels / Groups channels and writes OutChannels / Groups.</summary>
    public int Groups { get; }

    /// <summary>Channels of the input.</summary>
    public int InChannels { get; }

    /// <summary>Channels of the output.</summary>
    public int OutChannels { get; }

    /// <summary>Elements of one input channel.</summary>
    public int InLength => Depth.In * Height.In * Width.In;

    /// <summary>Elements of one output channel.</summary>
    public int OutLength => Depth.Out * Height.Out * Width.Out;

    /// <summary>Products of one input element with a group's filters: output channels × taps.</summary>
    public int Columns => OutChannels / Groups * Depth.Kernel * Height.Kernel * Width.Kernel;

    /// <summary>Input elements whose products are computed at once.</summary>
    public int BandLength => Math.Min(InLength, Math.Max(1, BandFloats / Columns));

    internal TransposedConvAxis Depth { get; }

    internal TransposedConvAxis Height { get; }

    internal TransposedConvAxis Width { get; }
}

/// <summary>One axis of a transposed convolution.</summary>
internal readonly struct TransposedConvAxis
{
    internal TransposedConvAxis(int input, int output, int kernel, int stride, int dilation, int pad)
    {
        In = input;
        Out = output;
        Kernel = kernel;
        Stride = stride;
        Dilation = dilation;
        Pad = pad;
    }

    internal int In { get; }

    internal int Out { get; }

    internal int Kernel { get; }

    internal int Stride { get; }

    internal int Dilation { get; }

    internal int Pad { get; }

    /// <summary>Where the first tap of an input element lies in the output.</summary>
    internal int Start(int element) => unchecked((element * Stride) - Pad);

    /// <summary>The first tap that lies inside the output.</summary>
    internal int First(int start) => start >= 0 ? 0 : unchecked((-start + Dilation - 1) / Dilation);

    /// <summary>One past the last tap that lies inside the output.</summary>
    internal int End(int start) => unchecked(start >= Out ? 0 : Math.Min(Kernel, ((Out - start - 1) / Dilation) + 1));
}
