using System;
using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace RedGen.Compiler.Verify.Network;

/// <summary>
/// Products of a dense matrix with many vectors at once, which stand side by side: element i of all vectors is one row of
/// <c>count</c> doubles. Products and sums are rounded one by one and in order, so that every machine gets the same.
/// </summary>
internal static class DenseProduct
{
    private const int TileRows = 4;

    /// <summary>Adds M·x to y, of some rows and columns of M alone: the others are known to add nothing.</summary>
    /// <param name="matrix">M, by rows.</param>
    /// <param name="stride">M's columns.</param>
    /// <param name="rows">The rows that are wanted.</param>
    /// <param name="columns">The columns whose elements of x are not all zero.</param>
    /// <param name="x">M's columns × count.</param>
    /// <param name="y">M's rows × count.</param>
    /// <param name="count">The number of vectors, a multiple of a hardware vector's length.</param>
    public static void Add(double[] matrix, int stride, ReadOnlySpan<int> rows, ReadOnlySpan<int> columns, ReadOnlySpan<double> x, Span<double> y, int count)
    {
        ReadOnlySpan<Vector<double>> source = MemoryMarshal.Cast<double, Vector<double>>(x);
        Span<Vector<double>> target = MemoryMarshal.Cast<double, Vector<double>>(y);
        int vectors = count / Vector<double>.Count;
        int r = 0;
        for (; r + TileRows <= rows.Length; r += TileRows)
        {
            int v = 0;
            for (; v + 2 <= vectors; v += 2) Tile(matrix, stride, rows.Slice(r, TileRows), columns, source.Slice(v), target.Slice(v), vectors);
            for (int k = r; v < vectors && k < r + TileRows; k++) Row(matrix, rows[k] * stride, columns, source.Slice(v), ref target[(rows[k] * vectors) + v], vectors);
        }

        for (; r < rows.Length; r++)
            for (int v = 0; v < vectors; v++) Row(matrix, rows[r] * stride, columns, source.Slice(v), ref target[(rows[r] * vectors) + v], vectors);
    }

    private static void Row(double[] matrix, int start, ReadOnlySpan<int> columns, ReadOnlySpan<Vector<double>> x, ref Vector<double> y, int vectors)
    {
        Vector<double> sum = y;
        foreach (int column in columns) sum += x[column * vectors] * new Vector<double>(matrix[start + column]);
        y = sum;
    }

    /// <summary>Four rows and two vectors of columns: eight sums stay in registers.</summary>
    private static void Tile(double[] matrix, int stride, ReadOnlySpan<int> rows, ReadOnlySpan<int> columns, ReadOnlySpan<Vector<double>> x, Span<Vector<double>> y, int vectors)
    {
        ref double m = ref MemoryMarshal.GetReference(matrix.AsSpan());
        ref double m0 = ref Unsafe.Add(ref m, rows[0] * stride);
        ref double m1 = ref Unsafe.Add(ref m, rows[1] * stride);
        ref double m2 = ref Unsafe.Add(ref m, rows[2] * stride);
        ref double m3 = ref Unsafe.Add(ref m, rows[3] * stride);
        ref Vector<double> source = ref MemoryMarshal.GetReference(x);
        (int y0, int y1, int y2, int y3) = (rows[0] * vectors, rows[1] * vectors, rows[2] * vectors, rows[3] * vectors);
        (Vector<double> a0, Vector<double> a1, Vector<double> a2, Vector<double> a3) = (y[y0], y[y1], y[y2], y[y3]);
        (Vector<double> b0, Vector<double> b1, Vector<double> b2, Vector<double> b3) = (y[y0 + 1], y[y1 + 1], y[y2 + 1], y[y3 + 1]);
        foreach (int column in columns)
        {
            ref Vector<double> pair = ref Unsafe.Add(ref source, column * vectors);
            (Vector<double> first, Vector<double> second) = (pair, Unsafe.Add(ref pair, 1));
            var w = new Vector<double>(Unsafe.Add(ref m0, column));
            a0 += w * first;
            b0 += w * second;
            w = new Vector<double>(Unsafe.Add(ref m1, column));
            a1 += w * first;
            b1 += w * second;
            w = new Vector<double>(Unsafe.Add(ref m2, column));
            a2 += w * first;
            b2 += w * second;
            w = new Vector<double>(Unsafe.Add(ref m3, column));
            a3 += w * first;
            b3 += w * second;
        }

        (y[y0], y[y1], y[y2], y[y3]) = (a0, a1, a2, a3);
        (y[y0 + 1], y[y1 + 1], y[y2 + 1], y[y3 + 1]) = (b0, b1, b2, b3);
    }
}
