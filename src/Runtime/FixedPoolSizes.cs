#nullable enable
namespace RedGen.Runtime;

/// <summary>The sizes of a pooling as values: with them <see cref="FixedPool"/> is one kernel for all layers.</summary>
public readonly struct FixedPoolSizes : IFixedPool
{
    /// <summary>What a layer has as constants; see <see cref="IFixedPool"/>.</summary>
    /// <param name="channels">Channels of input and output.</param>
    /// <param name="inHeight">Rows of the input.</param>
    /// <param name="inWidth">Pixels of a row of the input.</param>
    /// <param name="outHeight">Rows of the output.</param>
    /// <param name="outWidth">Pixels of a row of the output.</param>
    /// <param name="kernelHeight">Rows of a window.</param>
    /// <param name="kernelWidth">Pixels of a window's row.</param>
    /// <param name="strideHeight">Input rows from one window to the one below.</param>
    /// <param name="strideWidth">Input pixels from one window to the next.</param>
    public FixedPoolSizes(
        int channels, int inHeight, int inWidth, int outHeight, int outWidth, int kernelHeight, int kernelWidth, int strideHeight, int strideWidth)
    {
        Channels = channels;
        InHeight = inHeight;
        InWidth = inWidth;
        OutHeight = outHeight;
        OutWidth = outWidth;
        KernelHeight = kernelHeight;
        KernelWidth = kernelWidth;
        StrideHeight = strideHeight;
        StrideWidth = strideWidth;
    }

    /// <inheritdoc/>
    public int Channels { get; }

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
    public FixedPoolSizes Sizes => this;
}
