#nullable enable
using System.Runtime.CompilerServices;
#if NET8_0_OR_GREATER
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
#endif

namespace RedGen.Runtime;

/// <summary>Transposition of matrices of floats, in squares of eight where the processor can.</summary>
internal static class Transposition
{
    private const int BlockRows = 64;

    /// <summary>Writes to[i × toStep + r] = from[r × fromStep + i] for r below <paramref name="rows"/> and i below <paramref name="columns"/>.</summary>
    [MethodImpl(Simd.Hot)]
    internal static void Run(ref float from, nint fromStep, ref float to, nint toStep, int rows, int columns)
    {
        unchecked
        {
            nint done = 0;
#if NET8_0_OR_GREATER
            if (Avx.IsSupported && rows >= 8 && columns >= 8)
            {
                // A block of rows at a time, so that what is read stays in L1 and what is written fills lines.
                for (nint block = 0; block < rows; block += BlockRows)
                {
                    nint end = block + BlockRows < rows ? block + BlockRows : rows;
                    Block(ref from, fromStep, ref to, toStep, block < rows - 8 ? block : rows - 8, end, columns);
                }

                return;
            }
#endif
            // Few rows: a pass over the columns each, four rows at a time so that lines are written once.
            for (; done <= rows - 4; done += 4)
            {
                ref float a = ref Unsafe.Add(ref from, done * fromStep);
                ref float y = ref Unsafe.Add(ref to, done);
                for (nint i = 0; i < columns; i++)
                {
                    y = a;
                    Unsafe.Add(ref y, 1) = Unsafe.Add(ref a, fromStep);
                    Unsafe.Add(ref y, 2) = Unsafe.Add(ref a, 2 * fromStep);
                    Unsafe.Add(ref y, 3) = Unsafe.Add(ref a, 3 * fromStep);
                    a = ref Unsafe.Add(ref a, 1);
                    y = ref Unsafe.Add(ref y, toStep);
                }
            }

#if NET8_0_OR_GREATER
            if (Avx.IsSupported && rows - done == 2 && toStep == 2)
            {
                Pairs(ref Unsafe.Add(ref from, done * fromStep), fromStep, ref Unsafe.Add(ref to, done), columns);
                return;
            }
#endif
            if (rows - done == 3)
            {
                ref float a = ref Unsafe.Add(ref from, done * fromStep);
                ref float y = ref Unsafe.Add(ref to, done);
                nint i = 0;
#if NET8_0_OR_GREATER
                for (; Avx.IsSupported && toStep == 3 && i <= columns - 8; i += 8)
                {
                    Triples(ref a, fromStep, ref y);
                    a = ref Unsafe.Add(ref a, 8);
                    y = ref Unsafe.Add(ref y, 24);
                }
#endif
                for (; i < columns; i++)
                {
                    y = a;
                    Unsafe.Add(ref y, 1) = Unsafe.Add(ref a, fromStep);
                    Unsafe.Add(ref y, 2) = Unsafe.Add(ref a, 2 * fromStep);
                    a = ref Unsafe.Add(ref a, 1);
                    y = ref Unsafe.Add(ref y, toStep);
                }

                return;
            }

            for (; done < rows; done++)
            {
                ref float a = ref Unsafe.Add(ref from, done * fromStep);
                ref float y = ref Unsafe.Add(ref to, done);
                for (nint i = 0; i < columns; i++)
                {
                    Unsafe.Add(ref y, i * toStep) = Unsafe.Add(ref a, i);
                }
            }
        }
    }

#if NET8_0_OR_GREATER
    /// <summary>The last square of each direction moves back to end with the matrix; what is written twice is equal.</summary>
    [MethodImpl(Simd.Hot)]
    private static void Block(ref float from, nint fromStep, ref float to, nint toStep, nint first, nint end, int columns)
    {
        unchecked
        {
            for (nint i = 0; i < columns; i += 8)
            {
                nint column = i <= columns - 8 ? i : columns - 8;
                for (nint r = first; r < end; r += 8)
                {
                    nint row = r <= end - 8 ? r : end - 8;
                    Square(ref Unsafe.Add(ref from, (row * fromStep) + column), fromStep, ref Unsafe.Add(ref to, (column * toStep) + row), toStep);
                }
            }
        }
    }

    /// <summary>Two rows element by element in turn.</summary>
    [MethodImpl(Simd.Hot)]
    private static void Pairs(ref float from, nint fromStep, ref float to, nint columns)
    {
        unchecked
        {
            ref float second = ref Unsafe.Add(ref from, fromStep);
            nint i = 0;
            for (; i <= columns - 8; i += 8)
            {
                Vector256<float> a = Load(ref from, i), b = Load(ref second, i);
                Vector256<float> low = Avx.UnpackLow(a, b), high = Avx.UnpackHigh(a, b);
                Store(Avx.Permute2x128(low, high, 0x20), ref to, 2 * i);
                Store(Avx.Permute2x128(low, high, 0x31), ref to, (2 * i) + 8);
            }

            for (; i < columns; i++)
            {
                Unsafe.Add(ref to, 2 * i) = Unsafe.Add(ref from, i);
                Unsafe.Add(ref to, (2 * i) + 1) = Unsafe.Add(ref second, i);
            }
        }
    }

    /// <summary>Eight columns of three rows, as it comes up for images in colour.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Triples(ref float from, nint fromStep, ref float to)
    {
        unchecked
        {
            // Of floats alone: orders of lanes would be vectors of integers, one more type that the runtime loads before the first call.
            Vector256<float> a = Load(ref from, 0), b = Load(ref from, fromStep), c = Load(ref from, 2 * fromStep);
            Vector256<float> ab = Avx.Shuffle(a, b, 0b10_00_10_00);
            Vector256<float> bc = Avx.Shuffle(b, c, 0b11_01_11_01);
            Vector256<float> ca = Avx.Shuffle(c, a, 0b11_01_10_00);

            // In each half four triples: a b c a, b c a b, c a b c.
            Vector256<float> first = Avx.Shuffle(ab, ca, 0b10_00_10_00);
            Vector256<float> second = Avx.Shuffle(bc, ab, 0b11_01_10_00);
            Vector256<float> third = Avx.Shuffle(ca, bc, 0b11_01_11_01);
            Store(Avx.Permute2x128(first, second, 0x20), ref to, 0);
            Store(Avx.Permute2x128(third, first, 0x30), ref to, 8);
            Store(Avx.Permute2x128(second, third, 0x31), ref to, 16);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Square(ref float from, nint fromStep, ref float to, nint toStep)
    {
        unchecked
        {
            ref float lower = ref Unsafe.Add(ref from, 4 * fromStep);
            Vector256<float> r0 = Load(ref from, 0), r1 = Load(ref from, fromStep), r2 = Load(ref from, 2 * fromStep), r3 = Load(ref from, 3 * fromStep);
            Vector256<float> r4 = Load(ref lower, 0), r5 = Load(ref lower, fromStep), r6 = Load(ref lower, 2 * fromStep), r7 = Load(ref lower, 3 * fromStep);
            Vector256<float> a0 = Avx.UnpackLow(r0, r1), a1 = Avx.UnpackHigh(r0, r1), a2 = Avx.UnpackLow(r2, r3), a3 = Avx.UnpackHigh(r2, r3);
            Vector256<float> a4 = Avx.UnpackLow(r4, r5), a5 = Avx.UnpackHigh(r4, r5), a6 = Avx.UnpackLow(r6, r7), a7 = Avx.UnpackHigh(r6, r7);
            r0 = Avx.Shuffle(a0, a2, 0b01_00_01_00);
            r1 = Avx.Shuffle(a0, a2, 0b11_10_11_10);
            r2 = Avx.Shuffle(a1, a3, 0b01_00_01_00);
            r3 = Avx.Shuffle(a1, a3, 0b11_10_11_10);
            r4 = Avx.Shuffle(a4, a6, 0b01_00_01_00);
            r5 = Avx.Shuffle(a4, a6, 0b11_10_11_10);
            r6 = Avx.Shuffle(a5, a7, 0b01_00_01_00);
            r7 = Avx.Shuffle(a5, a7, 0b11_10_11_10);
            ref float right = ref Unsafe.Add(ref to, 4 * toStep);
            Store(Avx.Permute2x128(r0, r4, 0x20), ref to, 0);
            Store(Avx.Permute2x128(r1, r5, 0x20), ref to, toStep);
            Store(Avx.Permute2x128(r2, r6, 0x20), ref to, 2 * toStep);
            Store(Avx.Permute2x128(r3, r7, 0x20), ref to, 3 * toStep);
            Store(Avx.Permute2x128(r0, r4, 0x31), ref right, 0);
            Store(Avx.Permute2x128(r1, r5, 0x31), ref right, toStep);
            Store(Avx.Permute2x128(r2, r6, 0x31), ref right, 2 * toStep);
            Store(Avx.Permute2x128(r3, r7, 0x31), ref right, 3 * toStep);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<float> Load(ref float origin, nint offset) => Vector256.LoadUnsafe(ref Unsafe.Add(ref origin, offset));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Store(Vector256<float> value, ref float origin, nint offset) => value.StoreUnsafe(ref Unsafe.Add(ref origin, offset));
#endif
}
