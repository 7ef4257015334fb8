#nullable enable
using System;
using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace RedGen.Runtime;

/// <summary>
/// Convolution in which every output channel reads one input channel (Groups = InChannels, depth 1), in one or two dimensions:
/// output[n, m, p] = activation(bias[m] + Σ over t of weights[m, t] × input[n, m / multiplier, tap(t, p)]).
/// A channel is copied, padded, to the workspace a band of rows at a time; then four rows by one vector are computed together.
/// Taps are added in order, starting from zero.
/// </summary>
public static class DepthwiseConvolution
{
    /// <summary>Output rows computed together.</summary>
    internal const int TileRows = 4;

    /// <summary>A band of prepared input is kept below this many floats where the rows allow it, to stay in L1.</summary>
    internal const int BandFloats = 4096;

    /// <summary>
    /// Floats of workspace: Taps + PreparedRows × RowLength + Slack, where PreparedRows = (BandRows − 1) × StrideHeight +
    /// (KernelHeight − 1) × DilationHeight + 1 and BandRows is the largest multiple of 4, at least 4 and below OutHeight + 4, whose
    /// PreparedRows × RowLength is at most 4096.
    /// </summary>
    public static int WorkspaceLength(in ConvShape shape) =>
        shape.Taps + (PreparedRows(shape, BandRows(shape)) * shape.RowLength) + ConvShape.Slack;

    private static int BandRows(in ConvShape shape)
    {
        int rows = BandFloats / shape.RowLength;
        int fit = ((rows - 1 - ((shape.KernelHeight - 1) * shape.DilationHeight)) / shape.StrideHeight) + 1;
        int needed = shape.OutHeight + TileRows - 1;
        return Math.Max(Math.Min(fit, needed) / TileRows * TileRows, TileRows);
    }

    private static int PreparedRows(in ConvShape shape, int rows) =>
        ((rows - 1) * shape.StrideHeight) + ((shape.KernelHeight - 1) * shape.DilationHeight) + 1;

    /// <summary>Computes one depthwise convolution.</summary>
    /// <param name="input">[Batch, InChannels, InHeight, InWidth].</param>
    /// <param name="weights">As ONNX has them: [OutChannels, 1, KernelHeight, KernelWidth].</param>
    /// <param name="bias">[OutChannels], or empty for none.</param>
    /// <param name="output">[Batch, OutChannels, OutHeight, OutWidth]; must not overlap the input.</param>
    /// <param name="workspace">At least <see cref="WorkspaceLength"/> floats; contents are lost.</param>
    /// <param name="shape">All sizes.</param>
    /// <param name="activation">Applied to every element.</param>
    /// <exception cref="ArgumentException">The convolution is not depthwise, or a span is shorter than the shape needs.</exception>
    [MethodImpl(Simd.Hot)]
    public static void Run<TActivation>(
        ReadOnlySpan<float> input, ReadOnlySpan<float> weights, ReadOnlySpan<float> bias, Span<float> output,
        Span<float> workspace, in ConvShape shape, TActivation activation)
        where TActivation : struct, IActivation
    {
        if (shape.Groups != shape.InChannels || shape.InDepth != 1 || shape.OutDepth != 1)
        {
            throw new ArgumentException("The convolution is not depthwise in one or two dimensions.");
        }

        int inPlane = shape.InHeight * shape.InWidth;
        int outPlane = shape.OutHeight * shape.OutWidth;
        int taps = shape.KernelHeight * shape.KernelWidth;
        int channels = shape.Batch * shape.InChannels;
        int multiplier = shape.OutChannels / shape.InChannels;
        if (input.Length < channels * inPlane || output.Length < channels * multiplier * outPlane
            || weights.Length < shape.OutChannels * taps || (bias.Length != 0 && bias.Length < shape.OutChannels)
            || workspace.Length < WorkspaceLength(shape))
        {
            throw new ArgumentException("A span is shorter than the convolution's shape needs.");
        }

        Span<int> offsets = WorkspaceTables.In(workspace.Slice(0, taps));
        FillOffsets(offsets, shape);
        Span<float> prepared = workspace.Slice(taps);
        int band = BandRows(shape);
        for (int c = 0; c < channels; c++)
        {
            ReadOnlySpan<float> source = input.Slice(c * inPlane, inPlane);
            for (int row = 0; row < shape.OutHeight; row += band)
            {
                int rows = Math.Min(band, shape.OutHeight - row);
                ConvInput.Prepare(source, prepared, shape, 1, 0, row, PreparedRows(shape, rows));
                for (int copy = 0; copy < multiplier; copy++)
                {
                    int channel = (c * multiplier) + copy;
                    int filter = channel % shape.OutChannels;
                    Span<float> target = output.Slice((channel * outPlane) + (row * shape.OutWidth), rows * shape.OutWidth);
                    RunBand(
                        prepared, offsets, weights.Slice(filter * taps, taps), bias.IsEmpty ? 0f : bias[filter], target, rows, shape, activation);
                }
            }
        }
    }

    private static void FillOffsets(Span<int> offsets, in ConvShape shape)
    {
        int tap = 0;
        for (int kh = 0; kh < shape.KernelHeight; kh++)
        {
            for (int kw = 0; kw < shape.KernelWidth; kw++)
            {
                int column = kw * shape.DilationWidth;
                offsets[tap++] = (kh * shape.DilationHeight * shape.RowLength)
                    + (column % shape.StrideWidth * shape.PhaseWidth) + (column / shape.StrideWidth);
            }
        }
    }

    [MethodImpl(Simd.Hot)]
    private static void RunBand<TActivation>(
        ReadOnlySpan<float> prepared, ReadOnlySpan<int> offsets, ReadOnlySpan<float> weights, float bias, Span<float> output,
        int rows, in ConvShape shape, TActivation activation)
        where TActivation : struct, IActivation
    {
        unchecked
        {
            int width = shape.OutWidth;
            int rowLength = shape.RowLength;
            int step = shape.StrideHeight * rowLength;
            int lanes = Vector<float>.Count;
            int kind = offsets.Length == 9 && shape.KernelHeight == 3 && shape.DilationHeight == 1 ? shape.StrideHeight : 0;
            ref float x = ref MemoryMarshal.GetReference(prepared);
            ref float y = ref MemoryMarshal.GetReference(output);
            ref float w = ref MemoryMarshal.GetReference(weights);
            ref int at = ref MemoryMarshal.GetReference(offsets);
            TileSums sums;
            Unsafe.SkipInit(out sums);
            for (int row = 0; row < rows; row += TileRows)
            {
                // The last tile of rows or columns moves back to end with the band: what is computed twice is equal.
                int top = rows >= TileRows ? Math.Min(row, rows - TileRows) : row;
                int count = Math.Min(TileRows, rows - top);
                for (int start = 0; start < width; start += lanes)
                {
                    int left = width >= lanes ? Math.Min(start, width - lanes) : start;
                    ref float from = ref Unsafe.Add(ref x, (top * step) + left);
                    if (kind == 1)
                    {
                        DepthwiseTile.ThreeByThree(ref w, ref from, rowLength, Unsafe.Add(ref at, 1), Unsafe.Add(ref at, 2), ref sums);
                    }
                    else if (kind == 2)
                    {
                        DepthwiseTile.ThreeByThreeStride2(ref w, ref from, rowLength, Unsafe.Add(ref at, 1), Unsafe.Add(ref at, 2), ref sums);
                    }
                    else
                    {
                        DepthwiseTile.Any(ref w, ref from, ref at, offsets.Length, step, ref sums);
                    }

                    for (int r = 0; r < count; r++)
                    {
                        Vector<float> value = activation.Apply(TileSums.At(ref sums, r, 0) + new Vector<float>(bias));
                        int place = ((top + r) * width) + left;
                        ref float to = ref Unsafe.Add(ref y, place);

                        // A short row's vector spoils the beginning of the rows below, which are written later.
                        if (place + lanes <= output.Length)
                        {
                            Simd.Store(value, ref to, 0);
                        }
                        else
                        {
                            Simd.StoreLanes(value, ref to, 0, width);
                        }
                    }
                }
            }
        }
    }
}
