using System;
using System.Numerics;

namespace RedGen.Compiler.Execute.Fast;

/// <summary>
/// C = A · B in float32, row-major, for the fast evaluator: B is packed into panels of two vectors a row, and a tile of
/// four rows by one panel is summed in registers. The order of summation over k is that of the plain loop.
/// </summary>
internal static class BlockedGemm
{
    private const int TileRows = 4;

    /// <summary>Columns of a panel.</summary>
    public static readonly int PanelColumns = 2 * Vector<float>.Count;

    /// <summary>Elements of a packed matrix of <paramref name="depth"/> × <paramref name="columns"/>.</summary>
    public static int PackedLength(int depth, int columns) => (columns + PanelColumns - 1) / PanelColumns * PanelColumns * depth;

    /// <summary>Packs B [depth, columns], or its transpose [columns, depth]; the last panel is filled up with zeros.</summary>
    public static void Pack(float[] b, int offset, int depth, int columns, bool transposed, float[] packed)
    {
        int at = 0;
        for (int start = 0; start < columns; start += PanelColumns)
        {
            int width = Math.Min(PanelColumns, columns - start);
            for (int k = 0; k < depth; k++)
            {
                for (int j = 0; j < width; j++)
                    packed[at + j] = transposed ? b[offset + ((start + j) * depth) + k] : b[offset + (k * columns) + start + j];
                Array.Clear(packed, at + width, PanelColumns - width);
                at += PanelColumns;
            }
        }
    }

    /// <summary>c[rows, columns] = a[rows, depth] · B + bias, with B packed and the bias by row or absent.</summary>
    public static void Run(float[] a, int aOffset, float[] packed, float[]? rowBias, int biasOffset, float[] c, int cOffset, int rows, int depth, int columns)
    {
        var tile = new float[TileRows * PanelColumns];
        for (int start = 0; start < columns; start += PanelColumns)
        {
            int width = Math.Min(PanelColumns, columns - start);
            int panel = start * depth;
            for (int row = 0; row < rows; row += TileRows)
            {
                int height = Math.Min(TileRows, rows - row);
                if (height == TileRows) Tile4(a, aOffset + (row * depth), packed, panel, depth, tile);
                else TileSlow(a, aOffset + (row * depth), packed, panel, depth, height, tile);
                for (int i = 0; i < height; i++)
                {
                    float bias = rowBias is null ? 0 : rowBias[biasOffset + row + i];
                    int to = cOffset + ((row + i) * columns) + start;
                    for (int j = 0; j < width; j++) c[to + j] = tile[(i * PanelColumns) + j] + bias;
                }
            }
        }
    }

    private static void Tile4(float[] a, int aOffset, float[] packed, int panel, int depth, float[] tile)
    {
        int lanes = Vector<float>.Count;
        Vector<float> c00 = default, c01 = default, c10 = default, c11 = default, c20 = default, c21 = default, c30 = default, c31 = default;
        int a1 = aOffset + depth, a2 = a1 + depth, a3 = a2 + depth;
        for (int k = 0; k < depth; k++)
        {
            var b0 = new Vector<float>(packed, panel);
            var b1 = new Vector<float>(packed, panel + lanes);
            panel += 2 * lanes;
            var x = new Vector<float>(a[aOffset + k]);
            c00 += x * b0;
            c01 += x * b1;
            x = new Vector<float>(a[a1 + k]);
            c10 += x * b0;
            c11 += x * b1;
            x = new Vector<float>(a[a2 + k]);
            c20 += x * b0;
            c21 += x * b1;
            x = new Vector<float>(a[a3 + k]);
            c30 += x * b0;
            c31 += x * b1;
        }

        c00.CopyTo(tile, 0);
        c01.CopyTo(tile, lanes);
        c10.CopyTo(tile, 2 * lanes);
        c11.CopyTo(tile, 3 * lanes);
        c20.CopyTo(tile, 4 * lanes);
        c21.CopyTo(tile, 5 * lanes);
        c30.CopyTo(tile, 6 * lanes);
        c31.CopyTo(tile, 7 * lanes);
    }

    private static void TileSlow(float[] a, int aOffset, float[] packed, int panel, int depth, int height, float[] tile)
    {
        int lanes = Vector<float>.Count;
        for (int i = 0; i < height; i++)
        {
            Vector<float> low = default, high = default;
            int at = panel;
            for (int k = 0; k < depth; k++)
            {
                var x = new Vector<float>(a[aOffset + (i * depth) + k]);
                low += x * new Vector<float>(packed, at);
                high += x * new Vector<float>(packed, at + lanes);
                at += 2 * lanes;
            }

            low.CopyTo(tile, i * PanelColumns);
            high.CopyTo(tile, (i * PanelColumns) + lanes);
        }
    }
}
