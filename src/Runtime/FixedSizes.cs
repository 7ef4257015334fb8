#nullable enable
namespace RedGen.Runtime;

/// <summary>The sizes of a convolution as values: with them <see cref="FixedConvolution"/> is one kernel for all layers, one window at a time.</summary>
public readonly struct FixedSizes : IFixedConvolution
{
    private readonly int _copyHeight;
    private readonly int _copyWidth;

    /// <summary>What a layer has as constants; see <see cref="IFixedConvolution"/>.</summary>
    /// <param name="inChannels">Channels of the input.</param>
    /// <param name="outChannels">Channels of the output.</param>
    /// <param name="inHeight">Rows of the input.</param>
    /// <param name="inWidth">Pixels of a row of the input.</param>
    /// <param name="outHeight">Rows of the output.</param>
    /// <param name="outWidth">Pixels of a row of the output.</param>
    /// <param name="kernelHeight">Taps along the height.</param>
    /// <param name="kernelWidth">Taps along the width.</param>
    /// <param name="strideHeight">Input rows from one window to the one below.</param>
    /// <param name="strideWidth">Input pixels from one window to the next.</param>
    /// <param name="dilationHeight">Input rows from one tap to the one below.</param>
    /// <param name="dilationWidth">Input pixels from one tap to the next.</param>
    /// <param name="padTop">Rows of padding above the input.</param>
    /// <param name="padLeft">Pixels of padding before a row.</param>
    /// <param name="isDepthwise">Whether each channel is filtered by itself.</param>
    /// <param name="copyHeight">Rows of the copy of the input between zeros; 0 where it is not copied.</param>
    /// <param name="copyWidth">Pixels of a row of the copy.</param>
    /// <param name="copyTop">Rows of the copy above the input.</param>
    public FixedSizes(
        int inChannels, int outChannels, int inHeight, int inWidth, int outHeight, int outWidth, int kernelHeight, int kernelWidth,
        int strideHeight = 1, int strideWidth = 1, int dilationHeight = 1, int dilationWidth = 1, int padTop = 0, int padLeft = 0,
        bool isDepthwise = false, int copyHeight = 0, int copyWidth = 0, int copyTop = 0)
    {
        InChannels = inChannels;
        OutChannels = outChannels;
        IsDepthwise = isDepthwise;
        InHeight = inHeight;
        InWidth = inWidth;
        OutHeight = outHeight;
        OutWidth = outWidth;
        KernelHeight = kernelHeight;
        KernelWidth = kernelWidth;
        StrideHeight = strideHeight;
        StrideWidth = strideWidth;
        DilationHeight = dilationHeight;
        DilationWidth = dilationWidth;
        PadTop = padTop;
        PadLeft = padLeft;
        IsCopied = copyHeight > 0;
        _copyHeight = copyHeight;
        _copyWidth = copyWidth;
        CopyTop = copyTop;
    }

    /// <inheritdoc/>
    public int InChannels { get; }

    /// <inheritdoc/>
    public int OutChannels { get; }

    /// <inheritdoc/>
    public bool IsDepthwise { get; }

    /// <inheritdoc/>
    public int InHeight { get; }

    /// <inheritdoc/>
    public int InWidth { get; }

    /// <inheritdoc/>
    public int OutHeight { get; }

    /// <inheritdoc/>
    public int OutWidth { get; }

    /// <inheritdoc/>
    public int KernelHeight { get; }

    /// <inheritdoc/>
    public int KernelWidth { get; }

    /// <inheritdoc/>
    public int StrideHeight { get; }

    /// <inheritdoc/>
    public int StrideWidth { get; }

    /// <inheritdoc/>
    public int DilationHeight { get; }

    /// <inheritdoc/>
    public int DilationWidth { get; }

    /// <inheritdoc/>
    public int PadTop { get; }

    /// <inheritdoc/>
    public int PadLeft { get; }

    /// <inheritdoc/>
    public bool IsCopied { get; }

    /// <inheritdoc/>
    public int CopyHeight => IsCopied ? _copyHeight : InHeight;

    /// <inheritdoc/>
    public int CopyWidth => IsCopied ? _copyWidth : InWidth;

    /// <inheritdoc/>
    public int CopyTop { get; }

    /// <inheritdoc/>
    public int TileRows => 1;

    /// <inheritdoc/>
    public int TileColumns => 1;

    /// <inheritdoc/>
    public FixedSizes Sizes => this;
}
