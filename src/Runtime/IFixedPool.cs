#nullable enable
namespace RedGen.Runtime;

/// <summary>The sizes of a pooling whose windows lie inside the input as constants, as <see cref="IFixedConvolution"/> has those of a convolution.</summary>
public interface IFixedPool
{
    /// <summary>Channels of input and output.</summary>
    int Channels { get; }

    /// <summary>Rows of the input.</summary>
    int InHeight { get; }

    /// <summary>Pixels of a row of the input.</summary>
    int InWidth { get; }

    /// <summary>Rows of the output.</summary>
    int OutHeight { get; }

    /// <summary>Pixels of a row of the output.</summary>
    int OutWidth { get; }

    /// <summary>Rows of a window.</summary>
    int KernelHeight { get; }

    /// <summary>Pixels of a window's row.</summary>
    int KernelWidth { get; }

    /// <summary>Input rows from one window to the one below.</summary>
    int StrideHeight { get; }

    /// <summary>Input pixels from one window to the next.</summary>
    int StrideWidth { get; }

    /// <summary>All of them as values, for the first calls: one method to compile instead of nine.</summary>
    FixedPoolSizes Sizes { get; }
}
