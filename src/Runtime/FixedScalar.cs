#nullable enable
using System;

namespace RedGen.Runtime;

/// <summary>A convolution of constant sizes one product at a time: where a vector has more lanes than the output channels.</summary>
internal static class FixedScalar
{
    /// <summary>Computes one sample.</summary>
    internal static void Run<TShape, TActivation>(
        ReadOnlySpan<float> input, ReadOnlySpan<float> weights, ReadOnlySpan<float> bias, Span<float> output, TShape s, TActivation activation)
        where TShape : struct, IFixedConvolution
        where TActivation : struct, IActivation
    {
        for (int row = 0; row < s.OutHeight; row++)
        {
            for (int column = 0; column < s.OutWidth; column++)
            {
                int at = ((row * s.OutWidth) + column) * s.OutChannels;
                for (int channel = 0; channel < s.OutChannels; channel++)
                {
                    float sum = bias[channel] + Sum(input, weights, s, row, column, channel);
                    output[at + channel] = Bounds.Suffice<TActivation>() ? activation.Apply(sum) : sum;
                }
            }
        }
    }

    private static float Sum<TShape>(ReadOnlySpan<float> input, ReadOnlySpan<float> weights, TShape s, int row, int column, int channel)
        where TShape : struct, IFixedConvolution
    {
        int depth = s.IsDepthwise ? 1 : s.InChannels;
        float sum = 0;
        for (int kh = 0; kh < s.KernelHeight; kh++)
        {
            int h = (row * s.StrideHeight) - s.PadTop + (kh * s.DilationHeight);
            if (h < 0 || h >= s.InHeight) continue;
            for (int kw = 0; kw < s.KernelWidth; kw++)
            {
                int w = (column * s.StrideWidth) - s.PadLeft + (kw * s.DilationWidth);
                if (w < 0 || w >= s.InWidth) continue;
                int from = (((h * s.InWidth) + w) * s.InChannels) + (s.IsDepthwise ? channel : 0);
                for (int c = 0; c < depth; c++)
                {
                    sum += input[from + c] * weights[(((((kh * s.KernelWidth) + kw) * depth) + c) * s.OutChannels) + channel];
                }
            }
        }

        return sum;
    }
}
