#nullable enable
using System;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
#if NET8_0_OR_GREATER
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
#endif

namespace RedGen.Runtime;

/// <summary>Transposed matrices of integers; those of 8 bits in blocks of eight by eight, or by threes and fours as images have their colours.</summary>
internal static class IntegerTranspose
{
    /// <summary>Writes [rows, columns] as [columns, rows].</summary>
    [MethodImpl(Simd.Hot)]
    internal static void Run<T>(ReadOnlySpan<T> source, Span<T> target, int rows, int columns)
        where T : struct
    {
        if (rows == 1 || columns == 1)
        {
            source.Slice(0, unchecked(rows * columns)).CopyTo(target);
            return;
        }

        ref T from = ref MemoryMarshal.GetReference(source);
        ref T to = ref MemoryMarshal.GetReference(target);
#if NET8_0_OR_GREATER
        if (Unsafe.SizeOf<T>() == 1 && Ssse3.IsSupported)
        {
            OfBytes(ref Unsafe.As<T, byte>(ref from), ref Unsafe.As<T, byte>(ref to), rows, columns);
            return;
        }
#endif
        Columns(ref from, ref to, rows, columns, 0, rows, 0);
    }

    /// <summary>Some rows from a column on, element by element.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Columns<T>(ref T from, ref T to, int rows, int columns, int row, int count, int column)
        where T : struct
    {
        unchecked
        {
            for (int r = row; r < row + count; r++)
            {
                for (int c = column; c < columns; c++) Unsafe.Add(ref to, (c * rows) + r) = Unsafe.Add(ref from, (r * columns) + c);
            }
        }
    }

#if NET8_0_OR_GREATER
    /// <summary>Of bytes, whatever they stand for: images hold no code for the framework's types.</summary>
    [MethodImpl(Simd.Hot)]
    internal static void OfBytes(ref byte source, ref byte target, int rows, int columns)
    {
        unchecked
        {
            int row = 0;
            if (rows is 3 or 4)
            {
                Columns(ref source, ref target, rows, columns, 0, rows, Colours(ref source, ref target, rows, columns));
                return;
            }

            for (; row <= rows - 8; row += 8) Columns(ref source, ref target, rows, columns, row, 8, Blocks(ref source, ref target, rows, columns, row));
            Columns(ref source, ref target, rows, columns, row, rows - row, 0);
        }
    }

    /// <summary>Eight rows in blocks; the columns done.</summary>
    [MethodImpl(Simd.Hot)]
    private static int Blocks(ref byte source, ref byte target, int rows, int columns, int row)
    {
        unchecked
        {
            ref byte from = ref Unsafe.Add(ref source, row * columns);
            ref byte to = ref Unsafe.Add(ref target, row);
            int column = 0;
            for (; column <= columns - 8; column += 8)
            {
                Vector128<short> ab = Sse2.UnpackLow(Eight(ref from, column), Eight(ref from, columns + column)).AsInt16();
                Vector128<short> cd = Sse2.UnpackLow(Eight(ref from, (2 * columns) + column), Eight(ref from, (3 * columns) + column)).AsInt16();
                Vector128<short> ef = Sse2.UnpackLow(Eight(ref from, (4 * columns) + column), Eight(ref from, (5 * columns) + column)).AsInt16();
                Vector128<short> gh = Sse2.UnpackLow(Eight(ref from, (6 * columns) + column), Eight(ref from, (7 * columns) + column)).AsInt16();
                Vector128<int> first = Sse2.UnpackLow(ab, cd).AsInt32(), second = Sse2.UnpackLow(ef, gh).AsInt32();
                Store(Sse2.UnpackLow(first, second), ref to, rows, column);
                Store(Sse2.UnpackHigh(first, second), ref to, rows, column + 2);
                first = Sse2.UnpackHigh(ab, cd).AsInt32();
                second = Sse2.UnpackHigh(ef, gh).AsInt32();
                Store(Sse2.UnpackLow(first, second), ref to, rows, column + 4);
                Store(Sse2.UnpackHigh(first, second), ref to, rows, column + 6);
            }

            return column;
        }
    }

    /// <summary>Three or four rows, 16 columns at a time; the columns done. A write of 16 bytes may reach into the next columns, which come later.</summary>
    [MethodImpl(Simd.Hot)]
    private static int Colours(ref byte source, ref byte target, int rows, int columns)
    {
        unchecked
        {
            Vector128<byte> places = rows == 4
                ? Vector128.Create((byte)0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15)
                : Vector128.Create((byte)0, 1, 2, 4, 5, 6, 8, 9, 10, 12, 13, 14, 255, 255, 255, 255);
            int column = 0;
            // The last write of a block may not reach behind the target.
            for (; column <= columns - 18; column += 16)
            {
                Vector128<byte> a = Vector128.LoadUnsafe(ref source, (nuint)column), b = Vector128.LoadUnsafe(ref source, (nuint)(columns + column));
                Vector128<byte> c = Vector128.LoadUnsafe(ref source, (nuint)((2 * columns) + column));
                Vector128<byte> d = rows == 4 ? Vector128.LoadUnsafe(ref source, (nuint)((3 * columns) + column)) : default;
                Vector128<short> ab = Sse2.UnpackLow(a, b).AsInt16(), cd = Sse2.UnpackLow(c, d).AsInt16();
                ref byte to = ref Unsafe.Add(ref target, column * rows);
                Ssse3.Shuffle(Sse2.UnpackLow(ab, cd).AsByte(), places).StoreUnsafe(ref to);
                Ssse3.Shuffle(Sse2.UnpackHigh(ab, cd).AsByte(), places).StoreUnsafe(ref to, (nuint)(4 * rows));
                ab = Sse2.UnpackHigh(a, b).AsInt16();
                cd = Sse2.UnpackHigh(c, d).AsInt16();
                Ssse3.Shuffle(Sse2.UnpackLow(ab, cd).AsByte(), places).StoreUnsafe(ref to, (nuint)(8 * rows));
                Ssse3.Shuffle(Sse2.UnpackHigh(ab, cd).AsByte(), places).StoreUnsafe(ref to, (nuint)(12 * rows));
            }

            return column;
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<byte> Eight(ref byte from, int at)
        => Vector128.CreateScalarUnsafe(Unsafe.ReadUnaligned<long>(ref Unsafe.Add(ref from, at))).AsByte();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Store(Vector128<int> two, ref byte to, int rows, int column)
    {
        Unsafe.WriteUnaligned(ref Unsafe.Add(ref to, unchecked(column * rows)), two.AsInt64().ToScalar());
        Unsafe.WriteUnaligned(ref Unsafe.Add(ref to, unchecked((column + 1) * rows)), two.AsInt64().GetElement(1));
    }
#endif
}
