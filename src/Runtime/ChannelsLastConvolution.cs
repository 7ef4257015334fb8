#nullable enable
using System;
using System.Runtime.CompilerServices;

namespace RedGen.Runtime;

/// <summary>
/// Convolution of float tensors whose channels lie side by side ([Batch, Depth, Height, Width, Channels]), in one, two or three dimensions:
/// output[n, p, m] = activation(addend[n, p, m] + bias[m] + Σ over taps t and channels c of weights[m, t, c] × input[n, tap(t, p), c]).
/// What lies in the padding is left out of the sum.
/// </summary>
public static class ChannelsLastConvolution
{
    /// <summary>Output pixels, at most, whose places are kept in the workspace (two integers each).</summary>
    internal const int ChunkPixels = 192;

    /// <summary>A band of prepared plain input is kept below this many floats where the rows allow it, to stay in L1.</summary>
    internal const int BandFloats = 8192;

    /// <summary>Integers of the tables of a pass: one pair for each tap, one for each pixel of a chunk, filled up to whole tiles.</summary>
    internal static int TableLength(in ConvShape shape) =>
        2 * ((shape.KernelDepth * shape.KernelHeight * shape.KernelWidth) + ChunkPixels);

    /// <summary>
    /// Floats of workspace that <see cref="Run{TActivation}"/> needs: 2 × KernelDepth × KernelHeight × KernelWidth + 384, and if
    /// <see cref="CopiesInput"/>, one sample of padded input: PaddedDepth × PaddedHeight × PaddedWidth × InChannels, where a padded size is
    /// (Out − 1) × Stride + (Kernel − 1) × Dilation + 1.
    /// </summary>
    public static int WorkspaceLength(in ConvShape shape) =>
        TableLength(shape) + (CopiesInput(shape) ? PaddedDepth(shape) * PaddedHeight(shape) * PaddedWidth(shape) * shape.InChannels : 0);

    /// <summary>
    /// Floats of workspace that <see cref="RunPlainInput{TActivation}"/> needs: 2 × KernelHeight × KernelWidth + 384 and a band of padded
    /// input, rows(BandRows) × RowFloats, where RowFloats = PaddedWidth × InChannels, rows(n) = (n − 1) × StrideHeight +
    /// (KernelHeight − 1) × DilationHeight + 1, and BandRows is the largest n from 1 to OutHeight with rows(n) × RowFloats at most 8192; 1 where there is none.
    /// </summary>
    public static int PlainInputWorkspaceLength(in ConvShape shape) =>
        TableLength(shape) + (PreparedRows(shape, BandRows(shape)) * PaddedWidth(shape) * shape.InChannels);

    /// <summary>
    /// True if a padded copy of the input is better than leaving out the taps that lie in the padding, because most windows reach into
    /// it: if 2 × the product of the axes' Whole is less than the number of output pixels. Whole = max(0, End − First) with First = min(Out, ⌈Pad / Stride⌉) and
    /// End = min(Out, ⌊(In + Pad − (Kernel − 1) × Dilation − 1) / Stride⌋ + 1), 0 where the number divided is negative.
    /// </summary>
    public static bool CopiesInput(in ConvShape shape) =>
        2L * TapRange.Depth(shape).Whole * TapRange.Height(shape).Whole * TapRange.Width(shape).Whole
            < (long)shape.OutDepth * shape.OutHeight * shape.OutWidth;

    /// <summary>Computes one convolution.</summary>
    /// <param name="input">[Batch, InDepth, InHeight, InWidth, InChannels].</param>
    /// <param name="weights">
    /// Packed [Groups][⌈OutChannels / Groups / 16⌉][KernelDepth][KernelHeight][KernelWidth][InChannels / Groups][16]; output channels
    /// beyond the last are zero.
    /// </param>
    /// <param name="bias">[OutChannels], or empty for none.</param>
    /// <param name="addend">A tensor of the output's shape, or empty for none. It may be the output itself.</param>
    /// <param name="output">[Batch, OutDepth, OutHeight, OutWidth, OutChannels]; must not overlap the input.</param>
    /// <param name="workspace">At least <see cref="WorkspaceLength"/> floats; contents are lost.</param>
    /// <param name="shape">All sizes.</param>
    /// <param name="activation">Applied to every element.</param>
    /// <exception cref="ArgumentException">A span is shorter than the shape needs.</exception>
    [MethodImpl(Simd.Hot)]
    public static void Run<TActivation>(
        ReadOnlySpan<float> input, ReadOnlySpan<float> weights, ReadOnlySpan<float> bias, ReadOnlySpan<float> addend,
        Span<float> output, Span<float> workspace, in ConvShape shape, TActivation activation)
        where TActivation : struct, IActivation
    {
        int inSample = shape.InDepth * shape.InHeight * shape.InWidth * shape.InChannels;
        int outSample = shape.OutDepth * shape.OutHeight * shape.OutWidth * shape.OutChannels;
        bool copies = CopiesInput(shape);
        Check(input, weights, bias, addend, output, shape);
        if (workspace.Length < WorkspaceLength(shape))
        {
            throw Short();
        }

        if (!copies)
        {
            ChannelsLastPass whole = new(shape, weights, bias, workspace) { IsDivided = true };
            for (int n = 0; n < shape.Batch; n++)
            {
                whole.Run(
                    input.Slice(n * inSample, inSample), addend.IsEmpty ? default : addend.Slice(n * outSample, outSample),
                    output.Slice(n * outSample, outSample), activation);
            }

            return;
        }

        ConvShape padded = Padded(shape, PaddedHeight(shape), shape.OutHeight);
        Span<float> prepared = workspace.Slice(TableLength(shape));
        ChannelsLastPass pass = new(padded, weights, bias, workspace) { IsDivided = true };
        for (int n = 0; n < shape.Batch; n++)
        {
            ChannelsLastInput.Pad(input.Slice(n * inSample, inSample), prepared, shape, padded);
            pass.Run(
                prepared, addend.IsEmpty ? default : addend.Slice(n * outSample, outSample),
                output.Slice(n * outSample, outSample), activation);
        }
    }

    /// <summary>
    /// Computes one convolution in one or two dimensions (depth 1) whose input still has its channels first; meant for first layers of a few channels.
    /// </summary>
    /// <param name="input">[Batch, InChannels, InHeight, InWidth].</param>
    /// <param name="weights">As for <see cref="Run{TActivation}"/>.</param>
    /// <param name="bias">[OutChannels], or empty for none.</param>
    /// <param name="addend">A tensor of the output's shape, or empty for none. It may be the output itself.</param>
    /// <param name="output">[Batch, OutHeight, OutWidth, OutChannels]; must not overlap the input.</param>
    /// <param name="workspace">At least <see cref="PlainInputWorkspaceLength"/> floats; contents are lost.</param>
    /// <param name="shape">All sizes.</param>
    /// <param name="activation">Applied to every element.</param>
    /// <exception cref="ArgumentException">A span is shorter than the shape needs, or the shape has a depth.</exception>
    [MethodImpl(Simd.Hot)]
    public static void RunPlainInput<TActivation>(
        ReadOnlySpan<float> input, ReadOnlySpan<float> weights, ReadOnlySpan<float> bias, ReadOnlySpan<float> addend,
        Span<float> output, Span<float> workspace, in ConvShape shape, TActivation activation)
        where TActivation : struct, IActivation
    {
        Check(input, weights, bias, addend, output, shape);
        if (workspace.Length < PlainInputWorkspaceLength(shape) || shape.InDepth != 1 || shape.KernelDepth != 1 || shape.OutDepth != 1)
        {
            throw Short();
        }

        int inSample = shape.InHeight * shape.InWidth * shape.InChannels;
        int outRow = shape.OutWidth * shape.OutChannels;
        int band = BandRows(shape);
        ConvShape padded = Padded(shape, PreparedRows(shape, band), band);
        Span<float> prepared = workspace.Slice(TableLength(shape));
        ChannelsLastPass pass = new(padded, weights, bias, workspace);
        int first = LayerShare.Rows(shape.OutHeight, band, out int end);
        for (int n = 0; n < shape.Batch; n++)
        {
            ReadOnlySpan<float> sample = input.Slice(n * inSample, inSample);
            for (int row = first; row < end; row += band)
            {
                int rows = Math.Min(band, end - row);
                int at = ((n * shape.OutHeight) + row) * outRow;
                ChannelsLastInput.PrepareBand(sample, prepared, shape, padded.InWidth, row, PreparedRows(shape, rows));
                pass.Rows = rows;
                pass.Run(
                    prepared, addend.IsEmpty ? default : addend.Slice(at, rows * outRow), output.Slice(at, rows * outRow), activation);
            }
        }
    }

    private static void Check(
        ReadOnlySpan<float> input, ReadOnlySpan<float> weights, ReadOnlySpan<float> bias, ReadOnlySpan<float> addend,
        Span<float> output, in ConvShape shape)
    {
        int inLength = shape.Batch * shape.InDepth * shape.InHeight * shape.InWidth * shape.InChannels;
        int outLength = shape.Batch * shape.OutDepth * shape.OutHeight * shape.OutWidth * shape.OutChannels;
        int panels = ((shape.OutChannels / shape.Groups) + Dense.PanelWidth - 1) / Dense.PanelWidth;
        if (input.Length < inLength || output.Length < outLength
            || weights.Length < shape.Groups * panels * Dense.PanelWidth * shape.Taps
            || (bias.Length != 0 && bias.Length < shape.OutChannels) || (addend.Length != 0 && addend.Length < outLength))
        {
            throw Short();
        }
    }

    private static ArgumentException Short() => new("A span is shorter than the convolution's shape needs, or the shape does not suit the kernel.");

    /// <summary>The convolution as it looks over prepared input: no padding, and <paramref name="outHeight"/> rows of output.</summary>
    private static ConvShape Padded(in ConvShape shape, int inHeight, int outHeight) => new(
        1, shape.Groups, shape.InChannels, shape.OutChannels, PaddedDepth(shape), inHeight, PaddedWidth(shape),
        shape.OutDepth, outHeight, shape.OutWidth, shape.KernelDepth, shape.KernelHeight, shape.KernelWidth,
        shape.StrideDepth, shape.StrideHeight, shape.StrideWidth, shape.DilationDepth, shape.DilationHeight, shape.DilationWidth, 0, 0, 0);

    private static int PaddedDepth(in ConvShape shape) =>
        ((shape.OutDepth - 1) * shape.StrideDepth) + ((shape.KernelDepth - 1) * shape.DilationDepth) + 1;

    private static int PaddedHeight(in ConvShape shape) => PreparedRows(shape, shape.OutHeight);

    private static int PaddedWidth(in ConvShape shape) =>
        ((shape.OutWidth - 1) * shape.StrideWidth) + ((shape.KernelWidth - 1) * shape.DilationWidth) + 1;

    private static int PreparedRows(in ConvShape shape, int outRows) =>
        ((outRows - 1) * shape.StrideHeight) + ((shape.KernelHeight - 1) * shape.DilationHeight) + 1;

    private static int BandRows(in ConvShape shape)
    {
        int room = (BandFloats / (PaddedWidth(shape) * shape.InChannels)) - PreparedRows(shape, 1);
        return room < 0 ? 1 : Math.Min((room / shape.StrideHeight) + 1, shape.OutHeight);
    }
}
