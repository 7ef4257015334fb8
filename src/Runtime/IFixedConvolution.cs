#nullable enable
namespace RedGen.Runtime;

/// <summary>
/// The sizes of a convolution over one or two dimensions as constants: a struct without fields whose properties the JIT sees through, so that
/// <see cref="FixedConvolution"/> is compiled for these sizes alone. One dimension is a height of 1.
/// </summary>
public interface IFixedConvolution
{
    /// <summary>Channels of the input.</summary>
    int InChannels { get; }

    /// <summary>Channels of the output; those of the input where <see cref="IsDepthwise"/>.</summary>
    int OutChannels { get; }

    /// <summary>Whether each channel is filtered by itself; otherwise every output channel sums over all input channels.</summary>
    bool IsDepthwise { get; }

    /// <summary>Rows of the input.</summary>
    int InHeight { get; }

    /// <summary>Pixels of a row of the input.</summary>
    int InWidth { get; }

    /// <summary>Rows of the output.</summary>
    int OutHeight { get; }

    /// <summary>Pixels of a row of the output.</summary>
    int OutWidth { get; }

    /// <summary>Taps of the kernel down the image.</summary>
    int KernelHeight { get; }

    /// <summary>Taps of the kernel along a row.</summary>
    int KernelWidth { get; }

    /// <summary>Input rows from one window to the one below.</summary>
    int StrideHeight { get; }

    /// <summary>Input pixels from one window to the next.</summary>
    int StrideWidth { get; }

    /// <summary>Input rows from one tap to the one below.</summary>
    int DilationHeight { get; }

    /// <summary>Input pixels from one tap to the next.</summary>
    int DilationWidth { get; }

    /// <summary>Rows of padding above the input.</summary>
    int PadTop { get; }

    /// <summary>Pixels of padding before each row.</summary>
    int PadLeft { get; }

    /// <summary>
    /// Whether the input is copied between zeros first: where windows reach before or behind its rows, or a tile of several rows above or below it.
    /// </summary>
    bool IsCopied { get; }

    /// <summary>Rows of the copy; of the input where it is not copied.</summary>
    int CopyHeight { get; }

    /// <summary>Pixels of a row of the copy; of the input where it is not copied.</summary>
    int CopyWidth { get; }

    /// <summary>Rows of the copy above the input. The other rows of padding are left out of the sums, which tiles of one row can do.</summary>
    int CopyTop { get; }

    /// <summary>Rows of windows in a tile; at most <see cref="OutHeight"/>.</summary>
    int TileRows { get; }

    /// <summary>Windows of a tile's row; at most <see cref="OutWidth"/>, and with the rows at most eight windows.</summary>
    int TileColumns { get; }

    /// <summary>All of them as values, for the first calls: one method to compile instead of nineteen.</summary>
    FixedSizes Sizes { get; }
}
