#nullable enable
using System;
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
    /// <summary>Rows that one thread computes together: a multiple of all tiles' heights.</summary>
    private const int RowsTogether = 24;

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
            Dense.RunPanels(a, b, bias, c, depth, columns, activation);
            return;
        }

        int first = LayerShare.Rows(rows, RowsTogether, out int end);
        rows = end - first;
        if (rows <= 0)
        {
            return;
        }

        a = a.Slice(first * depth);
        c = c.Slice(first * columns);
        addend = addend.IsEmpty ? addend : addend.Slice(first * columns);
        GemmPass pass = new(a, b, bias, addend, c, rows, depth, columns);
#if NET8_0_OR_GREATER
        if (Lanes512.IsSupported)
        {
            pass.Run<Lanes512, TActivation>(activation);
            return;
        }
#endif
        pass.Run<VectorLanes, TActivation>(activation);
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
            for (int column = 0; column < columns; column += Dense.PanelWidth)
            {
                int count = Math.Min(Dense.PanelWidth, columns - column);
                if (transposed)
                {
                    Transposition.Run(ref Unsafe.Add(ref from, column * depth), depth, ref to, Dense.PanelWidth, count, depth);
                }
                else
                {
                    CopyPanel(ref Unsafe.Add(ref from, column), columns, ref to, depth, count);
                }

                if (count < Dense.PanelWidth)
                {
                    ClearLanes(ref to, depth, count);
                }

                to = ref Unsafe.Add(ref to, Dense.PanelWidth * depth);
            }
        }
    }

    [MethodImpl(Simd.Hot)]
    private static void CopyPanel(ref float from, int step, ref float to, int depth, int count)
    {
        unchecked
        {
            for (int k = 0; k < depth; k++)
            {
                if (count == Dense.PanelWidth)
                {
                    Unsafe.CopyBlockUnaligned(ref Unsafe.As<float, byte>(ref to), ref Unsafe.As<float, byte>(ref from), Dense.PanelWidth * sizeof(float));
                }
                else
                {
                    TileEnd.CopyPart(ref from, ref to, count);
                }

                from = ref Unsafe.Add(ref from, step);
                to = ref Unsafe.Add(ref to, Dense.PanelWidth);
            }
        }
    }

    [MethodImpl(Simd.Hot)]
    private static void ClearLanes(ref float packed, int depth, int count)
    {
        unchecked
        {
            for (int k = 0; k < depth; k++)
            {
                for (int i = count; i < Dense.PanelWidth; i++)
                {
                    Unsafe.Add(ref packed, i) = 0f;
                }

                packed = ref Unsafe.Add(ref packed, Dense.PanelWidth);
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
