using System;

namespace RedGen.Compiler.Kernels.Packing;

/// <summary>
/// The weights of <c>RedGen.Runtime.TransposedPlanes.Run</c>: for each group, [block of three][input channel][taps of the block], where taps are those of all
/// output channels of the group; the last block has those that are left.
/// </summary>
internal static class TransposedPlanePacking
{
    /// <summary>Taps of a block.</summary>
    internal const int BlockRows = 3;

    /// <summary>Packs filters [input channel][taps of all output channels of the group].</summary>
    /// <param name="filters">The constant, as ONNX has it.</param>
    /// <param name="groups">Groups.</param>
    /// <param name="inChannels">Input channels.</param>
    internal static float[] Pack(float[] filters, int groups, int inChannels)
    {
        int channels = inChannels / groups;
        int taps = filters.Length / inChannels;
        float[] packed = new float[filters.Length];
        int at = 0;
        for (int group = 0; group < groups; group++)
        {
            for (int first = 0; first < taps; first += BlockRows)
            {
                int block = Math.Min(BlockRows, taps - first);
                for (int channel = group * channels; channel < (group + 1) * channels; channel++, at += block)
                {
                    Array.Copy(filters, (channel * taps) + first, packed, at, block);
                }
            }
        }

        return packed;
    }
}
