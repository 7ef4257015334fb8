using System;

namespace RedGen.Compiler.Kernels.Packing;

/// <summary>
/// The weights of <c>RedGen.Runtime.Convolution</c>: [group][block of 4 output channels][tap][channel of the block], so that
/// the kernel reads four consecutive weights a tap. Channels that fill the last block of a group are zero.
/// </summary>
internal static class ConvBlockPacking
{
    /// <summary>Output channels in a block (<c>Convolution.BlockChannels</c>).</summary>
    internal const int BlockChannels = 4;

    /// <summary>Floats that the packed weights take.</summary>
    internal static int Length(int groups, int outChannels, int taps) =>
        groups * Blocks(groups, outChannels) * BlockChannels * taps;

    /// <summary>Packs ONNX weights.</summary>
    /// <param name="weights">[outChannels, taps], taps = inChannels / groups × kernel sizes.</param>
    /// <param name="groups">Groups; they divide the output channels.</param>
    /// <param name="outChannels">Output channels of all groups.</param>
    /// <param name="taps">Weights of one output channel.</param>
    /// <exception cref="ArgumentException">The length of <paramref name="weights"/> is not outChannels × taps.</exception>
    internal static float[] Pack(float[] weights, int groups, int outChannels, int taps)
    {
        if (weights.Length != outChannels * taps)
        {
            throw new ArgumentException("Expected outChannels × taps weights.", nameof(weights));
        }

        int perGroup = outChannels / groups;
        int groupLength = Blocks(groups, outChannels) * BlockChannels * taps;
        float[] packed = new float[Length(groups, outChannels, taps)];
        for (int channel = 0; channel < outChannels; channel++)
        {
            int group = channel / perGroup;
            int inGroup = channel % perGroup;
            int block = (group * groupLength) + (inGroup / BlockChannels * BlockChannels * taps);
            for (int tap = 0; tap < taps; tap++)
            {
                packed[block + (tap * BlockChannels) + (inGroup % BlockChannels)] = weights[(channel * taps) + tap];
            }
        }

        return packed;
    }

    private static int Blocks(int groups, int outChannels) => ((outChannels / groups) + BlockChannels - 1) / BlockChannels;
}
