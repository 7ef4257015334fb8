#nullable enable
using System;

namespace RedGen.Runtime;

/// <summary>A convolution of constant sizes one product at a time: where a vector has more lanes than the output channels.</summary>
internal static class FixedScalar<TShape>
    where TShape : struct, IFixedConvolution
{
    /// <summary>Computes one sample.</summary>
    internal static void Run<TActivation>(
        ReadOnlySpan<float> input, ReadOnlySpan<float> weights, ReadOnlySpan<float> bias, Span<float> output, TActivation activation)
        where TActivation : struct, IActivation
    {
        TShape s = default;
        for (int row = 0; row < s.OutHeight; row++)
        {
            for (int column = 0; column < s.OutWidth; column++)
            {
                int at = ((row * s.OutWidth) + column) * s.OutChannels;
                for (int channel = 0; channel < s.OutChannels; channel++)
                {
                    output[at + channel] = activation.Apply(bias[channel] + Sum(input, weights, row, column, channel));
                }
            }
        }
    }

    private static float Sum(ReadOnlySpan<float> input, ReadOnlySpan<float> weights, int row, int column, int channel)
    {
        TShape s = default;
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
