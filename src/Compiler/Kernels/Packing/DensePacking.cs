using System;

namespace RedGen.Compiler.Kernels.Packing;

/// <summary>
/// The weights of <c>RedGen.Runtime.Dense.Run</c>: [block of 64 outputs][input][output of the block], one stream from beginning to
/// end. The last block is as wide as its outputs need, in multiples of 16; outputs that fill it are zero.
/// </summary>
internal static class DensePacking
{
    /// <summary>Outputs in a block (<c>Dense.BlockWidth</c>).</summary>
    private const int BlockWidth = 64;

    /// <summary>Packs weights that lie as outputs × inputs.</summary>
    /// <exception cref="ArgumentException">The length of <paramref name="rows"/> is not outputs × inputs.</exception>
    internal static float[] Pack(float[] rows, int inputs, int outputs)
    {
        if (rows.Length != inputs * outputs)
        {
            throw new ArgumentException("Expected outputs × inputs elements.", nameof(rows));
        }

        float[] packed = new float[PanelPacking.Length(inputs, outputs)];
        for (int m = 0; m < outputs; m++)
        {
            int block = m / BlockWidth * BlockWidth;
            int width = Padded(Math.Min(BlockWidth, outputs - block));
            for (int k = 0; k < inputs; k++)
            {
                packed[(block * inputs) + (k * width) + (m % BlockWidth)] = rows[(m * inputs) + k];
            }
        }

        return packed;
    }

    /// <summary>One number an output, with zeros for those that fill the last panel, so that the kernel reads whole vectors.</summary>
    internal static float[] PadOutputs(float[] values)
    {
        float[] padded = new float[Padded(values.Length)];
        values.CopyTo(padded, 0);
        return padded;
    }

    /// <summary>Outputs with those that fill the last panel.</summary>
    internal static int Padded(int outputs) => (outputs + PanelPacking.PanelWidth - 1) / PanelPacking.PanelWidth * PanelPacking.PanelWidth;
}
