#nullable enable
using System;

namespace RedGen.Runtime;

/// <summary>
/// ONNX AveragePool in one to three dimensions: the sum of a window's elements inside the input, divided by their number, or
/// with count_include_pad by the number of the window's places inside the padded input. A window of no elements gives NaN.
/// </summary>
public static class AveragePool
{
    /// <summary>Computes one pooling. Sums run over rows, then depth, then columns.</summary>
    /// <param name="input">[Channels, InDepth, InHeight, InWidth].</param>
    /// <param name="output">[Channels, OutDepth, OutHeight, OutWidth]; must not overlap the input.</param>
    /// <param name="shape">All sizes.</param>
    /// <param name="countIncludePad">True to divide by the number of padded places too.</param>
    /// <exception cref="ArgumentException">A span is shorter than the shape needs.</exception>
    public static void Run(ReadOnlySpan<float> input, Span<float> output, in PoolShape shape, bool countIncludePad) =>
        PlanePool.Run(input, output, shape, countIncludePad, default(AverageFold));
}
