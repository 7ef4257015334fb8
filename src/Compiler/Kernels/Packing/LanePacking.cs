using System;

namespace RedGen.Compiler.Kernels.Packing;

/// <summary>
/// The weights of channels-last convolutions: [group][panel of 16 output channels][tap][input channel of the group][channel of the
/// panel]. Channels that fill the last panel of a group are zero. Without groups and with one tap these are the panels of a product.
/// </summary>
internal static class LanePacking
{
    /// <summary>Output channels in a panel.</summary>
    internal const int PanelWidth = PanelPacking.PanelWidth;

    /// <summary>Packs ONNX weights.</summary>
    /// <param name="weights">[outChannels, columns], columns = input channels of a group × taps.</param>
    /// <param name="groups">Groups; they divide the output channels.</param>
    /// <param name="taps">Places of the kernel; they divide the columns.</param>
    /// <param name="outputs">Output channels of all groups.</param>
    /// <param name="columns">Weights of one output channel.</param>
    internal static float[] Pack(float[] weights, int groups, int taps, int outputs, int columns)
    {
        int perGroup = outputs / groups;
        int inputs = columns / taps;
        int groupLength = (perGroup + PanelWidth - 1) / PanelWidth * PanelWidth * columns;
        var packed = new float[groups * groupLength];
        for (int output = 0; output < outputs; output++)
        {
            int lane = output % perGroup;
            int start = (output / perGroup * groupLength) + (lane / PanelWidth * PanelWidth * columns) + (lane % PanelWidth);
            for (int input = 0; input < inputs; input++)
                for (int tap = 0; tap < taps; tap++)
                    packed[start + (((tap * inputs) + input) * PanelWidth)] = weights[(output * columns) + (input * taps) + tap];
        }

        return packed;
    }

    /// <summary>Packs ONNX weights [outChannels, inChannels, taps] without panels: [tap][input channel][output channel].</summary>
    internal static float[] PackRows(float[] weights, int outputs, int taps)
    {
        int columns = weights.Length / outputs;
        var packed = new float[weights.Length];
        for (int output = 0; output < outputs; output++)
            for (int column = 0; column < columns; column++)
                packed[(((column % taps * (columns / taps)) + (column / taps)) * outputs) + output] = weights[(output * columns) + column];
        return packed;
    }

    /// <summary>Packs the weights of a depthwise convolution: [tap][channel].</summary>
    internal static float[] PackDepthwise(float[] weights, int channels)
    {
        int taps = weights.Length / Math.Max(1, channels);
        var packed = new float[weights.Length];
        for (int c = 0; c < channels; c++)
            for (int tap = 0; tap < taps; tap++)
                packed[(tap * channels) + c] = weights[(c * taps) + tap];
        return packed;
    }
}
