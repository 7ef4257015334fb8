#nullable enable
using System;
using System.Runtime.CompilerServices;

namespace RedGen.Runtime;

/// <summary>Copies of a convolution's input with its padding, channels side by side, so that every tap of every window can be read.</summary>
internal static class ChannelsLastInput
{
    /// <summary>Copies one sample, channels last.</summary>
    [MethodImpl(Simd.Hot)]
    internal static void Pad(ReadOnlySpan<float> input, Span<float> prepared, in ConvShape shape, in ConvShape padded)
    {
        unchecked
        {
            int from = shape.InWidth * shape.InChannels;
            int to = padded.InWidth * shape.InChannels;
            int left = Math.Min(shape.PadLeft * shape.InChannels, to);
            int length = Math.Min(from, to - left);
            for (int d = 0; d < padded.InDepth; d++)
            {
                int plane = d - shape.PadDepth;
                for (int h = 0; h < padded.InHeight; h++)
                {
                    int row = h - shape.PadTop;
                    Span<float> target = prepared.Slice(((d * padded.InHeight) + h) * to, to);
                    if ((uint)plane >= (uint)shape.InDepth || (uint)row >= (uint)shape.InHeight)
                    {
                        target.Clear();
                        continue;
                    }

                    target.Slice(0, left).Clear();
                    input.Slice(((plane * shape.InHeight) + row) * from, length).CopyTo(target.Slice(left));
                    target.Slice(left + length).Clear();
                }
            }
        }
    }

    /// <summary>Copies the rows that a band of output rows reads from a sample with its channels first.</summary>
    /// <param name="input">[InChannels, InHeight, InWidth].</param>
    /// <param name="prepared">[rows, width, InChannels].</param>
    /// <param name="shape">The convolution.</param>
    /// <param name="width">Columns of a prepared row.</param>
    /// <param name="firstRow">The band's first output row.</param>
    /// <param name="rows">Rows to prepare.</param>
    [MethodImpl(Simd.Hot)]
    internal static void PrepareBand(ReadOnlySpan<float> input, Span<float> prepared, in ConvShape shape, int width, int firstRow, int rows)
    {
        unchecked
        {
            int channels = shape.InChannels;
            int left = Math.Min(shape.PadLeft, width);
            int length = Math.Min(shape.InWidth, width - left);
            int plane = shape.InHeight * shape.InWidth;
            for (int r = 0; r < rows; r++)
            {
                int row = (firstRow * shape.StrideHeight) - shape.PadTop + r;
                Span<float> target = prepared.Slice(r * width * channels, width * channels);
                if ((uint)row >= (uint)shape.InHeight)
                {
                    target.Clear();
                    continue;
                }

                target.Slice(0, left * channels).Clear();
                target.Slice((left + length) * channels).Clear();
                LayoutMove.Interleave(input.Slice(row * shape.InWidth), plane, target.Slice(left * channels), channels, length);
            }
        }
    }
}
