#nullable enable
using System;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
#if NET8_0_OR_GREATER
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
#endif

namespace RedGen.Runtime;

/// <summary>Rows become columns.</summary>
internal static class Transposing
{
    /// <summary>Rows and columns of a block that stays in registers.</summary>
    private const int Block = 8;

    /// <summary>Writes the transpose of rows in panels, [⌈rows / panel⌉, elements, panel], the last one padded with zeros. A panel is a multiple of a vector.</summary>
    [MethodImpl(Simd.Hot)]
    internal static void Panels(in StridedRows rows, int count, int elements, ref float to, int panel)
    {
        unchecked
        {
            ref float from = ref MemoryMarshal.GetReference(rows.Span);
            for (int first = 0; first < count; first += panel)
            {
                int width = Math.Min(panel, count - first);
                ref float source = ref Unsafe.Add(ref from, (nint)first * rows.Row);
                if (width < panel) Clear(ref to, width, elements, panel);
                if (rows.Row == 1) Copy(ref source, rows.Element, width, elements, ref to, panel);
                else Run(ref source, rows.Row, rows.Element, width, elements, ref to, panel);
                to = ref Unsafe.Add(ref to, elements * panel);
            }
        }
    }

    /// <summary>Zeros from a column on: leftovers may be denormal, and slow to compute with.</summary>
    [MethodImpl(Simd.Hot)]
    private static void Clear(ref float to, int first, int elements, int panel)
    {
        unchecked
        {
#if NET8_0_OR_GREATER
            if (Lanes512.IsSupported && panel % default(Lanes512).Count == 0)
            {
                Clear<Lanes512>(ref to, first, elements, panel);
                return;
            }
#endif
            Clear<VectorLanes>(ref to, first, elements, panel);
        }
    }

    [MethodImpl(Simd.Hot)]
    private static void Clear<TLanes>(ref float to, int first, int elements, int panel)
        where TLanes : struct, ILanes<TLanes>
    {
        unchecked
        {
            TLanes v = default;
            int start = first / v.Count * v.Count;
            for (int i = 0; i < elements; i++)
            {
                for (int j = start; j < panel; j += v.Count)
                {
                    v.Store(v.Fill(0f), ref to, j);
                }

                to = ref Unsafe.Add(ref to, panel);
            }
        }
    }

    /// <summary>to[i, j] = from[j, i] for so many rows j and elements i.</summary>
    [MethodImpl(Simd.Hot)]
    internal static void Run(ref float from, nint row, nint element, int rows, int elements, ref float to, nint target)
    {
        unchecked
        {
            int blockRows = 0;
            int blockElements = 0;
#if NET8_0_OR_GREATER
            if (Avx.IsSupported && element == 1)
            {
                blockRows = rows / Block * Block;
                blockElements = elements / Block * Block;
                for (int j = 0; j < blockRows; j += Block)
                {
                    for (int i = 0; i < blockElements; i += Block)
                    {
                        EightByEight(ref Unsafe.Add(ref from, (j * row) + i), row, ref Unsafe.Add(ref to, (i * target) + j), target);
                    }
                }
            }
#endif
            for (int i = 0; i < elements; i++)
            {
                for (int j = i < blockElements ? blockRows : 0; j < rows; j++)
                {
                    Unsafe.Add(ref to, (i * target) + j) = Unsafe.Add(ref from, (j * row) + (i * element));
                }
            }
        }
    }

    /// <summary>Rows that are stored transposed.</summary>
    [MethodImpl(Simd.Hot)]
    private static void Copy(ref float from, nint element, int width, int elements, ref float to, int panel)
    {
        unchecked
        {
#if NET8_0_OR_GREATER
            if (Lanes512.IsSupported && width >= default(Lanes512).Count)
            {
                Copy<Lanes512>(ref from, element, width, elements, ref to, panel);
                return;
            }
#endif
            Copy<VectorLanes>(ref from, element, width, elements, ref to, panel);
        }
    }

    [MethodImpl(Simd.Hot)]
    private static void Copy<TLanes>(ref float from, nint element, int width, int elements, ref float to, int panel)
        where TLanes : struct, ILanes<TLanes>
    {
        unchecked
        {
            TLanes v = default;
            for (int i = 0; i < elements; i++)
            {
                int j = 0;
                for (; j <= width - v.Count; j += v.Count)
                {
                    v.Store(v.Load(ref from, j), ref to, j);
                }

                for (; j < width; j++)
                {
                    Unsafe.Add(ref to, j) = Unsafe.Add(ref from, j);
                }

                from = ref Unsafe.Add(ref from, element);
                to = ref Unsafe.Add(ref to, panel);
            }
        }
    }
#if NET8_0_OR_GREATER
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void EightByEight(ref float from, nint row, ref float to, nint target)
    {
        unchecked
        {
            Quarters(ref from, row, out Vector256<float> a0, out Vector256<float> a1, out Vector256<float> a2, out Vector256<float> a3);
            Quarters(ref Unsafe.Add(ref from, 4 * row), row, out Vector256<float> b0, out Vector256<float> b1, out Vector256<float> b2, out Vector256<float> b3);
            Avx.Permute2x128(a0, b0, 0x20).StoreUnsafe(ref to);
            Avx.Permute2x128(a1, b1, 0x20).StoreUnsafe(ref Unsafe.Add(ref to, target));
            Avx.Permute2x128(a2, b2, 0x20).StoreUnsafe(ref Unsafe.Add(ref to, 2 * target));
            Avx.Permute2x128(a3, b3, 0x20).StoreUnsafe(ref Unsafe.Add(ref to, 3 * target));
            to = ref Unsafe.Add(ref to, 4 * target);
            Avx.Permute2x128(a0, b0, 0x31).StoreUnsafe(ref to);
            Avx.Permute2x128(a1, b1, 0x31).StoreUnsafe(ref Unsafe.Add(ref to, target));
            Avx.Permute2x128(a2, b2, 0x31).StoreUnsafe(ref Unsafe.Add(ref to, 2 * target));
            Avx.Permute2x128(a3, b3, 0x31).StoreUnsafe(ref Unsafe.Add(ref to, 3 * target));
        }
    }

    /// <summary>Of four rows of 8: in lane halves, the columns 0 and 4, 1 and 5, 2 and 6, 3 and 7.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Quarters(ref float from, nint row, out Vector256<float> c0, out Vector256<float> c1, out Vector256<float> c2, out Vector256<float> c3)
    {
        Vector256<float> r0 = Vector256.LoadUnsafe(ref from);
        Vector256<float> r1 = Vector256.LoadUnsafe(ref Unsafe.Add(ref from, row));
        Vector256<float> r2 = Vector256.LoadUnsafe(ref Unsafe.Add(ref from, unchecked(2 * row)));
        Vector256<float> r3 = Vector256.LoadUnsafe(ref Unsafe.Add(ref from, unchecked(3 * row)));
        Vector256<float> low01 = Avx.UnpackLow(r0, r1), high01 = Avx.UnpackHigh(r0, r1);
        Vector256<float> low23 = Avx.UnpackLow(r2, r3), high23 = Avx.UnpackHigh(r2, r3);
        c0 = Avx.Shuffle(low01, low23, 0x44);
        c1 = Avx.Shuffle(low01, low23, 0xEE);
        c2 = Avx.Shuffle(high01, high23, 0x44);
        c3 = Avx.Shuffle(high01, high23, 0xEE);
    }
#endif
}
