using System;
using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
#if NET
using System.Runtime.Intrinsics;
#endif

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
            int v = WideTiles(matrix, stride, rows.Slice(r, TileRows), columns, x, y, count);
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

#if NET
    /// <summary>The same with vectors twice as long where the machine has them: each sum is the same.</summary>
    /// <returns>The vectors of ordinary length that are done.</returns>
    private static int WideTiles(double[] matrix, int stride, ReadOnlySpan<int> rows, ReadOnlySpan<int> columns, ReadOnlySpan<double> x, Span<double> y, int count)
    {
        if (!Vector512.IsHardwareAccelerated) return 0;
        int first = 0;
        for (; first + (2 * Vector512<double>.Count) <= count; first += 2 * Vector512<double>.Count) WideTile(matrix, stride, rows, columns, x.Slice(first), y.Slice(first), count);
        return first / Vector<double>.Count;
    }

    private static void WideTile(double[] matrix, int stride, ReadOnlySpan<int> rows, ReadOnlySpan<int> columns, ReadOnlySpan<double> x, Span<double> y, int count)
    {
        ref double m = ref MemoryMarshal.GetReference(matrix.AsSpan());
        ref double m0 = ref Unsafe.Add(ref m, rows[0] * stride);
        ref double m1 = ref Unsafe.Add(ref m, rows[1] * stride);
        ref double m2 = ref Unsafe.Add(ref m, rows[2] * stride);
        ref double m3 = ref Unsafe.Add(ref m, rows[3] * stride);
        ref double source = ref MemoryMarshal.GetReference(x);
        ref double target = ref MemoryMarshal.GetReference(y);
        (nuint y0, nuint y1, nuint y2, nuint y3) = ((nuint)(rows[0] * count), (nuint)(rows[1] * count), (nuint)(rows[2] * count), (nuint)(rows[3] * count));
        nuint half = (nuint)Vector512<double>.Count;
        (Vector512<double> a0, Vector512<double> b0) = (Vector512.LoadUnsafe(ref target, y0), Vector512.LoadUnsafe(ref target, y0 + half));
        (Vector512<double> a1, Vector512<double> b1) = (Vector512.LoadUnsafe(ref target, y1), Vector512.LoadUnsafe(ref target, y1 + half));
        (Vector512<double> a2, Vector512<double> b2) = (Vector512.LoadUnsafe(ref target, y2), Vector512.LoadUnsafe(ref target, y2 + half));
        (Vector512<double> a3, Vector512<double> b3) = (Vector512.LoadUnsafe(ref target, y3), Vector512.LoadUnsafe(ref target, y3 + half));
        foreach (int column in columns)
        {
            nuint at = (nuint)(column * count);
            (Vector512<double> first, Vector512<double> second) = (Vector512.LoadUnsafe(ref source, at), Vector512.LoadUnsafe(ref source, at + half));
            Vector512<double> w = Vector512.Create(Unsafe.Add(ref m0, column));
            a0 += w * first;
            b0 += w * second;
            w = Vector512.Create(Unsafe.Add(ref m1, column));
            a1 += w * first;
            b1 += w * second;
            w = Vector512.Create(Unsafe.Add(ref m2, column));
            a2 += w * first;
            b2 += w * second;
            w = Vector512.Create(Unsafe.Add(ref m3, column));
            a3 += w * first;
            b3 += w * second;
        }

        Store(ref target, y0, a0, b0);
        Store(ref target, y1, a1, b1);
        Store(ref target, y2, a2, b2);
        Store(ref target, y3, a3, b3);
    }

    private static void Store(ref double target, nuint at, Vector512<double> first, Vector512<double> second)
    {
        first.StoreUnsafe(ref target, at);
        second.StoreUnsafe(ref target, at + (nuint)Vector512<double>.Count);
    }
#else
    private static int WideTiles(double[] matrix, int stride, ReadOnlySpan<int> rows, ReadOnlySpan<int> columns, ReadOnlySpan<double> x, Span<double> y, int count) => 0;
#endif
}
