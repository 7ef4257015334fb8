using System.Collections.Generic;
using System.Linq;

namespace RedGen.Compiler.Kernels.Packing;

/// <summary>
/// The weights of <c>RedGen.Runtime.TransposedPhases.Run</c>: for each phase and group, [panel of 16 output channels][taps of the phase][input channel][16].
/// Output channels that fill the last panel are zero.
/// </summary>
internal static class TransposedPhasePacking
{
    /// <summary>Packs filters [input channel][output channel of the group][taps].</summary>
    /// <param name="filters">The constant, as ONNX has it.</param>
    /// <param name="groups">Groups.</param>
    /// <param name="inChannels">Input channels.</param>
    /// <param name="outChannels">Output channels.</param>
    /// <param name="kernel">The kernel's lengths: depth, height, width.</param>
    /// <param name="stride">The strides.</param>
    /// <param name="before">What is cut off at the beginning of each axis.</param>
    internal static float[] Pack(float[] filters, int groups, int inChannels, int outChannels, int[] kernel, int[] stride, int[] before)
    {
        int inGroup = inChannels / groups;
        int outGroup = outChannels / groups;
        int panels = (outGroup + PanelPacking.PanelWidth - 1) / PanelPacking.PanelWidth;
        int taps = kernel[0] * kernel[1] * kernel[2];
        float[] packed = new float[panels * PanelPacking.PanelWidth * inChannels * taps];
        int at = 0;
        foreach (int[] phase in Phases(kernel, stride, before))
        {
            for (int row = 0; row < groups * panels; row++)
            {
                (int group, int first) = (row / panels, row % panels * PanelPacking.PanelWidth);
                foreach (int tap in phase)
                {
                    for (int c = 0; c < inGroup; c++, at += PanelPacking.PanelWidth)
                    {
                        for (int lane = 0; lane < PanelPacking.PanelWidth && first + lane < outGroup; lane++)
                        {
                            packed[at + lane] = filters[(((((group * inGroup) + c) * outGroup) + first + lane) * taps) + tap];
                        }
                    }
                }
            }
        }

        return packed;
    }

    /// <summary>The taps of each phase, in the order of the kernel.</summary>
    private static IEnumerable<int[]> Phases(int[] kernel, int[] stride, int[] before) =>
        from d in Enumerable.Range(0, stride[0])
        from h in Enumerable.Range(0, stride[1])
        from w in Enumerable.Range(0, stride[2])
        select (
            from kd in Taps(kernel[0], stride[0], before[0] + d)
            from kh in Taps(kernel[1], stride[1], before[1] + h)
            from kw in Taps(kernel[2], stride[2], before[2] + w)
            select (((kd * kernel[1]) + kh) * kernel[2]) + kw).ToArray();

    /// <summary>Every stride-th tap, in descending order.</summary>
    private static IEnumerable<int> Taps(int kernel, int stride, int first) => Enumerable.Range(0, kernel).Where(k => (k - first) % stride == 0).Reverse();
}
