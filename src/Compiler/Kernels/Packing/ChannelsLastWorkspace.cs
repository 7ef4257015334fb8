using System;
using System.Linq;
using RedGen.Compiler.Kernels.Linear;
using RedGen.Compiler.Operators.Pooling;

namespace RedGen.Compiler.Kernels.Packing;

/// <summary>
/// The floats of workspace that RedGen.Runtime's ChannelsLastConvolution asks for, so that the planner can place them in the arena: the same
/// formulas, which a test holds equal.
/// </summary>
internal sealed class ChannelsLastWorkspace(ConvLayer layer)
{
    internal const int ChunkPixels = 192;
    internal const int BandFloats = 8192;

    /// <summary>Floats for Run; beyond an int where only absurd paddings or dilations lead.</summary>
    internal double Length => Tables + (CopiesInput ? layer.Window.Axes.Aggregate((double)layer.InChannels, (n, axis) => n * Padded(axis)) : 0);

    /// <summary>Floats for RunPlainInput.</summary>
    internal double PlainInputLength
    {
        get
        {
            WindowAxis height = layer.Window.Height;
            double row = Padded(layer.Window.Width) * layer.InChannels;
            double Rows(int band) => ((band - 1.0) * height.Stride) + ((height.Kernel - 1.0) * height.Dilation) + 1;
            int rows = height.Out;
            while (rows > 1 && Rows(rows) * row > BandFloats) rows--;
            return Tables + (Rows(rows) * row);
        }
    }

    private int Tables => 2 * (layer.Window.KernelLength + ChunkPixels);

    private bool CopiesInput => layer.Window.Axes.Aggregate(2L, (n, axis) => n * Whole(axis)) < layer.Window.OutLength;

    private static double Padded(WindowAxis axis) => ((axis.Out - 1.0) * axis.Stride) + ((axis.Kernel - 1.0) * axis.Dilation) + 1;

    /// <summary>Windows with all taps inside the input.</summary>
    private static long Whole(WindowAxis axis)
    {
        long first = Math.Min(axis.Out, (axis.Before + (long)axis.Stride - 1) / axis.Stride);
        long room = (long)axis.In + axis.Before - ((axis.Kernel - 1L) * axis.Dilation) - 1;
        long end = room < 0 ? 0 : Math.Min(axis.Out, (room / axis.Stride) + 1);
        return Math.Max(0, end - first);
    }
}
