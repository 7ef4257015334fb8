#nullable enable
using System;
using System.Runtime.CompilerServices;

namespace RedGen.Runtime;

/// <summary>
/// Convolution of channels side by side in which each channel is filtered by itself (Groups = InChannels = OutChannels):
/// output[n, p, c] = activation(bias[c] + Σ over taps t of weights[t, c] × input[n, tap(t, p), c]). Padding adds nothing, or
/// zeros times weights. Several output channels for each input channel are work for <see cref="ChannelsLastConvolution"/>.
/// </summary>
public static class ChannelsLastDepthwise
{
    /// <summary>A band of input rows is kept below this many floats where the rows allow it, to stay in L1 while all channels pass over it.</summary>
    internal const int BandFloats = 8192;

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
        int outSample = shape.OutDepth * shape.OutHeight * shape.OutWidth * channels;
        if (shape.Groups != channels || shape.OutChannels != channels
            || input.Length < shape.Batch * inSample || output.Length < shape.Batch * outSample
            || weights.Length < shape.KernelDepth * shape.KernelHeight * shape.KernelWidth * channels
            || (bias.Length != 0 && bias.Length < channels))
        {
            throw new ArgumentException("The convolution is not depthwise, or a span is shorter than its shape needs.");
        }

        DepthwisePass pass = new(shape, weights, bias, Bounds.Of(activation));
        for (int n = 0; n < shape.Batch; n++)
        {
            Span<float> target = output.Slice(n * outSample, outSample);
            pass.Run(input.Slice(n * inSample, inSample), target);
            if (!Bounds.Suffice<TActivation>())
            {
                Span<float> computed = pass.Computed(target);
                Elementwise.Map(computed, computed, activation);
            }
        }
    }
}
