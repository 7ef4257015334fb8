#nullable enable
using System;
using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace RedGen.Runtime;

/// <summary>
/// The matrix product with a packed right operand:
/// C[m, n] = activation(addend[m, n] + bias[n] + Σ over k of A[m, k] × B[k, n]), all row-major. One row takes the
/// <see cref="Dense"/> kernel. <see cref="Pack"/> packs an operand that is not known at build time.
/// </summary>
public static class Gemm
{
    /// <summary>Floats that packed B takes: ⌈columns / 16⌉ × depth × 16.</summary>
    public static int PackedLength(int depth, int columns) =>
        (columns + Dense.PanelWidth - 1) / Dense.PanelWidth * Dense.PanelWidth * depth;

    /// <summary>Computes C from A and packed B.</summary>
    /// <param name="a">[rows, depth].</param>
    /// <param name="b">Packed [⌈columns / 16⌉][depth][16]; lanes beyond the last column are zero.</param>
    /// <param name="bias">[columns], or empty for none.</param>
    /// <param name="addend">[rows, columns], or empty for none. It may be C itself.</param>
    /// <param name="c">[rows, columns]; must not overlap A or B.</param>
    /// <param name="rows">Rows of A and C.</param>
    /// <param name="depth">Columns of A, rows of B.</param>
    /// <param name="columns">Columns of B and C.</param>
    /// <param name="activation">Applied to every element.</param>
    /// <exception cref="ArgumentException">A span is shorter than the sizes need.</exception>
    [MethodImpl(Simd.Hot)]
    public static void Run<TActivation>(
        ReadOnlySpan<float> a, ReadOnlySpan<float> b, ReadOnlySpan<float> bias, ReadOnlySpan<float> addend, Span<float> c,
        int rows, int depth, int columns, TActivation activation)
        where TActivation : struct, IActivation
    {
        if (a.Length < rows * depth || b.Length < PackedLength(depth, columns) || c.Length < rows * columns
            || (bias.Length != 0 && bias.Length < columns) || (addend.Length != 0 && addend.Length < rows * columns))
        {
            throw new ArgumentException("A span is shorter than the product's sizes need.");
        }

        if (rows == 1 && addend.IsEmpty)
        {
            Dense.Run(a, b, bias, c, depth, columns, activation);
            return;
        }

        unchecked
        {
            int lanes = Vector<float>.Count;
            int vectors = (columns + lanes - 1) / lanes;

            // The larger operand is walked once, the smaller one stays in the cache.
            bool columnsOutside = columns > rows;
            int rowTiles = (rows + 3) / 4;
            for (int o = 0; o < (columnsOutside ? 1 : rowTiles); o++)
            {
                int done = 0;
                while (done < vectors)
                {
                    // Four left are two and two: a tile of one vector cannot hide the latency of its sums.
                    int left = vectors - done;
                    int width = left == 4 || left == 2 ? 2 : Math.Min(left, 3);
                    for (int i = 0; i < (columnsOutside ? rowTiles : 1); i++)
                    {
                        RunTile(a, b, bias, addend, c, (o + i) * 4, rows, depth, done * lanes, width, columns, activation);
                    }

                    done += width;
                }
            }
        }
    }

    [MethodImpl(Simd.Hot)]
    private static void RunTile<TActivation>(
        ReadOnlySpan<float> a, ReadOnlySpan<float> b, ReadOnlySpan<float> bias, ReadOnlySpan<float> addend, Span<float> c,
        int row, int rows, int depth, int column, int width, int columns, TActivation activation)
        where TActivation : struct, IActivation
    {
        unchecked
        {
            TileSums sums;
            Unsafe.SkipInit(out sums);

            // Rows beyond the last are computed from the last one again and not stored.
            int count = Math.Min(4, rows - row);
            ref float a0 = ref Unsafe.Add(ref MemoryMarshal.GetReference(a), row * depth);
            ref float a1 = ref Unsafe.Add(ref a0, Math.Min(1, count - 1) * depth);
            ref float a2 = ref Unsafe.Add(ref a0, Math.Min(2, count - 1) * depth);
            ref float a3 = ref Unsafe.Add(ref a0, (count - 1) * depth);
            ref float b0 = ref Column(b, column, depth);
            int lanes = Vector<float>.Count;
            if (width == 3)
            {
                ref float b1 = ref Column(b, column + lanes, depth);
                GemmTile.Three(ref a0, ref a1, ref a2, ref a3, ref b0, ref b1, ref Column(b, column + (2 * lanes), depth), depth, ref sums);
            }
            else if (width == 2)
            {
                GemmTile.Two(ref a0, ref a1, ref a2, ref a3, ref b0, ref Column(b, column + lanes, depth), depth, ref sums);
            }
            else
            {
                GemmTile.One(ref a0, ref a1, ref a2, ref a3, ref b0, depth, ref sums);
            }

            for (int r = 0; r < count; r++)
            {
                for (int v = 0; v < width; v++)
                {
                    Finish(TileSums.At(ref sums, r, v), bias, addend, c, row + r, column + (v * lanes), columns, activation);
                }
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ref float Column(ReadOnlySpan<float> b, int column, int depth) =>
        ref Unsafe.Add(
            ref MemoryMarshal.GetReference(b),
            unchecked((column / Dense.PanelWidth * Dense.PanelWidth * depth) + (column % Dense.PanelWidth)));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Finish<TActivation>(
        Vector<float> sum, ReadOnlySpan<float> bias, ReadOnlySpan<float> addend, Span<float> c,
        int row, int column, int columns, TActivation activation)
        where TActivation : struct, IActivation
    {
        unchecked
        {
            int place = (row * columns) + column;
            int count = Math.Min(columns - column, Vector<float>.Count);
            bool whole = count == Vector<float>.Count;
            if (!bias.IsEmpty)
            {
                ref float from = ref Unsafe.Add(ref MemoryMarshal.GetReference(bias), column);
                sum += whole ? Simd.Load(ref from, 0) : Simd.LoadLanes(ref from, 0, count);
            }

            if (!addend.IsEmpty)
            {
                ref float from = ref Unsafe.Add(ref MemoryMarshal.GetReference(addend), place);
                sum += whole ? Simd.Load(ref from, 0) : Simd.LoadLanes(ref from, 0, count);
            }

            ref float to = ref Unsafe.Add(ref MemoryMarshal.GetReference(c), place);
            if (whole)
            {
                Simd.Store(activation.Apply(sum), ref to, 0);
            }
            else
            {
                Simd.StoreLanes(activation.Apply(sum), ref to, 0, count);
            }
        }
    }

    /// <summary>Packs B for <see cref="Run{TActivation}"/>.</summary>
    /// <param name="b">[depth, columns], or [columns, depth] if <paramref name="transposed"/>.</param>
    /// <param name="packed">At least <see cref="PackedLength"/> floats.</param>
    /// <param name="depth">Rows of B.</param>
    /// <param name="columns">Columns of B.</param>
    /// <param name="transposed">True if B is stored transposed.</param>
    /// <exception cref="ArgumentException">A span is shorter than the sizes need.</exception>
    public static void Pack(ReadOnlySpan<float> b, Span<float> packed, int depth, int columns, bool transposed)
    {
        if (b.Length < depth * columns || packed.Length < PackedLength(depth, columns))
        {
            throw new ArgumentException("A span is shorter than the product's sizes need.");
        }

        unchecked
        {
            ref float from = ref MemoryMarshal.GetReference(b);
            ref float to = ref MemoryMarshal.GetReference(packed);
            int rowStep = transposed ? 1 : columns;
            int columnStep = transposed ? depth : 1;
            for (int column = 0; column < columns; column += Dense.PanelWidth)
            {
                PackPanel(
                    ref Unsafe.Add(ref from, column * columnStep), ref to, depth, Math.Min(Dense.PanelWidth, columns - column), rowStep, columnStep);
                to = ref Unsafe.Add(ref to, Dense.PanelWidth * depth);
            }
        }
    }

    [MethodImpl(Simd.Hot)]
    private static void PackPanel(ref float from, ref float to, int depth, int count, int rowStep, int columnStep)
    {
        unchecked
        {
            bool whole = count == Dense.PanelWidth && columnStep == 1;
            for (int k = 0; k < depth; k++)
            {
                if (whole)
                {
                    for (int i = 0; i < Dense.PanelWidth; i += Vector<float>.Count)
                    {
                        Simd.Store(Simd.Load(ref from, i), ref to, i);
                    }
                }
                else
                {
                    int i = 0;
                    for (; i < count; i++)
                    {
                        Unsafe.Add(ref to, i) = Unsafe.Add(ref from, i * columnStep);
                    }

                    for (; i < Dense.PanelWidth; i++)
                    {
                        Unsafe.Add(ref to, i) = 0f;
                    }
                }

                from = ref Unsafe.Add(ref from, rowStep);
                to = ref Unsafe.Add(ref to, Dense.PanelWidth);
            }
        }
    }

    /// <summary>Floats of workspace for <see cref="RunUnpacked{TActivation}"/>: packed B.</summary>
    public static int WorkspaceLength(int depth, int columns) => PackedLength(depth, columns);

    /// <summary>Computes C where B is not known at build time: packs B into the workspace, then as <see cref="Run{TActivation}"/>.</summary>
    /// <param name="a">[rows, depth].</param>
    /// <param name="b">[depth, columns], or [columns, depth] if <paramref name="transposedB"/>.</param>
    /// <param name="bias">[columns], or empty for none.</param>
    /// <param name="addend">[rows, columns], or empty for none. It may be C itself.</param>
    /// <param name="c">[rows, columns]; must not overlap A or B.</param>
    /// <param name="workspace">At least <see cref="WorkspaceLength"/> floats; contents are lost.</param>
    /// <param name="rows">Rows of A and C.</param>
    /// <param name="depth">Columns of A, rows of B.</param>
    /// <param name="columns">Columns of B and C.</param>
    /// <param name="transposedB">True if B is stored transposed.</param>
    /// <param name="activation">Applied to every element.</param>
    /// <exception cref="ArgumentException">A span is shorter than the sizes need.</exception>
    public static void RunUnpacked<TActivation>(
        ReadOnlySpan<float> a, ReadOnlySpan<float> b, ReadOnlySpan<float> bias, ReadOnlySpan<float> addend, Span<float> c,
        Span<float> workspace, int rows, int depth, int columns, bool transposedB, TActivation activation)
        where TActivation : struct, IActivation
    {
        Pack(b, workspace, depth, columns, transposedB);
        Run(a, workspace, bias, addend, c, rows, depth, columns, activation);
    }
}
