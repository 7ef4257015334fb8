#nullable enable
#if NET8_0_OR_GREATER
namespace RedGen.Runtime;

/// <summary>The sizes of a convolution as values: with them <see cref="FixedConvolution"/> is one kernel for all layers, one window at a time.</summary>
internal struct FixedSizes : IFixedConvolution
{
    private int _inChannels;
    private int _outChannels;
    private bool _isDepthwise;
    private int _inHeight;
    private int _inWidth;
    private int _outHeight;
    private int _outWidth;
    private int _kernelHeight;
    private int _kernelWidth;
    private int _strideHeight;
    private int _strideWidth;
    private int _dilationHeight;
    private int _dilationWidth;
    private int _padTop;
    private int _padLeft;
    private bool _isCopied;
    private int _copyHeight;
    private int _copyWidth;
    private int _copyTop;

    /// <inheritdoc/>
    public readonly int InChannels => _inChannels;

    /// <inheritdoc/>
    public readonly int OutChannels => _outChannels;

    /// <inheritdoc/>
    public readonly bool IsDepthwise => _isDepthwise;

    /// <inheritdoc/>
    public readonly int InHeight => _inHeight;

    /// <inheritdoc/>
    public readonly int InWidth => _inWidth;

    /// <inheritdoc/>
    public readonly int OutHeight => _outHeight;

    /// <inheritdoc/>
    public readonly int OutWidth => _outWidth;

    /// <inheritdoc/>
    public readonly int KernelHeight => _kernelHeight;

    /// <inheritdoc/>
    public readonly int KernelWidth => _kernelWidth;

    /// <inheritdoc/>
    public readonly int StrideHeight => _strideHeight;

    /// <inheritdoc/>
    public readonly int StrideWidth => _strideWidth;

    /// <inheritdoc/>
    public readonly int DilationHeight => _dilationHeight;

    /// <inheritdoc/>
    public readonly int DilationWidth => _dilationWidth;

    /// <inheritdoc/>
    public readonly int PadTop => _padTop;

    /// <inheritdoc/>
    public readonly int PadLeft => _padLeft;

    /// <inheritdoc/>
    public readonly bool IsCopied => _isCopied;

    /// <inheritdoc/>
    public readonly int CopyHeight => _copyHeight;

    /// <inheritdoc/>
    public readonly int CopyWidth => _copyWidth;

    /// <inheritdoc/>
    public readonly int CopyTop => _copyTop;

    /// <inheritdoc/>
    public readonly int TileRows => 1;

    /// <inheritdoc/>
    public readonly int TileColumns => 1;

    /// <summary>The values that a layer has as constants.</summary>
    internal static FixedSizes Of<TShape>(TShape shape)
        where TShape : struct, IFixedConvolution => new()
        {
            _inChannels = shape.InChannels,
            _outChannels = shape.OutChannels,
            _isDepthwise = shape.IsDepthwise,
            _inHeight = shape.InHeight,
            _inWidth = shape.InWidth,
            _outHeight = shape.OutHeight,
            _outWidth = shape.OutWidth,
            _kernelHeight = shape.KernelHeight,
            _kernelWidth = shape.KernelWidth,
            _strideHeight = shape.StrideHeight,
            _strideWidth = shape.StrideWidth,
            _dilationHeight = shape.DilationHeight,
            _dilationWidth = shape.DilationWidth,
            _padTop = shape.PadTop,
            _padLeft = shape.PadLeft,
            _isCopied = shape.IsCopied,
            _copyHeight = shape.CopyHeight,
            _copyWidth = shape.CopyWidth,
            _copyTop = shape.CopyTop,
        };
}
#endif
