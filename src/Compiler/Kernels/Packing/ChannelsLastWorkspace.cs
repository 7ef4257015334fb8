using System;

namespace RedGen.Compiler.Kernels.Packing;

/// <summary>
/// The floats of workspace that RedGen.Runtime's ChannelsLastConvolution asks for, so that the planner can place them in the arena: the same
/// formulas, which a test holds equal. All arrays are [depth, height, width]. Sizes that leave an int, as only absurd paddings or dilations
/// do, are for the planner to refuse.
/// </summary>
internal sealed class ChannelsLastWorkspace(int inChannels, int[] input, int[] output, int[] kernel, int[] stride, int[] dilation, int[] padBefore)
{
    internal const int ChunkPixels = 192;
    internal const int BandFloats = 8192;

    /// <summary>Floats for Run.</summary>
    internal double Length => Tables + (CopiesInput ? inChannels * Padded(0) * Padded(1) * Padded(2) : 0);

    /// <summary>Floats for RunPlainInput.</summary>
    internal double PlainInputLength
    {
        get
        {
            double row = Padded(2) * inChannels;
            double Rows(int band) => ((band - 1.0) * stride[1]) + ((kernel[1] - 1.0) * dilation[1]) + 1;
            int rows = output[1];
            while (rows > 1 && Rows(rows) * row > BandFloats) rows--;
            return Tables + (Rows(rows) * row);
        }
    }

    private int Tables => 2 * ((kernel[0] * kernel[1] * kernel[2]) + ChunkPixels);

    private bool CopiesInput => 2L * Whole(0) * Whole(1) * Whole(2) < (long)output[0] * output[1] * output[2];

    private double Padded(int axis) => ((output[axis] - 1.0) * stride[axis]) + ((kernel[axis] - 1.0) * dilation[axis]) + 1;

    /// <summary>Windows with all taps inside the input.</summary>
    private long Whole(int axis)
    {
        long first = Math.Min(output[axis], (padBefore[axis] + (long)stride[axis] - 1) / stride[axis]);
        long room = (long)input[axis] + padBefore[axis] - ((kernel[axis] - 1L) * dilation[axis]) - 1;
        long end = room < 0 ? 0 : Math.Min(output[axis], (room / stride[axis]) + 1);
        return Math.Max(0, end - first);
    }
}
