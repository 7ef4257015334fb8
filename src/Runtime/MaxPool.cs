#nullable enable
using System;

namespace RedGen.Runtime;

/// <summary>
/// ONNX MaxPool in one to three dimensions: the largest of a window's elements inside the input. NaN in a window gives NaN.
/// A window that lies in the padding entirely gives −∞.
/// </summary>
public static class MaxPool
{
    /// <summary>Computes one pooling.</summary>
    /// <param name="input">[Channels, InDepth, InHeight, InWidth].</param>
    /// <param name="output">[Channels, OutDepth, OutHeight, OutWidth]; must not overlap the input.</param>
    /// <param name="shape">All sizes.</param>
    /// <exception cref="ArgumentException">A span is shorter than the shape needs.</exception>
    public static void Run(ReadOnlySpan<float> input, Span<float> output, in PoolShape shape) =>
        PlanePool.Run(input, output, shape, false, default(LargestFold));
}
