#nullable enable

namespace RedGen.Runtime;

/// <summary>
/// The sizes of one convolution, all known at build time. A 1-D convolution has depth and height 1, a 2-D one has depth 1.
/// Input is [Batch, InChannels, InDepth, InHeight, InWidth], output [Batch, OutChannels, OutDepth, OutHeight, OutWidth].
/// Only the padding before an axis is stored: what lies behind its end follows from the output's size.
/// </summary>
public readonly struct ConvShape
{
    /// <summary>The prepared input of a band of output rows is kept below this many floats where the rows allow it, to stay in L2.</summary>
    public const int BandFloats = 65536;

    /// <summary>Floats behind the prepared input that a vector may read (and ignore): the widest vector.</summary>
    public const int Slack = 16;

    /// <summary>Vectors of pixels, at most, whose places are kept in the workspace (four integers each).</summary>
    public const int ChunkVectors = 96;

    /// <summary>Sets every size. All are at least 1, paddings at least 0; channels divide by <paramref name="groups"/>.</summary>
    public ConvShape(
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
        InDepth = inDepth;
        InHeight = inHeight;
        InWidth = inWidth;
        OutDepth = outDepth;
        OutHeight = outHeight;
        OutWidth = outWidth;
        KernelDepth = kernelDepth;
        KernelHeight = kernelHeight;
        KernelWidth = kernelWidth;
        StrideDepth = strideDepth;
        StrideHeight = strideHeight;
        StrideWidth = strideWidth;
        DilationDepth = dilationDepth;
        DilationHeight = dilationHeight;
        DilationWidth = dilationWidth;
        PadDepth = padDepth;
        PadTop = padTop;
        PadLeft = padLeft;

        // Kept, not computed when asked for: a division each time would be seen in small convolutions.
        PhaseWidth = outWidth + ((kernelWidth - 1) * dilationWidth / strideWidth);
        RowLength = PhaseWidth * strideWidth;
    }

    /// <summary>A 2-D convolution (1-D with height 1) of batch 1.</summary>
    public ConvShape(
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

    /// <summary>Planes of the input.</summary>
    public int InDepth { get; }

    /// <summary>Rows of an input plane.</summary>
    public int InHeight { get; }

    /// <summary>Columns of an input plane.</summary>
    public int InWidth { get; }

    /// <summary>Planes of the output.</summary>
    public int OutDepth { get; }

    /// <summary>Rows of an output plane.</summary>
    public int OutHeight { get; }

    /// <summary>Columns of an output plane.</summary>
    public int OutWidth { get; }

    /// <summary>Kernel size along the depth.</summary>
    public int KernelDepth { get; }

    /// <summary>Kernel size along the height.</summary>
    public int KernelHeight { get; }

    /// <summary>Kernel size along the width.</summary>
    public int KernelWidth { get; }

    /// <summary>Step along the depth.</summary>
    public int StrideDepth { get; }

    /// <summary>Step along the height.</summary>
    public int StrideHeight { get; }

    /// <summary>Step along the width.</summary>
    public int StrideWidth { get; }

    /// <summary>Distance of kernel taps along the depth.</summary>
    public int DilationDepth { get; }

    /// <summary>Distance of kernel taps along the height.</summary>
    public int DilationHeight { get; }

    /// <summary>Distance of kernel taps along the width.</summary>
    public int DilationWidth { get; }

    /// <summary>Zero planes before the first.</summary>
    public int PadDepth { get; }

    /// <summary>Zero rows above the first.</summary>
    public int PadTop { get; }

    /// <summary>Zero columns left of the first.</summary>
    public int PadLeft { get; }

    /// <summary>Input elements that one output element sums over: the K of the matrix product.</summary>
    public int Taps => InChannels / Groups * KernelDepth * KernelHeight * KernelWidth;

    /// <summary>
    /// True if each output element reads exactly the input elements at its own place: kernel 1, stride 1, no padding.
    /// Such a convolution sees a plane, or all planes of a channel, as one long row.
    /// </summary>
    public bool IsPointwise =>
        KernelDepth == 1 && KernelHeight == 1 && KernelWidth == 1
        && PadDepth == 0 && PadTop == 0 && PadLeft == 0
        && InDepth == OutDepth && InHeight == OutHeight && InWidth == OutWidth
        && (OutDepth - 1) * StrideDepth == InDepth - 1
        && (OutHeight - 1) * StrideHeight == InHeight - 1
        && (OutWidth - 1) * StrideWidth == InWidth - 1;

    /// <summary>
    /// True if the kernel reads the input where it lies: no padding, step 1 along the width, and rows that fill a vector.
    /// All other convolutions copy the input to the workspace first, padded, a band of rows at a time.
    /// </summary>
    public bool ReadsInPlace
    {
        get
        {
            bool padded = PadDepth > 0 || PadTop > 0 || PadLeft > 0
                || ((OutDepth - 1) * StrideDepth) + ((KernelDepth - 1) * DilationDepth) >= InDepth
                || ((OutHeight - 1) * StrideHeight) + ((KernelHeight - 1) * DilationHeight) >= InHeight
                || ((OutWidth - 1) * StrideWidth) + ((KernelWidth - 1) * DilationWidth) >= InWidth;
            int row = IsPointwise ? OutDepth * OutHeight * OutWidth : OutWidth;
            return !padded && (StrideWidth == 1 || OutWidth == 1) && row >= Slack;
        }
    }

    /// <summary>
    /// Columns of one phase of a prepared row, OutWidth + (KernelWidth − 1) × DilationWidth / StrideWidth: columns of equal remainder by the stride lie together, so that a vector load finds its neighbours.
    /// </summary>
    public int PhaseWidth { get; }

    /// <summary>Floats of a prepared row: PhaseWidth × StrideWidth.</summary>
    public int RowLength { get; }

    /// <summary>Planes prepared together for one output plane.</summary>
    public int PreparedPlanes => InChannels * KernelDepth;

    /// <summary>
    /// Output rows computed from one prepared band: as many as <see cref="BandFloats"/> allows,
    /// never fewer than fill three vectors.
    /// </summary>
    public int BandRows
    {
        get
        {
            int rows = BandFloats / (PreparedPlanes * RowLength);
            int fit = ((rows - 1 - ((KernelHeight - 1) * DilationHeight)) / StrideHeight) + 1;
            int least = (OutWidth + 23) / OutWidth;
            int band = fit < least ? least : fit;
            return band < OutHeight ? band : OutHeight;
        }
    }

    /// <summary>Prepared input rows of a full band.</summary>
    public int PreparedRows => ((BandRows - 1) * StrideHeight) + ((KernelHeight - 1) * DilationHeight) + 1;
}
