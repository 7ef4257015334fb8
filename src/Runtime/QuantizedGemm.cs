#nullable enable
using System;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace RedGen.Runtime;

/// <summary>The product of a matrix of 8-bit integers and constant 8-bit weights, with sums in 32 bits: a convolution of one place a row.</summary>
public static class QuantizedGemm
{
    /// <summary>Integers of workspace.</summary>
    public static int WorkspaceLength(int rows, int depth, int columns) => QuantizedConvolution.WorkspaceLength(Shape(rows, depth, columns));

    /// <summary>Computes the product.</summary>
    /// <param name="input">[rows, depth], of <c>byte</c> or <c>sbyte</c>.</param>
    /// <param name="inputZero">The zero point of the input.</param>
    /// <param name="weights">[⌈columns / 16⌉][⌈depth / 4⌉][16][4], filled up with the weights' zero point.</param>
    /// <param name="weightZero">The zero point of the weights.</param>
    /// <param name="output">[rows, columns].</param>
    /// <param name="workspace">At least <see cref="WorkspaceLength"/> integers; contents are lost.</param>
    /// <param name="rows">Rows of the input.</param>
    /// <param name="depth">Columns of the input.</param>
    /// <param name="columns">Columns of the output.</param>
    /// <param name="result">What becomes of the sums.</param>
    /// <exception cref="ArgumentException">A span is shorter than the sizes need.</exception>
    public static void Run<TInput, TOutput>(
        ReadOnlySpan<TInput> input, int inputZero, ReadOnlySpan<sbyte> weights, int weightZero, Span<TOutput> output, Span<int> workspace,
        int rows, int depth, int columns, in QuantizedResult result)
        where TInput : struct
        where TOutput : struct
        => RunBytes(
            MemoryMarshal.AsBytes(input), typeof(TInput) == typeof(sbyte), inputZero, weights, weightZero, MemoryMarshal.AsBytes(output), output.Length, workspace,
            rows, depth, columns, result);

    /// <summary>Of bytes, whatever they stand for: images hold no code for the framework's types.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    internal static void RunBytes(
        ReadOnlySpan<byte> input, bool isSigned, int inputZero, ReadOnlySpan<sbyte> weights, int weightZero, Span<byte> output, int outputLength, Span<int> workspace,
        int rows, int depth, int columns, in QuantizedResult result)
        => QuantizedConvolution.RunBytes(input, isSigned, inputZero, weights, weightZero, output, outputLength, workspace, Shape(rows, depth, columns), result);

    private static ConvShape Shape(int rows, int depth, int columns) => new(
        groups: 1, inChannels: depth, outChannels: columns, inHeight: rows, inWidth: 1, outHeight: rows, outWidth: 1,
        kernelHeight: 1, kernelWidth: 1, strideHeight: 1, strideWidth: 1, dilationHeight: 1, dilationWidth: 1, padTop: 0, padLeft: 0);
}
