#nullable enable
using System;
using System.Runtime.CompilerServices;

namespace RedGen.Runtime;

/// <summary>
/// ONNX's poolings over tensors whose channels lie side by side ([batch, depth, height, width, channels]); results are those of
/// <see cref="MaxPool"/> and <see cref="AveragePool"/>.
/// </summary>
public static class ChannelsLastPool
{
    /// <summary>The largest of each window's elements inside the input; NaN where there is one, −∞ for a window of none.</summary>
    /// <param name="input">[batch, InDepth, InHeight, InWidth, channels].</param>
    /// <param name="output">[batch, OutDepth, OutHeight, OutWidth, channels]; must not overlap the input.</param>
    /// <param name="batch">Samples.</param>
    /// <param name="shape">All sizes; its Channels are those of one sample.</param>
    /// <exception cref="ArgumentException">A span is shorter than the shape needs.</exception>
    public static void Max(ReadOnlySpan<float> input, Span<float> output, int batch, in PoolShape shape)
    {
        Check(input.Length, output.Length, batch, shape);
        ConvShape sizes = Sizes(shape);
        int inSample = shape.Channels * shape.InLength;
        int outSample = shape.Channels * shape.OutLength;
        for (int n = 0; n < batch; n++)
        {
            new PoolPass(sizes, input.Slice(n * inSample, inSample), output.Slice(n * outSample, outSample)).Max();
        }
    }

    /// <summary>The largest of each window's 8-bit integers inside the input; the least of their type for a window of none.</summary>
    /// <param name="input">[batch, InDepth, InHeight, InWidth, channels], of <c>byte</c> or <c>sbyte</c>.</param>
    /// <param name="output">[batch, OutDepth, OutHeight, OutWidth, channels]; must not overlap the input.</param>
    /// <param name="batch">Samples.</param>
    /// <param name="shape">All sizes; its Channels are those of one sample.</param>
    /// <exception cref="ArgumentException">A span is shorter than the shape needs.</exception>
    public static void Max<T>(ReadOnlySpan<T> input, Span<T> output, int batch, in PoolShape shape)
        where T : struct
    {
        Check(input.Length, output.Length, batch, shape);
        T least = default;
        if (typeof(T) == typeof(sbyte)) Unsafe.As<T, sbyte>(ref least) = sbyte.MinValue;
        int inSample = shape.Channels * shape.InLength;
        int at = 0;
        for (int n = 0; n < batch; n++)
        {
            for (int d = 0; d < shape.Depth.Out; d++)
            {
                for (int h = 0; h < shape.Height.Out; h++)
                {
                    for (int w = 0; w < shape.Width.Out; w++)
                    {
                        new PoolWindow(shape, d, h, w).Max(input.Slice(n * inSample, inSample), output.Slice(at, shape.Channels), least);
                        at += shape.Channels;
                    }
                }
            }
        }
    }

    /// <summary>
    /// The sum of each window's elements inside the input, divided by their number or, with count_include_pad, by the number of the window's
    /// places inside the padded input.
    /// </summary>
    /// <param name="input">[batch, InDepth, InHeight, InWidth, channels].</param>
    /// <param name="output">[batch, OutDepth, OutHeight, OutWidth, channels]; must not overlap the input.</param>
    /// <param name="batch">Samples.</param>
    /// <param name="shape">All sizes; its Channels are those of one sample.</param>
    /// <param name="countIncludePad">True to divide by the number of padded places too.</param>
    /// <exception cref="ArgumentException">A span is shorter than the shape needs.</exception>
    public static void Average(ReadOnlySpan<float> input, Span<float> output, int batch, in PoolShape shape, bool countIncludePad)
    {
        Check(input.Length, output.Length, batch, shape);
        ConvShape sizes = Sizes(shape);
        int inSample = shape.Channels * shape.InLength;
        int outSample = shape.Channels * shape.OutLength;
        int taps = shape.Depth.Kernel * shape.Height.Kernel * shape.Width.Kernel;
        bool whole = !countIncludePad
            || PoolWindow.Padded(shape, shape.Depth.Out - 1, shape.Height.Out - 1, shape.Width.Out - 1) == taps;
        for (int n = 0; n < batch; n++)
        {
            ReadOnlySpan<float> from = input.Slice(n * inSample, inSample);
            Span<float> to = output.Slice(n * outSample, outSample);
            if (whole)
            {
                new PoolPass(sizes, from, to).Average(countIncludePad ? taps : 0);
            }
            else
            {
                RunOverhanging(from, to, shape);
            }
        }
    }

    /// <summary>The average of each channel's elements.</summary>
    /// <param name="input">[batch, pixels, channels].</param>
    /// <param name="output">[batch, channels]; must not overlap the input.</param>
    /// <param name="batch">Samples.</param>
    /// <param name="channels">Channels.</param>
    /// <param name="pixels">Elements of a channel.</param>
    /// <exception cref="ArgumentException">A span is shorter than the sizes need.</exception>
    public static void GlobalAverage(ReadOnlySpan<float> input, Span<float> output, int batch, int channels, int pixels) =>
        Average(input, output, batch, new PoolShape(channels, 1, pixels, 1, 1, 1, pixels, 1, 1, 0, 0, 0, 0), countIncludePad: false);

    /// <summary>The largest of each channel's elements; NaN where there is one.</summary>
    /// <param name="input">[batch, pixels, channels].</param>
    /// <param name="output">[batch, channels]; must not overlap the input.</param>
    /// <param name="batch">Samples.</param>
    /// <param name="channels">Channels.</param>
    /// <param name="pixels">Elements of a channel.</param>
    /// <exception cref="ArgumentException">A span is shorter than the sizes need.</exception>
    public static void GlobalMax(ReadOnlySpan<float> input, Span<float> output, int batch, int channels, int pixels) =>
        Max(input, output, batch, new PoolShape(channels, 1, pixels, 1, 1, 1, pixels, 1, 1, 0, 0, 0, 0));

    private static void Check(int input, int output, int batch, in PoolShape shape)
    {
        if (input < batch * shape.Channels * shape.InLength || output < batch * shape.Channels * shape.OutLength)
        {
            throw new ArgumentException("A span is shorter than the pooling's shape needs.");
        }
    }

    private static ConvShape Sizes(in PoolShape shape)
    {
        PoolAxis d = shape.Depth;
        PoolAxis h = shape.Height;
        PoolAxis w = shape.Width;
        return new ConvShape(
            1, shape.Channels, shape.Channels, shape.Channels, d.In, h.In, w.In, d.Out, h.Out, w.Out, d.Kernel, h.Kernel, w.Kernel,
            d.Stride, h.Stride, w.Stride, d.Dilation, h.Dilation, w.Dilation, d.Before, h.Before, w.Before);
    }

    /// <summary>Averages that count padding where ceil_mode lets windows overhang it: each has a divisor of its own.</summary>
    private static void RunOverhanging(ReadOnlySpan<float> input, Span<float> output, in PoolShape shape)
    {
        int at = 0;
        for (int d = 0; d < shape.Depth.Out; d++)
        {
            for (int h = 0; h < shape.Height.Out; h++)
            {
                for (int w = 0; w < shape.Width.Out; w++)
                {
                    PoolWindow window = new(shape, d, h, w);
                    window.Average<VectorLanes>(input, output.Slice(at, shape.Channels), PoolWindow.Padded(shape, d, h, w));
                    at += shape.Channels;
                }
            }
        }
    }
}
