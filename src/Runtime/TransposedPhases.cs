#nullable enable
using System;
using System.Runtime.CompilerServices;

namespace RedGen.Runtime;

/// <summary>
/// Transposed convolution (ONNX ConvTranspose) without dilation, as one convolution for each remainder of the output's places by the strides:
/// nothing is added up in memory, and bias and activation follow each sum directly.
/// </summary>
public static class TransposedPhases
{
    /// <summary>
    /// Floats of workspace that <see cref="Run{TActivation}"/> needs: 2 × KernelDepth × KernelHeight × KernelWidth + 384 and one sample of input and
    /// output with their channels side by side.
    /// </summary>
    public static int WorkspaceLength(in TransposedConvShape shape) =>
        TableLength(shape) + (shape.InChannels * shape.InLength) + (shape.OutChannels * shape.OutLength);

    /// <summary>Computes one transposed convolution.</summary>
    /// <param name="input">[Batch, InChannels, InDepth, InHeight, InWidth].</param>
    /// <param name="weights">
    /// For each phase (of the depth, of the height, of the width) and group, [⌈OutChannels / Groups / 16⌉][taps][InChannels / Groups][16]: every stride-th
    /// tap of each axis from (phase + pad) mod stride on, in descending order.
    /// </param>
    /// <param name="bias">[OutChannels], or empty for none.</param>
    /// <param name="output">[Batch, OutChannels, OutDepth, OutHeight, OutWidth]; must not overlap the input.</param>
    /// <param name="workspace">At least <see cref="WorkspaceLength"/> floats; contents are lost.</param>
    /// <param name="shape">All sizes; dilations are 1.</param>
    /// <param name="activation">Applied to every element.</param>
    /// <exception cref="ArgumentException">A span is shorter than the shape needs, or a dilation is not 1.</exception>
    [MethodImpl(Simd.Hot)]
    public static void Run<TActivation>(
        ReadOnlySpan<float> input, ReadOnlySpan<float> weights, ReadOnlySpan<float> bias, Span<float> output, Span<float> workspace,
        in TransposedConvShape shape, TActivation activation)
        where TActivation : struct, IActivation
    {
        int inSample = shape.InChannels * shape.InLength;
        int outSample = shape.OutChannels * shape.OutLength;
        if (input.Length < shape.Batch * inSample || output.Length < shape.Batch * outSample || weights.Length < WeightLength(shape)
            || (bias.Length != 0 && bias.Length < shape.OutChannels) || workspace.Length < WorkspaceLength(shape)
            || shape.Depth.Dilation * shape.Height.Dilation * shape.Width.Dilation != 1)
        {
            throw new ArgumentException("A span is shorter than the transposed convolution's shape needs, or a dilation is not 1.");
        }

        Span<float> source = workspace.Slice(TableLength(shape), inSample);
        Span<float> target = workspace.Slice(TableLength(shape) + inSample, outSample);
        for (int n = 0; n < shape.Batch; n++)
        {
            LayoutMove.ToChannelsLast(input.Slice(n * inSample, inSample), source, 1, shape.InChannels, shape.InLength);
            RunSample(source, weights, bias, target, workspace, shape, activation);
            LayoutMove.ToChannelsFirst(target, output.Slice(n * outSample, outSample), 1, shape.OutChannels, shape.OutLength);
        }
    }

    [MethodImpl(Simd.Hot)]
    private static void RunSample<TActivation>(
        ReadOnlySpan<float> input, ReadOnlySpan<float> weights, ReadOnlySpan<float> bias, Span<float> output, Span<float> workspace,
        in TransposedConvShape shape, TActivation activation)
        where TActivation : struct, IActivation
    {
        TransposedConvAxis depth = shape.Depth;
        TransposedConvAxis height = shape.Height;
        TransposedConvAxis width = shape.Width;
        int row = width.Out * shape.OutChannels;
        int at = 0;
        for (int phase = 0; phase < depth.Stride * height.Stride * width.Stride; phase++)
        {
            int w = phase % width.Stride;
            int h = phase / width.Stride % height.Stride;
            int d = phase / width.Stride / height.Stride;
            ConvShape part = Part(shape, new(depth, d), new(height, h), new(width, w));
            int length = PackedLength(part);
            PixelGrid grid = new(
                (((d * height.Out) + h) * row) + (w * shape.OutChannels),
                depth.Stride * height.Out * row, height.Stride * row, width.Stride * shape.OutChannels);
            if (part.OutDepth > 0 && part.OutHeight > 0 && part.OutWidth > 0)
            {
                ChannelsLastPass pass = new(part, grid, weights.Slice(at, length), bias, workspace);
                pass.Run(input, default, output, activation);
            }

            at += length;
        }
    }

    private static ConvShape Part(in TransposedConvShape shape, TransposedPhase depth, TransposedPhase height, TransposedPhase width) => new(
        1, shape.Groups, shape.InChannels, shape.OutChannels, shape.Depth.In, shape.Height.In, shape.Width.In, depth.Out, height.Out, width.Out,
        depth.Taps, height.Taps, width.Taps, 1, 1, 1, 1, 1, 1, depth.Pad, height.Pad, width.Pad);

    private static int PackedLength(in ConvShape part) =>
        part.Groups * (((part.OutChannels / part.Groups) + Dense.PanelWidth - 1) / Dense.PanelWidth) * Dense.PanelWidth * part.Taps;

    private static int WeightLength(in TransposedConvShape shape)
    {
        int outGroup = shape.OutChannels / shape.Groups;
        int panels = (outGroup + Dense.PanelWidth - 1) / Dense.PanelWidth;
        return panels * Dense.PanelWidth * shape.InChannels * shape.Depth.Kernel * shape.Height.Kernel * shape.Width.Kernel;
    }

    private static int TableLength(in TransposedConvShape shape) =>
        2 * ((shape.Depth.Kernel * shape.Height.Kernel * shape.Width.Kernel) + ChannelsLastConvolution.ChunkPixels);
}
