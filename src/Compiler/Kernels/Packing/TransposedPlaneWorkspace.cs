using System;

namespace RedGen.Compiler.Kernels.Packing;

/// <summary>
/// The floats of workspace that RedGen.Runtime's TransposedPlanes asks for, so that the planner can place them in the arena: the same formula, which a test
/// holds equal.
/// </summary>
internal static class TransposedPlaneWorkspace
{
    /// <summary>Elements of an input plane, at least.</summary>
    internal const int LeastPlaces = 64;

    private const int Slack = 16;
    private const int TableWidth = 3;
    private const int BandFloats = 65536;

    /// <summary>Floats for Run, with so many channels a group. Lengths, kernel, strides and dilations are [height, width].</summary>
    internal static long Length(int inChannels, int outChannels, int[] input, int[] output, int[] kernel, int[] stride, int[] dilation)
    {
        long taps = (long)outChannels * kernel[0] * kernel[1];
        long reach = (kernel[0] - 1L) * dilation[0];
        long band = Math.Min(Math.Max((stride[0] * (BandFloats / (taps * input[1]))) - reach, stride[0]), output[0]);
        long rows = Math.Min(Math.Max(((band - 1 + reach) / stride[0]) + 1, (LeastPlaces + input[1] - 1) / input[1]), input[0]);
        return (taps * rows * input[1]) + Slack + (stride[1] * (((output[1] + stride[1] - 1L) / stride[1]) + Slack))
            + (TableWidth * kernel[1]) + ((long)LeastPlaces * inChannels) + Slack;
    }
}
