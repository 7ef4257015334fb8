using System;

namespace RedGen.Compiler.Kernels.Packing;

/// <summary>
/// The right operand of <c>RedGen.Runtime.Gemm.Run</c>:
/// [panel of 16 columns][k][column of the panel], so that a kernel streams each panel from its beginning to its end.
/// Columns that fill the last panel are zero.
/// </summary>
internal static class PanelPacking
{
    /// <summary>Columns in a panel (<c>Dense.PanelWidth</c>).</summary>
    internal const int PanelWidth = 16;

    /// <summary>Floats that the packed matrix takes.</summary>
    internal static int Length(int depth, int columns) => (columns + PanelWidth - 1) / PanelWidth * PanelWidth * depth;

    /// <summary>Packs B[depth, columns] (MatMul, Gemm), or its transpose [columns, depth] (Gemm with transB, dense weights).</summary>
    /// <param name="matrix">The row-major matrix.</param>
    /// <param name="depth">Rows of B: what is summed over.</param>
    /// <param name="columns">Columns of B: outputs.</param>
    /// <param name="transposed">True if <paramref name="matrix"/> is [columns, depth].</param>
    /// <exception cref="ArgumentException">The length of <paramref name="matrix"/> is not depth × columns.</exception>
    internal static float[] Pack(float[] matrix, int depth, int columns, bool transposed)
    {
        if (matrix.Length != depth * columns)
        {
            throw new ArgumentException("Expected depth × columns elements.", nameof(matrix));
        }

        float[] packed = new float[Length(depth, columns)];
        for (int column = 0; column < columns; column++)
        {
            int panel = column / PanelWidth * PanelWidth * depth;
            for (int k = 0; k < depth; k++)
            {
                packed[panel + (k * PanelWidth) + (column % PanelWidth)] =
                    transposed ? matrix[(column * depth) + k] : matrix[(k * columns) + column];
            }
        }

        return packed;
    }
}
