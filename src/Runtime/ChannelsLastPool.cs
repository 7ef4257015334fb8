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
#if NET8_0_OR_GREATER
        if (Lanes512.IsSupported)
        {
            Run<Lanes512>(input, output, batch, shape, maximum: true, countIncludePad: false);
            return;
        }
#endif
        Run<VectorLanes>(input, output, batch, shape, maximum: true, countIncludePad: false);
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
#if NET8_0_OR_GREATER
        if (Lanes512.IsSupported)
        {
            Run<Lanes512>(input, output, batch, shape, maximum: false, countIncludePad);
            return;
        }
#endif
        Run<VectorLanes>(input, output, batch, shape, maximum: false, countIncludePad);
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

    [MethodImpl(Simd.Hot)]
    private static void Run<TLanes>(ReadOnlySpan<float> input, Span<float> output, int batch, in PoolShape shape, bool maximum, bool countIncludePad)
        where TLanes : struct, ILanes<TLanes>
    {
        int inSample = shape.Channels * shape.InLength;
        int at = 0;
        for (int n = 0; n < batch; n++)
        {
            ReadOnlySpan<float> sample = input.Slice(n * inSample, inSample);
            for (int d = 0; d < shape.Depth.Out; d++)
            {
                for (int h = 0; h < shape.Height.Out; h++)
                {
                    for (int w = 0; w < shape.Width.Out; w++)
                    {
                        PoolWindow window = new(shape, d, h, w);
                        Span<float> target = output.Slice(at, shape.Channels);
                        if (maximum)
                        {
                            window.Max<TLanes>(sample, target);
                        }
                        else
                        {
                            window.Average<TLanes>(sample, target, countIncludePad ? PoolWindow.Padded(shape, d, h, w) : window.Elements);
                        }

                        at += shape.Channels;
                    }
                }
            }
        }
    }
}
