#nullable enable
using System;
using System.Runtime.CompilerServices;

namespace RedGen.Runtime;

/// <summary>
/// Convolution of channels side by side in which each channel is filtered by itself (Groups = InChannels = OutChannels):
/// output[n, p, c] = activation(bias[c] + Σ over taps t of weights[t, c] × input[n, tap(t, p), c]). What lies in the padding is left out
/// of the sum. Several output channels for each input channel are work for <see cref="ChannelsLastConvolution"/>.
/// </summary>
public static class ChannelsLastDepthwise
{
    /// <summary>Computes one depthwise convolution.</summary>
    /// <param name="input">[Batch, InDepth, InHeight, InWidth, Channels].</param>
    /// <param name="weights">[KernelDepth, KernelHeight, KernelWidth, Channels].</param>
    /// <param name="bias">[Channels], or empty for none.</param>
    /// <param name="output">[Batch, OutDepth, OutHeight, OutWidth, Channels]; must not overlap the input.</param>
    /// <param name="shape">All sizes.</param>
    /// <param name="activation">Applied to every element.</param>
    /// <exception cref="ArgumentException">The convolution is not depthwise, or a span is shorter than the shape needs.</exception>
    [MethodImpl(Simd.Hot)]
    public static void Run<TActivation>(
        ReadOnlySpan<float> input, ReadOnlySpan<float> weights, ReadOnlySpan<float> bias, Span<float> output, in ConvShape shape, TActivation activation)
        where TActivation : struct, IActivation
    {
        int channels = shape.InChannels;
        int inSample = shape.InDepth * shape.InHeight * shape.InWidth * channels;
        int outRow = shape.OutWidth * channels;
        if (shape.Groups != channels || shape.OutChannels != channels || input.Length < shape.Batch * inSample
            || output.Length < shape.Batch * shape.OutDepth * shape.OutHeight * outRow
            || weights.Length < shape.KernelDepth * shape.KernelHeight * shape.KernelWidth * channels
            || (bias.Length != 0 && bias.Length < channels))
        {
            throw new ArgumentException("The convolution is not depthwise, or a span is shorter than its shape needs.");
        }

        int at = 0;
        for (int n = 0; n < shape.Batch; n++)
        {
            ReadOnlySpan<float> sample = input.Slice(n * inSample, inSample);
            for (int d = 0; d < shape.OutDepth; d++)
            {
                TapRange depth = TapRange.Depth(shape).From(d);
                for (int h = 0; h < shape.OutHeight; h++)
                {
                    Span<float> row = output.Slice(at, outRow);
                    RunRow(sample, weights, bias, row, shape, depth, TapRange.Height(shape).From(h));
                    if (typeof(TActivation) != typeof(Identity))
                    {
                        Elementwise.Map(row, row, activation);
                    }

                    at += outRow;
                }
            }
        }
    }

    [MethodImpl(Simd.Hot)]
    private static void RunRow(
        ReadOnlySpan<float> input, ReadOnlySpan<float> weights, ReadOnlySpan<float> bias, Span<float> output, in ConvShape shape, in TapRange depth, in TapRange height)
    {
        TapRange all = TapRange.Width(shape);
        for (TapRange width = all.From(0); width.First < shape.OutWidth; width = all.From(width.End))
        {
            DepthwiseWindow window = new(shape, depth, height, width);
            Span<float> target = output.Slice(width.First * shape.InChannels, (width.End - width.First) * shape.InChannels);
#if NET8_0_OR_GREATER
            if (Lanes512.IsSupported)
            {
                window.Run<Lanes512>(input, weights, bias, target, width.End - width.First);
                continue;
            }
#endif
            window.Run<VectorLanes>(input, weights, bias, target, width.End - width.First);
        }
    }
}
