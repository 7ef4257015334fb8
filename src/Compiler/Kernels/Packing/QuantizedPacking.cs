using System;

namespace RedGen.Compiler.Kernels.Packing;

/// <summary>
/// 8-bit weights in the order of the runtime's QuantizedConvolution: blocks of 16 output channels, in each the runs of taps as steps of
/// four (of two where the layer is depthwise). What fills up is the zero point.
/// </summary>
internal static class QuantizedPacking
{
    private const int Block = 16;

    /// <summary>Packs weights.</summary>
    /// <param name="rows">[channels][inputs][places of the kernel].</param>
    /// <param name="zero">What is taken from every weight.</param>
    /// <param name="groups">Groups.</param>
    /// <param name="channels">Output channels.</param>
    /// <param name="inputs">Input channels of a group.</param>
    /// <param name="sizes">How the kernel divides into runs.</param>
    internal static sbyte[] Pack(ReadOnlySpan<sbyte> rows, sbyte zero, int groups, int channels, int inputs, QuantizedWorkspace sizes)
    {
        int places = rows.Length / channels / inputs;
        int step = sizes.IsDepthwise ? 2 : 4;
        int length = sizes.IsDepthwise ? 1 : ((sizes.RunTaps * inputs) + step - 1) / step * step;
        int taps = ((sizes.RunCount * length) + step - 1) / step * step;
        // A depthwise layer is packed as if it were one group.
        if (sizes.IsDepthwise) groups = 1;
        int outputs = channels / groups;
        int blocks = (outputs + Block - 1) / Block;
        var packed = new sbyte[checked(groups * blocks * taps * Block)];
        packed.AsSpan().Fill(zero);
        for (int m = 0; m < channels; m++)
        {
            int lane = m % outputs % Block;
            int start = ((m / outputs * blocks) + (m % outputs / Block)) * taps * Block;
            for (int place = 0; place < places; place++)
            {
                for (int c = 0; c < inputs; c++)
                {
                    int tap = (place / sizes.RunTaps * length) + (place % sizes.RunTaps * inputs) + c;
                    packed[start + (tap / step * step * Block) + (lane * step) + (tap % step)] = rows[(((m * inputs) + c) * places) + place];
                }
            }
        }

        return packed;
    }
}
