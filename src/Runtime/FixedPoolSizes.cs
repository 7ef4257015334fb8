#nullable enable
#if NET8_0_OR_GREATER
namespace RedGen.Runtime;

/// <summary>The sizes of a pooling as values: with them <see cref="FixedPool"/> is one kernel for all layers.</summary>
internal struct FixedPoolSizes : IFixedPool
{
    private int _channels;
    private int _inHeight;
    private int _inWidth;
    private int _outHeight;
    private int _outWidth;
    private int _kernelHeight;
    private int _kernelWidth;
    private int _strideHeight;
    private int _strideWidth;

    /// <inheritdoc/>
    public readonly int Channels => _channels;

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

    /// <summary>The values that a layer has as constants.</summary>
    internal static FixedPoolSizes Of<TShape>(TShape shape)
        where TShape : struct, IFixedPool => new()
        {
            _channels = shape.Channels,
            _inHeight = shape.InHeight,
            _inWidth = shape.InWidth,
            _outHeight = shape.OutHeight,
            _outWidth = shape.OutWidth,
            _kernelHeight = shape.KernelHeight,
            _kernelWidth = shape.KernelWidth,
            _strideHeight = shape.StrideHeight,
            _strideWidth = shape.StrideWidth,
        };
}
#endif
