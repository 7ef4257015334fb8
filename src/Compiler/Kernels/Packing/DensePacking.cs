using System;

namespace RedGen.Compiler.Kernels.Packing;

/// <summary>
/// The weights of <c>RedGen.Runtime.Dense.Run</c>: [block of 64 outputs][input][output of the block], one stream from beginning to
/// end. The last block is as wide as its outputs need, in multiples of 16; outputs that fill it are zero. One to four outputs beyond
/// such a multiple follow as rows.
/// </summary>
internal static class DensePacking
{
    /// <summary>Outputs in a block (<c>Dense.BlockWidth</c>).</summary>
    private const int BlockWidth = 64;

    /// <summary>More outputs beyond a panel than this are worth one of their own.</summary>
    private const int MostRows = 4;

    /// <summary>Packs weights that lie as outputs × inputs.</summary>
    /// <exception cref="ArgumentException">The length of <paramref name="rows"/> is not outputs × inputs.</exception>
    internal static float[] Pack(float[] rows, int inputs, int outputs)
    {
        if (rows.Length != inputs * outputs)
        {
            throw new ArgumentException("Expected outputs × inputs elements.", nameof(rows));
        }

        int inRows = Rows(outputs);
        int lanes = Padded(outputs - inRows);
        float[] packed = new float[(lanes + inRows) * inputs];
        for (int m = 0; m < outputs - inRows; m++)
        {
            int block = m / BlockWidth * BlockWidth;
            int width = Math.Min(BlockWidth, lanes - block);
            for (int k = 0; k < inputs; k++)
            {
                packed[(block * inputs) + (k * width) + (m % BlockWidth)] = rows[(m * inputs) + k];
            }
        }

        Array.Copy(rows, (outputs - inRows) * inputs, packed, lanes * inputs, inRows * inputs);
        return packed;
    }

    /// <summary>The last outputs whose weights are rows (<c>DenseLayout.Rows</c>).</summary>
    internal static int Rows(int outputs)
    {
        int beyond = outputs % PanelPacking.PanelWidth;
        return outputs > PanelPacking.PanelWidth && beyond <= MostRows ? beyond : 0;
    }

    /// <summary>One number an output, with zeros for those that fill the last panel, so that the kernel reads whole vectors.</summary>
    internal static float[] PadOutputs(float[] values)
    {
        if (Rows(values.Length) > 0)
        {
            return values;
        }

        float[] padded = new float[Padded(values.Length)];
        values.CopyTo(padded, 0);
        return padded;
    }

    /// <summary>Outputs with those that fill the last panel.</summary>
    internal static int Padded(int outputs) => (outputs + PanelPacking.PanelWidth - 1) / PanelPacking.PanelWidth * PanelPacking.PanelWidth;
}
