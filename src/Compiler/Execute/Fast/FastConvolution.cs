using System;

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
        int groupIn = size.InputChannels / size.Groups;
        int groupOut = size.OutputChannels / size.Groups;
        int depth = groupIn * size.KernelHeight * size.KernelWidth;
        int pixels = size.OutputHeight * size.OutputWidth;
        var panels = new float[BlockedGemm.PackedLength(depth, pixels)];
        for (int g = 0; g < size.Groups; g++)
        {
            PackColumns(x, xOffset + (g * groupIn * size.InputHeight * size.InputWidth), groupIn, size, panels);
            BlockedGemm.Run(weights, g * groupOut * depth, panels, bias, g * groupOut, y, yOffset + (g * groupOut * pixels), groupOut, depth, pixels);
        }
    }

    /// <summary>Writes, for each panel of pixels, the taps of all channels: the im2col matrix in the layout of a packed B.</summary>
    private static void PackColumns(float[] x, int offset, int channels, ConvolutionSize size, float[] panels)
    {
        int panelColumns = BlockedGemm.PanelColumns;
        int pixels = size.OutputHeight * size.OutputWidth;
        int at = 0;
        var rows = new int[panelColumns];
        var columns = new int[panelColumns];
        for (int start = 0; start < pixels; start += panelColumns)
        {
            int width = Math.Min(panelColumns, pixels - start);
            for (int j = 0; j < width; j++)
            {
                rows[j] = ((start + j) / size.OutputWidth * size.StrideY) - size.PadTop;
                columns[j] = ((start + j) % size.OutputWidth * size.StrideX) - size.PadLeft;
            }

            for (int c = 0; c < channels; c++)
            {
                int plane = offset + (c * size.InputHeight * size.InputWidth);
                for (int ky = 0; ky < size.KernelHeight; ky++)
                {
                    for (int kx = 0; kx < size.KernelWidth; kx++)
                    {
                        for (int j = 0; j < width; j++)
                        {
                            int row = rows[j] + (ky * size.DilationY);
                            int column = columns[j] + (kx * size.DilationX);
                            bool inside = (uint)row < (uint)size.InputHeight && (uint)column < (uint)size.InputWidth;
                            panels[at + j] = inside ? x[plane + (row * size.InputWidth) + column] : 0;
                        }

                        Array.Clear(panels, at + width, panelColumns - width);
                        at += panelColumns;
                    }
                }
            }
        }
    }
}
