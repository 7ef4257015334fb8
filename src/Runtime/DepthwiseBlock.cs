#nullable enable
using System;

namespace RedGen.Runtime;

/// <summary>
/// Chains of convolutions of channels side by side, computed a band of rows at a time, so that what is between them never leaves the cache: a
/// depthwise convolution and the pointwise one behind it, with or without a pointwise one before it. Results are those of
/// <see cref="Gemm"/> and <see cref="ChannelsLastDepthwise"/> one after the other.
/// </summary>
public static class DepthwiseBlock
{
    /// <summary>What a band keeps between the convolutions is held below this many floats where the rows allow it, to stay in L2.</summary>
    public const int BandFloats = 65536;

    /// <summary>
    /// Output rows of a band: ⌈OutHeight / ⌈OutHeight / n⌉⌉, where n is the largest number of rows from 1 to OutHeight that keeps at most <see cref="BandFloats"/> floats; 1 where
    /// there is none. Kept are n × OutWidth × Channels floats, and for expanded input min(InHeight, (n − 1) × StrideHeight + (KernelHeight − 1) ×
    /// DilationHeight + 1) × InWidth × Channels more, each rounded up to a multiple of 16.
    /// </summary>
    public static int BandRows(in ConvShape shape, bool expanded)
    {
        int rows = shape.OutHeight;
        while (rows > 1 && Length(shape, rows, expanded) > BandFloats) rows--;
        int bands = (shape.OutHeight + rows - 1) / rows;
        return (shape.OutHeight + bands - 1) / bands;
    }

    /// <summary>Floats of workspace: what <see cref="BandRows"/> rows keep.</summary>
    public static int WorkspaceLength(in ConvShape shape, bool expanded) => (int)Length(shape, BandRows(shape, expanded), expanded);

    /// <summary>Computes a depthwise convolution and the pointwise one behind it.</summary>
    /// <param name="input">[Batch, InHeight, InWidth, Channels].</param>
    /// <param name="weights">[KernelHeight, KernelWidth, Channels].</param>
    /// <param name="bias">[Channels], or empty for none.</param>
    /// <param name="projection">Packed [⌈outChannels / 16⌉][Channels][16]; lanes beyond the last column are zero.</param>
    /// <param name="projectionBias">[outChannels], or empty for none.</param>
    /// <param name="addend">A tensor of the output's shape, or empty for none. It may be the output itself.</param>
    /// <param name="output">[Batch, OutHeight, OutWidth, outChannels]; must not overlap the input.</param>
    /// <param name="workspace">At least <see cref="WorkspaceLength"/> floats; contents are lost.</param>
    /// <param name="shape">The sizes of the depthwise convolution, in one or two dimensions.</param>
    /// <param name="outChannels">Channels of the output.</param>
    /// <param name="activation">Applied behind the depthwise convolution.</param>
    /// <param name="last">Applied to every element of the output.</param>
    /// <exception cref="ArgumentException">The convolution is not depthwise, or a span is shorter than the sizes need.</exception>
    public static void Run<TActivation, TLast>(
        ReadOnlySpan<float> input, ReadOnlySpan<float> weights, ReadOnlySpan<float> bias, ReadOnlySpan<float> projection, ReadOnlySpan<float> projectionBias,
        ReadOnlySpan<float> addend, Span<float> output, Span<float> workspace, in ConvShape shape, int outChannels, TActivation activation, TLast last)
        where TActivation : struct, IActivation
        where TLast : struct, IActivation
    {
        DepthwiseBlockPass pass = new(shape, weights, bias, projection, projectionBias, workspace, outChannels, expanded: false);
        pass.Check(input.Length, shape.InChannels, addend.Length, output.Length);
        int inSample = shape.InHeight * shape.InWidth * shape.InChannels;
        int outSample = shape.OutHeight * shape.OutWidth * outChannels;
        for (int n = 0; n < shape.Batch; n++)
        {
            ReadOnlySpan<float> sample = input.Slice(n * inSample, inSample);
            ReadOnlySpan<float> more = addend.IsEmpty ? default : addend.Slice(n * outSample, outSample);
            for (int row = 0; row < shape.OutHeight; row += pass.Rows)
            {
                DepthwiseBand band = new(shape, row, pass.Rows);
                pass.Finish(band, pass.InputRows(sample, band.InFirst, band.InEnd), more, output.Slice(n * outSample, outSample), activation, last);
            }
        }
    }

    /// <summary>Computes a pointwise convolution, the depthwise one behind it, and the pointwise one behind that.</summary>
    /// <param name="input">[Batch, InHeight, InWidth, inChannels].</param>
    /// <param name="expansion">Packed [⌈Channels / 16⌉][inChannels][16]; lanes beyond the last column are zero.</param>
    /// <param name="expansionBias">[Channels], or empty for none.</param>
    /// <param name="weights">[KernelHeight, KernelWidth, Channels].</param>
    /// <param name="bias">[Channels], or empty for none.</param>
    /// <param name="projection">Packed [⌈outChannels / 16⌉][Channels][16]; lanes beyond the last column are zero.</param>
    /// <param name="projectionBias">[outChannels], or empty for none.</param>
    /// <param name="addend">A tensor of the output's shape, or empty for none. It may be the output itself.</param>
    /// <param name="output">
    /// [Batch, OutHeight, OutWidth, outChannels]; must not overlap the input, but may be it where sizes and channels are the same, strides are 1,
    /// and PadTop is at most (KernelHeight − 1) × DilationHeight.
    /// </param>
    /// <param name="workspace">At least <see cref="WorkspaceLength"/> floats; contents are lost.</param>
    /// <param name="shape">The sizes of the depthwise convolution, in one or two dimensions.</param>
    /// <param name="inChannels">Channels of the input.</param>
    /// <param name="outChannels">Channels of the output.</param>
    /// <param name="first">Applied behind the first convolution.</param>
    /// <param name="activation">Applied behind the depthwise convolution.</param>
    /// <param name="last">Applied to every element of the output.</param>
    /// <exception cref="ArgumentException">The convolution is not depthwise, or a span is shorter than the sizes need.</exception>
    public static void RunExpanded<TFirst, TActivation, TLast>(
        ReadOnlySpan<float> input, ReadOnlySpan<float> expansion, ReadOnlySpan<float> expansionBias, ReadOnlySpan<float> weights, ReadOnlySpan<float> bias,
        ReadOnlySpan<float> projection, ReadOnlySpan<float> projectionBias, ReadOnlySpan<float> addend, Span<float> output, Span<float> workspace,
        in ConvShape shape, int inChannels, int outChannels, TFirst first, TActivation activation, TLast last)
        where TFirst : struct, IActivation
        where TActivation : struct, IActivation
        where TLast : struct, IActivation
    {
        DepthwiseBlockPass pass = new(shape, weights, bias, projection, projectionBias, workspace, outChannels, expanded: true);
        pass.Check(input.Length, inChannels, addend.Length, output.Length);
        int inSample = shape.InHeight * shape.InWidth * inChannels;
        int outSample = shape.OutHeight * shape.OutWidth * outChannels;
        for (int n = 0; n < shape.Batch; n++)
        {
            ReadOnlySpan<float> sample = input.Slice(n * inSample, inSample);
            ReadOnlySpan<float> more = addend.IsEmpty ? default : addend.Slice(n * outSample, outSample);
            int begin = 0, end = 0;
            for (int row = 0; row < shape.OutHeight; row += pass.Rows)
            {
                // Rows that the last band has expanded already move to the front.
                DepthwiseBand band = new(shape, row, pass.Rows);
                int kept = Math.Max(end - band.InFirst, 0);
                if (kept > 0) pass.InputRows(pass.Expanded, band.InFirst - begin, end - begin).CopyTo(pass.Expanded);
                begin = band.InFirst;
                end = band.InEnd;
                int pixels = (end - begin - kept) * shape.InWidth;
                Gemm.Run(
                    sample.Slice((begin + kept) * shape.InWidth * inChannels), expansion, expansionBias, default,
                    pass.Expanded.Slice(kept * shape.InWidth * shape.InChannels), pixels, inChannels, shape.InChannels, first);
                pass.Finish(band, pass.InputRows(pass.Expanded, 0, end - begin), more, output.Slice(n * outSample, outSample), activation, last);
            }
        }
    }

    /// <summary>Floats between the convolutions for a band of so many output rows.</summary>
    internal static long Length(in ConvShape shape, int rows, bool expanded) =>
        Rounded((long)rows * shape.OutWidth * shape.InChannels) + ExpandedLength(shape, rows, expanded);

    /// <summary>Floats of expanded input for a band.</summary>
    internal static long ExpandedLength(in ConvShape shape, int rows, bool expanded) =>
        expanded ? Rounded((long)Math.Min(DepthwiseBand.Reach(shape, rows), shape.InHeight) * shape.InWidth * shape.InChannels) : 0;

    private static long Rounded(long length) => (length + 15) / 16 * 16;
}
