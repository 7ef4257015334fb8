#nullable enable
using System;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace RedGen.Runtime;

/// <summary>
/// Convolution of 8-bit integers with constant 8-bit weights, with sums in 32 bits. The input of a group is laid out with channels innermost,
/// less its zero point and padded with zeros, so that the taps of a kernel's row lie side by side; then each chunk of output places is a
/// matrix product.
/// </summary>
public static class QuantizedConvolution
{
    /// <summary>Bytes behind the last weight: vectors may read them, and ignore what they read.</summary>
    public const int Slack = IntegerDot.Padding;

    /// <summary>Integers of workspace.</summary>
    public static int WorkspaceLength(in ConvShape shape)
    {
        int rowLength = IntegerDot.RowLength(shape.Taps);
        int planes = shape.IsPointwise ? 0 : new QuantizedPlanes(shape).Length;
        return checked((QuantizedGemm.ChunkRows(rowLength) * ((rowLength / 2) + 2)) + ((planes + 1) / 2) + (2 * IntegerDot.Padding));
    }

    /// <summary>Computes one convolution.</summary>
    /// <param name="input">[Batch, InChannels, InDepth, InHeight, InWidth], of <c>byte</c> or <c>sbyte</c>.</param>
    /// <param name="inputZero">The zero point of the input, which padding stands for.</param>
    /// <param name="weights">[OutChannels][KernelDepth][KernelHeight][KernelWidth][InChannels / Groups] and <see cref="Slack"/> more.</param>
    /// <param name="weightZero">The zero point of the weights.</param>
    /// <param name="output">[Batch, OutChannels, OutDepth, OutHeight, OutWidth].</param>
    /// <param name="workspace">At least <see cref="WorkspaceLength"/> integers; contents are lost.</param>
    /// <param name="shape">All sizes.</param>
    /// <param name="result">What becomes of the sums.</param>
    /// <exception cref="ArgumentException">A span is shorter than the shape needs.</exception>
    [MethodImpl(Simd.Hot)]
    public static void Run<TInput, TOutput>(
        ReadOnlySpan<TInput> input, int inputZero, ReadOnlySpan<sbyte> weights, int weightZero, Span<TOutput> output, Span<int> workspace,
        in ConvShape shape, in QuantizedResult result)
        where TInput : struct
        where TOutput : struct
    {
        int places = shape.OutDepth * shape.OutHeight * shape.OutWidth;
        int inPlane = shape.InDepth * shape.InHeight * shape.InWidth;
        if (input.Length < shape.Batch * shape.InChannels * inPlane || weights.Length < (shape.OutChannels * shape.Taps) + Slack
            || output.Length < shape.Batch * shape.OutChannels * places || workspace.Length < WorkspaceLength(shape))
        {
            throw new ArgumentException("A span is shorter than the convolution's sizes need.");
        }

        unchecked
        {
            int channels = shape.InChannels / shape.Groups;
            int rowLength = IntegerDot.RowLength(shape.Taps);
            int chunk = QuantizedGemm.ChunkRows(rowLength);
            Span<int> sums = workspace.Slice(0, 2 * chunk);
            Span<short> rows = MemoryMarshal.Cast<int, short>(workspace.Slice(2 * chunk, (chunk * rowLength / 2) + IntegerDot.Padding));
            var planes = new QuantizedPlanes(shape);
            Span<short> prepared = MemoryMarshal.Cast<int, short>(workspace.Slice((2 * chunk) + (chunk * rowLength / 2) + IntegerDot.Padding));
            bool pointwise = shape.IsPointwise;
            for (int g = 0; g < shape.Batch * shape.Groups; g++)
            {
                ReadOnlySpan<TInput> x = input.Slice(g * channels * inPlane, channels * inPlane);
                if (!pointwise) planes.Prepare(x, inputZero, prepared, shape);
                if (!pointwise && QuantizedDepthwise.Serves(shape))
                {
                    int outputs = shape.OutChannels / shape.Groups;
                    for (int m = 0; m < outputs; m++)
                    {
                        int channel = (g % shape.Groups * outputs) + m;
                        QuantizedDepthwise.Run(
                            prepared, planes, weights.Slice(channel * shape.Taps), weightZero, workspace, shape, channel, output, ((g * outputs) + m) * places, result);
                    }

                    continue;
                }

                for (int first = 0; first < places; first += chunk)
                {
                    int count = Math.Min(chunk, places - first);
                    if (pointwise) Transpose(x, inputZero, rows, rowLength, channels, inPlane, first, count);
                    else planes.Gather(prepared, rows, rowLength, shape, first, count);
                    Multiply(rows, rowLength, count, weights, weightZero, sums, shape, g, first, places, output, result);
                }
            }
        }
    }

    /// <summary>The places of a chunk as rows of channels.</summary>
    private static void Transpose<T>(ReadOnlySpan<T> x, int inputZero, Span<short> rows, int rowLength, int channels, int plane, int first, int count)
        where T : struct
    {
        unchecked
        {
            if (channels < rowLength)
            {
                for (int row = 0; row < count; row++) rows.Slice((row * rowLength) + channels, rowLength - channels).Clear();
            }

            int c = QuantizedInput.TransposeBlocks(x, inputZero, rows, rowLength, channels, plane, first, count);
            for (; c < channels; c++) QuantizedInput.Scatter(x.Slice((c * plane) + first, count), inputZero, rows.Slice(c), rowLength);
        }
    }

    [MethodImpl(Simd.Hot)]
    private static void Multiply<T>(
        ReadOnlySpan<short> rows, int rowLength, int count, ReadOnlySpan<sbyte> weights, int weightZero, Span<int> sums, in ConvShape shape, int group,
        int first, int places, Span<T> output, in QuantizedResult result)
        where T : struct
    {
        unchecked
        {
            int outputs = shape.OutChannels / shape.Groups;
            int taps = shape.Taps;
            int half = sums.Length / 2;
            int channel = group % shape.Groups * outputs;
            int end = channel + outputs;
            int place = (group * outputs * places) + first;
            ref sbyte w = ref MemoryMarshal.GetReference(weights);
            for (int m = channel; m < end; m += 2)
            {
                int second = Math.Min(m + 1, end - 1);
                IntegerDot.Rows(
                    ref MemoryMarshal.GetReference(rows), rowLength, count, ref Unsafe.Add(ref w, m * taps), ref Unsafe.Add(ref w, second * taps),
                    taps, weightZero, ref sums[0], ref sums[half]);
                for (int i = m; i <= second; i++)
                {
                    var product = new QuantizedRows(rows, rowLength, weights.Slice(i * taps, taps), weightZero, shape.InChannels / shape.Groups);
                    result.Write(sums.Slice((i - m) * half, count), i, product, output, place + ((i - channel) * places), 1);
                }
            }
        }
    }
}
