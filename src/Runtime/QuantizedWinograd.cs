#nullable enable
using System;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace RedGen.Runtime;

/// <summary>
/// Convolutions of 8-bit integers with 3×3 kernels and stride 1 by Winograd's minimal filtering F(4×4, 3×3): 36 products for 144, all in integers of
/// 16 bits, sums modulo 2^32. The sums of <see cref="QuantizedConvolution"/> to the last bit (docs/decisions/0034), where those of every output stay below 2^25.
/// </summary>
public static class QuantizedWinograd
{
    /// <summary>Outputs of a tile along an axis.</summary>
    internal const int Tile = 4;

    /// <summary>Points of a tile: inputs, weights or products.</summary>
    internal const int Points = 36;

    /// <summary>Integers of workspace.</summary>
    public static int WorkspaceLength(in ConvShape shape)
    {
        var plan = new QuantizedWinogradPlan(shape);
        return Math.Max(QuantizedConvolution.WorkspaceLength(shape), plan.WorkspaceLength);
    }

    /// <summary>16-bit integers of transformed weights, as <see cref="QuantizedFilters"/> keeps them.</summary>
    public static int FilterLength(in ConvShape shape)
        => checked((shape.OutChannels + QuantizedTile.Block - 1) / QuantizedTile.Block * QuantizedTile.Block * Points * shape.InChannels);

    /// <summary>Computes one convolution; see <see cref="QuantizedConvolution.Run{TInput, TOutput}"/>, whose sums these are.</summary>
    /// <param name="input">[Batch, InHeight, InWidth, InChannels], of <c>byte</c> or <c>sbyte</c>; channels by fours.</param>
    /// <param name="inputZero">The zero point of the input, which padding stands for.</param>
    /// <param name="weights">The weights in the order of <see cref="QuantizedConvolution"/>.</param>
    /// <param name="weightZero">The zero point of the weights.</param>
    /// <param name="output">[Batch, OutHeight, OutWidth, OutChannels].</param>
    /// <param name="workspace">At least <see cref="WorkspaceLength"/> integers; contents are lost.</param>
    /// <param name="shape">All sizes.</param>
    /// <param name="result">What becomes of the sums.</param>
    /// <param name="filters">Keeps the transformed weights. Where it has none, in a first call or on processors that gain nothing by them, the sums are taken as defined.</param>
    /// <exception cref="ArgumentException">A span is shorter than the shape needs, or the shape has no such tiles.</exception>
    /// <exception cref="ArgumentNullException">There are no filters.</exception>
    public static void Run<TInput, TOutput>(
        ReadOnlySpan<TInput> input, int inputZero, ReadOnlySpan<sbyte> weights, int weightZero, Span<TOutput> output, Span<int> workspace,
        in ConvShape shape, in QuantizedResult result, QuantizedFilters filters)
        where TInput : struct
        where TOutput : struct
    {
        if (filters is null) throw new ArgumentNullException(nameof(filters));
        RunBytes(MemoryMarshal.AsBytes(input), typeof(TInput) == typeof(sbyte), inputZero, weights, weightZero, MemoryMarshal.AsBytes(output), output.Length, workspace, shape, result, filters);
    }

    /// <summary>Of bytes, whatever they stand for: images hold no code for the framework's types.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    internal static void RunBytes(
        ReadOnlySpan<byte> input, bool isSigned, int inputZero, ReadOnlySpan<sbyte> weights, int weightZero, Span<byte> output, int outputLength, Span<int> workspace,
        in ConvShape shape, in QuantizedResult result, QuantizedFilters filters)
    {
        if (!Serves(shape)) throw new ArgumentException("The convolution's sizes have no such tiles.");
#if NET8_0_OR_GREATER
        int inLength = shape.InHeight * shape.InWidth * shape.InChannels;
        int outLength = shape.OutHeight * shape.OutWidth * shape.OutChannels;
        if (input.Length < shape.Batch * inLength || weights.Length < QuantizedConvolution.WeightLength(shape) || outputLength < shape.Batch * outLength
            || workspace.Length < WorkspaceLength(shape))
        {
            throw new ArgumentException("A span is shorter than the convolution's sizes need.");
        }

        ReadOnlySpan<short> transformed = filters.Of(weights, weightZero, shape);
        if (!transformed.IsEmpty)
        {
            var pass = new QuantizedWinogradPass(shape, weights, weightZero, transformed, output, workspace, result, isSigned, inputZero);
            for (int n = 0; n < shape.Batch; n++) pass.Sample(input.Slice(n * inLength, inLength), n * outLength);
            return;
        }
#endif
        QuantizedConvolution.RunBytes(input, isSigned, inputZero, weights, weightZero, output, outputLength, workspace, shape, result);
    }

    private static bool Serves(in ConvShape shape)
        => shape.Groups == 1 && shape.InChannels % 4 == 0 && shape.KernelDepth == 1 && shape.KernelHeight == 3 && shape.KernelWidth == 3 && shape.InDepth == 1 && shape.OutDepth == 1
            && shape.StrideHeight == 1 && shape.StrideWidth == 1 && shape.DilationHeight == 1 && shape.DilationWidth == 1;
}
