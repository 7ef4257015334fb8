#nullable enable
using System;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace RedGen.Runtime;

/// <summary>
/// Convolution of 8-bit integers with constant 8-bit weights, with sums in 32 bits; channels of a place side by side in input and output.
/// Bands of input rows are widened to 16 bits and padded, then each block of output channels goes over the places of a band.
/// </summary>
public static class QuantizedConvolution
{
    /// <summary>Places whose sums are kept until they are written: a multiple of both tiles.</summary>
    internal const int Strip = 48;

    /// <summary>Integers of workspace.</summary>
    public static int WorkspaceLength(in ConvShape shape)
    {
        return Math.Max(Length(shape, isBytes: false), Length(shape, isBytes: true));

        static int Length(in ConvShape shape, bool isBytes)
        {
            var band = new QuantizedBand(shape, 0, isBytes);
            int ofInt = isBytes ? 4 : 2;
            return checked((Strip * QuantizedTile.Block) + QuantizedScales.Length + band.RunCount + 1 + (band.OutRows * shape.OutWidth) + QuantizedTile.Places
                + ((band.Length(shape) + ofInt - 1) / ofInt));
        }
    }

    /// <summary>Weights of a convolution in the order of its kernel.</summary>
    internal static int WeightLength(in ConvShape shape)
    {
        var band = new QuantizedBand(shape);
        int blocks = ((shape.OutChannels / shape.Groups) + QuantizedTile.Block - 1) / QuantizedTile.Block;
        return band.IsDepthwise
            ? (shape.OutChannels + QuantizedTile.Block - 1) / QuantizedTile.Block * ((band.RunCount + 1) / 2) * QuantizedTile.DepthwiseStep
            : checked(shape.Groups * blocks * band.RunCount * Steps(shape, band) * QuantizedTile.Step);
    }

    /// <summary>Computes one convolution.</summary>
    /// <param name="input">[Batch, InDepth, InHeight, InWidth, InChannels], of <c>byte</c> or <c>sbyte</c>.</param>
    /// <param name="inputZero">The zero point of the input, which padding stands for.</param>
    /// <param name="weights">
    /// For each group and each 16 of its output channels, the last filled up: for each row of the kernel, of neighbouring taps [KernelWidth][InChannels]
    /// (for each place of the kernel where it is dilated or has groups) filled up to steps of four: [steps][16][4]. Where every channel is a group of
    /// its own: for each 16 channels [pairs of taps][16][2]. What fills up is the weights' zero point.
    /// </param>
    /// <param name="weightZero">The zero point of the weights.</param>
    /// <param name="output">[Batch, OutDepth, OutHeight, OutWidth, OutChannels].</param>
    /// <param name="workspace">At least <see cref="WorkspaceLength"/> integers; contents are lost.</param>
    /// <param name="shape">All sizes.</param>
    /// <param name="result">What becomes of the sums.</param>
    /// <exception cref="ArgumentException">A span is shorter than the shape needs.</exception>
    public static void Run<TInput, TOutput>(
        ReadOnlySpan<TInput> input, int inputZero, ReadOnlySpan<sbyte> weights, int weightZero, Span<TOutput> output, Span<int> workspace,
        in ConvShape shape, in QuantizedResult result)
        where TInput : struct
        where TOutput : struct
    {
        RunBytes(MemoryMarshal.AsBytes(input), typeof(TInput) == typeof(sbyte), inputZero, weights, weightZero, MemoryMarshal.AsBytes(output), output.Length, workspace, shape, result);
    }

    /// <summary>Of bytes, whatever they stand for: images hold no code for the framework's types.</summary>
    [MethodImpl(Simd.Hot)]
    internal static void RunBytes(
        ReadOnlySpan<byte> input, bool isSigned, int inputZero, ReadOnlySpan<sbyte> weights, int weightZero, Span<byte> output, int outputLength, Span<int> workspace,
        in ConvShape shape, in QuantizedResult result)
    {
        int inLength = shape.InDepth * shape.InHeight * shape.InWidth * shape.InChannels;
        int outLength = shape.OutDepth * shape.OutHeight * shape.OutWidth * shape.OutChannels;
        if (input.Length < shape.Batch * inLength || weights.Length < WeightLength(shape) || outputLength < shape.Batch * outLength
            || workspace.Length < WorkspaceLength(shape))
        {
            throw new ArgumentException("A span is shorter than the convolution's sizes need.");
        }

        var pass = new QuantizedPass(shape, weights, weightZero, output, workspace, result, isSigned, inputZero);
        for (int n = 0; n < shape.Batch; n++)
        {
            pass.Sample(input.Slice(n * inLength, inLength), n * outLength);
        }
    }

    /// <summary>Steps of four taps in a run.</summary>
    internal static int Steps(in ConvShape shape, in QuantizedBand band) => unchecked(((band.RunTaps * (shape.InChannels / shape.Groups)) + 3) / 4);
}
