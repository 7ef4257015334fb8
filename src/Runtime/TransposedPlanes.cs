#nullable enable
using System;
using System.Runtime.CompilerServices;

namespace RedGen.Runtime;

/// <summary>
/// Transposed convolution (ONNX ConvTranspose) of few output channels, as at the end of decoders, in one or two dimensions: the products of every tap with every
/// place are computed first, over vectors of neighbouring places, so that no lane stays empty for want of channels; then each row of the output adds up, apart by
/// the remainder of its columns by the stride, what reaches it.
/// </summary>
public static class TransposedPlanes
{
    /// <summary>Elements of an input plane, at least.</summary>
    public const int LeastPlaces = 64;

    /// <summary>Rows of weights, one for each output channel and tap, that are computed together.</summary>
    internal const int BlockRows = 3;

    /// <summary>Products of a band of rows are kept below this many floats where rows allow it, to stay in L2.</summary>
    internal const int BandFloats = 65536;

    /// <summary>
    /// Floats of workspace that <see cref="Run{TActivation}"/> needs: the products of a band, a row of the output, a table and a tile of the input. With taps = OutChannels / Groups × KernelHeight ×
    /// KernelWidth, reach = (KernelHeight − 1) × DilationHeight: n = min(OutHeight, max(StrideHeight, StrideHeight × ⌊65536 / (taps × InWidth)⌋ − reach)), rows =
    /// min(InHeight, max(⌊(n − 1 + reach) / StrideHeight⌋ + 1, ⌈64 / InWidth⌉)); taps × rows × InWidth + 16 + StrideWidth × (⌈OutWidth / StrideWidth⌉ + 16)
    /// + 3 × KernelWidth + 64 × InChannels / Groups + 16.
    /// </summary>
    public static int WorkspaceLength(in TransposedConvShape shape) =>
        (shape.Columns * InputRows(shape, OutputRows(shape)) * shape.Width.In) + TransposedPlanePass.Slack + (shape.Width.Stride * PhaseLength(shape))
        + (TransposedPlanePass.TableWidth * shape.Width.Kernel) + (LeastPlaces * (shape.InChannels / shape.Groups)) + TransposedPlanePass.Slack;

    /// <summary>Computes one transposed convolution.</summary>
    /// <param name="input">[Batch, InChannels, 1, InHeight, InWidth].</param>
    /// <param name="weights">
    /// For each group, [⌈taps / 3⌉][InChannels / Groups][taps of the block], where taps are OutChannels / Groups × KernelHeight × KernelWidth; the last block has
    /// those that are left.
    /// </param>
    /// <param name="bias">[OutChannels], or empty for none.</param>
    /// <param name="output">[Batch, OutChannels, 1, OutHeight, OutWidth]; must not overlap the input.</param>
    /// <param name="workspace">At least <see cref="WorkspaceLength"/> floats; contents are lost.</param>
    /// <param name="shape">All sizes; the depth is 1, and an input plane has at least <see cref="LeastPlaces"/> elements.</param>
    /// <param name="activation">Applied to every element.</param>
    /// <exception cref="ArgumentException">A span is shorter than the shape needs, or the shape does not suit the kernel.</exception>
    [MethodImpl(Simd.Hot)]
    public static void Run<TActivation>(
        ReadOnlySpan<float> input, ReadOnlySpan<float> weights, ReadOnlySpan<float> bias, Span<float> output, Span<float> workspace,
        in TransposedConvShape shape, TActivation activation)
        where TActivation : struct, IActivation
    {
        int groups = shape.Groups;
        int inGroup = shape.InChannels / groups * shape.InLength;
        int outGroup = shape.OutChannels / groups * shape.OutLength;
        int weightGroup = shape.InChannels / groups * shape.Columns;
        if (shape.Depth.In != 1 || shape.Depth.Out != 1 || shape.Depth.Kernel != 1 || shape.InLength < LeastPlaces
            || input.Length < shape.Batch * groups * inGroup || output.Length < shape.Batch * groups * outGroup || (bias.Length != 0 && bias.Length < shape.OutChannels)
            || weights.Length < groups * weightGroup || workspace.Length < WorkspaceLength(shape))
        {
            throw new ArgumentException("A span is shorter than the transposed convolution's shape needs, or the shape has depth or too small planes.");
        }

        for (int i = 0; i < shape.Batch * groups; i++)
        {
            int group = i % groups;
            int channels = shape.OutChannels / groups;
            TransposedPlanePass pass = new(
                shape, weights.Slice(group * weightGroup, weightGroup), bias.IsEmpty ? default : bias.Slice(group * channels, channels), workspace);
            pass.Run(input.Slice(i * inGroup, inGroup), output.Slice(i * outGroup, outGroup), activation);
        }
    }

    /// <summary>Rows of the output that are computed together.</summary>
    internal static int OutputRows(in TransposedConvShape shape)
    {
        int stride = shape.Height.Stride;
        int rows = BandFloats / (shape.Columns * shape.Width.In);
        return Math.Min(Math.Max((stride * rows) - Reach(shape), stride), shape.Height.Out);
    }

    /// <summary>Rows of the input that reach so many rows of the output, and that have places enough for a tile.</summary>
    internal static int InputRows(in TransposedConvShape shape, int outputRows) =>
        Math.Min(Math.Max(((outputRows - 1 + Reach(shape)) / shape.Height.Stride) + 1, LeastRows(shape)), shape.Height.In);

    /// <summary>Rows of the input that have places enough for a tile.</summary>
    internal static int LeastRows(in TransposedConvShape shape) => (LeastPlaces + shape.Width.In - 1) / shape.Width.In;

    /// <summary>Rows from an element's first tap to its last.</summary>
    internal static int Reach(in TransposedConvShape shape) => (shape.Height.Kernel - 1) * shape.Height.Dilation;

    /// <summary>Floats for the columns of one remainder by the stride.</summary>
    internal static int PhaseLength(in TransposedConvShape shape) => ((shape.Width.Out + shape.Width.Stride - 1) / shape.Width.Stride) + TransposedPlanePass.Slack;
}
