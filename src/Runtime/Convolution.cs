#nullable enable
using System;

namespace RedGen.Runtime;

/// <summary>
/// Convolution of float tensors in one, two or three dimensions, with bias, an optional addend (a residual connection) and
/// an activation applied before a result is first written:
/// output[n, m, p] = activation(addend[n, m, p] + bias[m] + Σ over t of weights[m, t] × input[n, tap(t, p)]).
/// The taps of one output are added in the order of the ONNX weights (channel, depth, row, column), starting from zero.
/// </summary>
public static class Convolution
{
    /// <summary>Output channels computed together; weights are packed in blocks of this many.</summary>
    public const int BlockChannels = 4;

    /// <summary>
    /// Floats of workspace that <see cref="Run{TActivation}"/> needs: Taps (the table of input offsets) + 4 × ChunkVectors (the
    /// places of a chunk's pixels), and unless the input is read in place, PreparedPlanes × PreparedRows × RowLength + Slack for a band of padded input.
    /// </summary>
    public static int WorkspaceLength(in ConvShape shape) =>
        shape.ReadsInPlace
            ? shape.Taps + (4 * ConvShape.ChunkVectors)
            : shape.Taps + (4 * ConvShape.ChunkVectors) + (shape.PreparedPlanes * shape.PreparedRows * shape.RowLength) + ConvShape.Slack;

    /// <summary>Computes one convolution.</summary>
    /// <param name="input">[Batch, InChannels, InDepth, InHeight, InWidth].</param>
    /// <param name="weights">Packed [Groups][⌈OutChannels / Groups / 4⌉][Taps][4], channels beyond the last are zero.</param>
    /// <param name="bias">[OutChannels], or empty for none.</param>
    /// <param name="addend">A tensor of the output's shape, or empty for none. It may be the output itself.</param>
    /// <param name="output">[Batch, OutChannels, OutDepth, OutHeight, OutWidth]; must not overlap the input.</param>
    /// <param name="workspace">At least <see cref="WorkspaceLength"/> floats; contents are lost.</param>
    /// <param name="shape">All sizes.</param>
    /// <param name="activation">Applied to every element.</param>
    /// <exception cref="ArgumentException">A span is shorter than the shape needs.</exception>
    public static void Run<TActivation>(
        ReadOnlySpan<float> input, ReadOnlySpan<float> weights, ReadOnlySpan<float> bias, ReadOnlySpan<float> addend,
        Span<float> output, Span<float> workspace, in ConvShape shape, TActivation activation)
        where TActivation : struct, IActivation
    {
        int inSample = shape.InChannels * shape.InDepth * shape.InHeight * shape.InWidth;
        int outSample = shape.OutChannels * shape.OutDepth * shape.OutHeight * shape.OutWidth;
        int blocks = ((shape.OutChannels / shape.Groups) + BlockChannels - 1) / BlockChannels;
        if (input.Length < shape.Batch * inSample || output.Length < shape.Batch * outSample
            || weights.Length < shape.Groups * blocks * BlockChannels * shape.Taps
            || (bias.Length != 0 && bias.Length < shape.OutChannels)
            || (addend.Length != 0 && addend.Length < shape.Batch * outSample)
            || workspace.Length < WorkspaceLength(shape))
        {
            throw new ArgumentException("A span is shorter than the convolution's shape needs.");
        }

        for (int sample = 0; sample < shape.Batch; sample++)
        {
            ConvPass pass = new(shape, workspace);
            pass.Bias = bias;
            pass.Weights = weights;
            pass.Addend = addend.IsEmpty ? default : addend.Slice(sample * outSample, outSample);
            pass.Output = output.Slice(sample * outSample, outSample);
            pass.RunSample(input.Slice(sample * inSample, inSample), activation);
        }
    }
}
