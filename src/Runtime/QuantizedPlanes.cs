#nullable enable
using System;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace RedGen.Runtime;

/// <summary>Convolution of 8-bit integers that lie as ONNX has them, channel by channel: their order is changed before and behind.</summary>
public static class QuantizedPlanes
{
    /// <summary>Integers of workspace for results of so many bytes.</summary>
    public static int WorkspaceLength(in ConvShape shape, int resultBytes) => checked(
        QuantizedConvolution.WorkspaceLength(shape) + ((InLength(shape) + 3) / 4) + (((OutLength(shape) * resultBytes) + 3) / 4));

    /// <summary>Computes one convolution; see <see cref="QuantizedConvolution.Run{TInput, TOutput}"/>.</summary>
    /// <param name="input">[Batch, InChannels, InDepth, InHeight, InWidth], of <c>byte</c> or <c>sbyte</c>.</param>
    /// <param name="inputZero">The zero point of the input, which padding stands for.</param>
    /// <param name="weights">The weights, packed.</param>
    /// <param name="weightZero">The zero point of the weights.</param>
    /// <param name="output">[Batch, OutChannels, OutDepth, OutHeight, OutWidth].</param>
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
        int inLength = InLength(shape), outLength = OutLength(shape);
        if (workspace.Length < WorkspaceLength(shape, Unsafe.SizeOf<TOutput>())) throw new ArgumentException("The workspace is shorter than the shape needs.");
        Span<TInput> x = MemoryMarshal.Cast<int, TInput>(workspace).Slice(0, inLength);
        workspace = workspace.Slice((inLength + 3) / 4);
        Span<TOutput> y = MemoryMarshal.Cast<int, TOutput>(workspace).Slice(0, outLength);
        workspace = workspace.Slice(((outLength * Unsafe.SizeOf<TOutput>()) + 3) / 4);
        LayoutMove.ToChannelsLast(input, x, shape.Batch, shape.InChannels, shape.InDepth * shape.InHeight * shape.InWidth);
        QuantizedConvolution.Run<TInput, TOutput>(x, inputZero, weights, weightZero, y, workspace, shape, result);
        LayoutMove.ToChannelsFirst<TOutput>(y, output, shape.Batch, shape.OutChannels, shape.OutDepth * shape.OutHeight * shape.OutWidth);
    }

    private static int InLength(in ConvShape shape) => shape.Batch * shape.InChannels * shape.InDepth * shape.InHeight * shape.InWidth;

    private static int OutLength(in ConvShape shape) => shape.Batch * shape.OutChannels * shape.OutDepth * shape.OutHeight * shape.OutWidth;
}
