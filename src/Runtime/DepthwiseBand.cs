#nullable enable
using System;

namespace RedGen.Runtime;

/// <summary>
/// Rows of a depthwise convolution's output that are computed together, and the rows of its input that their windows reach into.
/// </summary>
internal readonly struct DepthwiseBand
{
    private readonly ConvShape _shape;

    /// <summary>A band of a sample.</summary>
    /// <param name="shape">The convolution.</param>
    /// <param name="first">The first output row.</param>
    /// <param name="rows">Output rows, cut off at the end of the image.</param>
    internal DepthwiseBand(in ConvShape shape, int first, int rows)
    {
        _shape = shape;
        First = first;
        Rows = Math.Min(rows, shape.OutHeight - first);
        int top = (first * shape.StrideHeight) - shape.PadTop;
        InFirst = Math.Min(Math.Max(top, 0), shape.InHeight);
        InEnd = Math.Max(Math.Min(top + Reach(shape, Rows), shape.InHeight), InFirst);
        Above = Math.Max(-top, 0);
    }

    /// <summary>The first output row.</summary>
    internal int First { get; }

    /// <summary>Output rows.</summary>
    internal int Rows { get; }

    /// <summary>The first input row.</summary>
    internal int InFirst { get; }

    /// <summary>One past the last input row.</summary>
    internal int InEnd { get; }

    /// <summary>Rows of padding above the first input row.</summary>
    private int Above { get; }

    /// <summary>The convolution of the band alone.</summary>
    internal ConvShape Shape => new(
        1, _shape.Groups, _shape.InChannels, _shape.OutChannels, 1, InEnd - InFirst, _shape.InWidth, 1, Rows, _shape.OutWidth,
        1, _shape.KernelHeight, _shape.KernelWidth, 1, _shape.StrideHeight, _shape.StrideWidth, 1, _shape.DilationHeight, _shape.DilationWidth, 0, Above, _shape.PadLeft);

    /// <summary>Input rows, padding included, from the first tap of the first of so many output rows to the last tap of the last.</summary>
    internal static int Reach(in ConvShape shape, int rows) => ((rows - 1) * shape.StrideHeight) + ((shape.KernelHeight - 1) * shape.DilationHeight) + 1;
}
