using System;
using System.Numerics;

namespace RedGen.Compiler.Execute.Fast;

/// <summary>
/// 2-D convolution of the fast evaluator where every group has one input channel: rows of the input, times a weight, are added to rows of the
/// output. The taps of an output are added in their order, whatever the width of the machine's vectors.
/// </summary>
internal static class FastDepthwise
{
    /// <summary>Whether a convolution is of this kind.</summary>
    public static bool Serves(ConvolutionSize size) => size.Groups == size.InputChannels;

    /// <summary>y = w * x + bias for one image; <paramref name="bias"/> may be null.</summary>
    public static void Run(float[] x, int xOffset, float[] weights, float[]? bias, float[] y, int yOffset, ConvolutionSize size)
    {
        int taps = size.KernelHeight * size.KernelWidth, multiplier = size.OutputChannels / size.Groups;
        for (int channel = 0; channel < size.OutputChannels; channel++)
        {
            int plane = xOffset + (channel / multiplier * size.InputHeight * size.InputWidth);
            int target = yOffset + (channel * size.OutputHeight * size.OutputWidth);
            new Span<float>(y, target, size.OutputHeight * size.OutputWidth).Fill(bias is null ? 0 : bias[channel]);
            for (int tap = 0; tap < taps; tap++) AddTap(x, plane, weights[(channel * taps) + tap], tap, y, target, size);
        }
    }

    private static void AddTap(float[] x, int plane, float weight, int tap, float[] y, int target, ConvolutionSize size)
    {
        int shiftY = (tap / size.KernelWidth * size.DilationY) - size.PadTop, shiftX = (tap % size.KernelWidth * size.DilationX) - size.PadLeft;
        // Columns whose tap lies inside the input.
        int first = shiftX >= 0 ? 0 : (-shiftX + size.StrideX - 1) / size.StrideX;
        int last = shiftX >= size.InputWidth ? -1 : Math.Min(size.OutputWidth - 1, (size.InputWidth - 1 - shiftX) / size.StrideX);
        for (int row = 0; row < size.OutputHeight; row++)
        {
            int inputRow = (row * size.StrideY) + shiftY;
            if (inputRow < 0 || inputRow >= size.InputHeight) continue;
            int from = plane + (inputRow * size.InputWidth) + shiftX, to = target + (row * size.OutputWidth), column = first;
            if (size.StrideX == 1)
            {
                for (; column <= last + 1 - Vector<float>.Count; column += Vector<float>.Count)
                    (new Vector<float>(y, to + column) + (new Vector<float>(x, from + column) * weight)).CopyTo(y, to + column);
            }

            for (; column <= last; column++) y[to + column] += weight * x[from + (column * size.StrideX)];
        }
    }
}
