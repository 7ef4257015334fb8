using System;
using System.Buffers;

namespace RedGen.Compiler.Execute.Fast;

/// <summary>The numbers of a 2-D convolution over one image, NCHW.</summary>
internal readonly record struct ConvolutionSize(
    int Groups, int InputChannels, int InputHeight, int InputWidth, int OutputChannels, int OutputHeight, int OutputWidth,
    int KernelHeight, int KernelWidth, int StrideY, int StrideX, int DilationY, int DilationX, int PadTop, int PadLeft);

/// <summary>2-D convolution of the fast evaluator: columns are packed straight into the panels of <see cref="BlockedGemm"/>.</summary>
internal static class FastConvolution
{
    /// <summary>y = w * x + bias for one image; <paramref name="bias"/> may be null.</summary>
    public static void Run(float[] x, int xOffset, float[] weights, float[]? bias, float[] y, int yOffset, ConvolutionSize size)
    {
        if (FastDepthwise.Serves(size))
        {
            FastDepthwise.Run(x, xOffset, weights, bias, y, yOffset, size);
            return;
        }

        int groupIn = size.InputChannels / size.Groups;
        int groupOut = size.OutputChannels / size.Groups;
        int depth = groupIn * size.KernelHeight * size.KernelWidth;
        int pixels = size.OutputHeight * size.OutputWidth;
        // Large arrays from the heap are cleared and collected each time; these are written in full before they are read.
        float[] panels = ArrayPool<float>.Shared.Rent(BlockedGemm.PackedLength(depth, pixels));
        var padded = new PaddedPlanes(size, groupIn);
        for (int g = 0; g < size.Groups; g++)
        {
            padded.Fill(x, xOffset + (g * groupIn * size.InputHeight * size.InputWidth));
            PackColumns(padded, groupIn, size, panels);
            BlockedGemm.Run(weights, g * groupOut * depth, panels, bias, g * groupOut, y, yOffset + (g * groupOut * pixels), groupOut, depth, pixels);
        }

        ArrayPool<float>.Shared.Return(panels);
    }

    /// <summary>Writes, for each panel of pixels, the taps of all channels: the im2col matrix in the layout of a packed B.</summary>
    private static void PackColumns(PaddedPlanes padded, int channels, ConvolutionSize size, float[] panels)
    {
        int panelColumns = BlockedGemm.PanelColumns;
        int pixels = size.OutputHeight * size.OutputWidth;
        int at = 0;
        var places = new int[panelColumns];
        for (int start = 0; start < pixels; start += panelColumns)
        {
            int width = Math.Min(panelColumns, pixels - start);
            bool isRun = true;
            for (int j = 0; j < width; j++)
            {
                int row = (start + j) / size.OutputWidth;
                places[j] = (row * size.StrideY * padded.Width) + ((start + j - (row * size.OutputWidth)) * size.StrideX);
                isRun &= places[j] == places[0] + j;
            }

            for (int c = 0; c < channels; c++)
            {
                for (int ky = 0; ky < size.KernelHeight; ky++)
                {
                    for (int kx = 0; kx < size.KernelWidth; kx++)
                    {
                        int tap = (((c * padded.Height) + (ky * size.DilationY)) * padded.Width) + (kx * size.DilationX);
                        if (isRun) padded.Elements.AsSpan(tap + places[0], width).CopyTo(panels.AsSpan(at));
                        else
                            for (int j = 0; j < width; j++) panels[at + j] = padded.Elements[tap + places[j]];
                        if (width < panelColumns) Array.Clear(panels, at + width, panelColumns - width);
                        at += panelColumns;
                    }
                }
            }
        }
    }

    /// <summary>The channels of one group inside a frame of zeros, so that no tap has to ask whether it is inside.</summary>
    private sealed class PaddedPlanes
    {
        private readonly ConvolutionSize _size;
        private readonly int _channels;

        public PaddedPlanes(ConvolutionSize size, int channels)
        {
            _size = size;
            _channels = channels;
            Height = Math.Max(size.PadTop + size.InputHeight, ((size.OutputHeight - 1) * size.StrideY) + ((size.KernelHeight - 1) * size.DilationY) + 1);
            Width = Math.Max(size.PadLeft + size.InputWidth, ((size.OutputWidth - 1) * size.StrideX) + ((size.KernelWidth - 1) * size.DilationX) + 1);
            Elements = new float[channels * Height * Width];
        }

        public int Height { get; }

        public int Width { get; }

        public float[] Elements { get; }

        public void Fill(float[] x, int offset)
        {
            for (int c = 0; c < _channels; c++)
                for (int row = 0; row < _size.InputHeight; row++)
                    Array.Copy(x, offset + (((c * _size.InputHeight) + row) * _size.InputWidth), Elements, (((c * Height) + _size.PadTop + row) * Width) + _size.PadLeft, _size.InputWidth);
        }
    }
}
