#nullable enable
#if NET8_0_OR_GREATER
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace RedGen.Runtime;

/// <summary>The transforms of a tile: its 6 × 6 inputs to values at 36 points, and products at 36 points to 4 × 4 sums.</summary>
internal static class QuantizedWinogradTransforms
{
    /// <summary>The inverse of 9 modulo 2^32.</summary>
    private const int InverseOf9 = 954437177;

    /// <summary>Transforms the inputs of a tile: no value is above 100 · 255.</summary>
    /// <param name="from">The tile's first input.</param>
    /// <param name="line">Elements from row to row.</param>
    /// <param name="channels">Channels.</param>
    /// <param name="to">[points][pitch].</param>
    /// <param name="pitch">Channels, filled up to a vector.</param>
    /// <param name="between">Room for 36 vectors.</param>
    [MethodImpl(Simd.Hot)]
    internal static void Input(ref short from, nint line, nint channels, ref short to, nint pitch, ref short between)
    {
        unchecked
        {
            for (nint c = 0; c < channels; c += Vector512<short>.Count)
            {
                for (nint column = 0; column < 6; column++)
                {
                    Axis(ref Unsafe.Add(ref from, (column * channels) + c), line, ref Unsafe.Add(ref between, column * Vector512<short>.Count), 6 * Vector512<short>.Count);
                }

                for (nint row = 0; row < 6; row++)
                {
                    Axis(ref Unsafe.Add(ref between, 6 * row * Vector512<short>.Count), Vector512<short>.Count, ref Unsafe.Add(ref to, (6 * row * pitch) + c), pitch);
                }
            }
        }
    }

    /// <summary>Transforms the products of a tile: 2^(a + b) · 9 times a sum, modulo 2^32, where a and b are 3, 2, 1, 1 by the sum's place along each axis.</summary>
    /// <param name="from">[points][16].</param>
    /// <param name="to">The sums of the tile's first place.</param>
    /// <param name="row">Integers from a row of places to the next.</param>
    /// <param name="between">Room for 24 vectors.</param>
    [MethodImpl(Simd.Hot)]
    internal static void Output(ref int from, ref int to, nint row, ref int between)
    {
        unchecked
        {
            const int Lanes = QuantizedTile.Block;
            for (nint column = 0; column < 6; column++)
            {
                Sums(ref Unsafe.Add(ref from, column * Lanes), 6 * Lanes, out Vector512<int> a, out Vector512<int> b, out Vector512<int> c, out Vector512<int> d);
                ref int at = ref Unsafe.Add(ref between, column * Lanes);
                a.StoreUnsafe(ref at);
                b.StoreUnsafe(ref Unsafe.Add(ref at, 6 * Lanes));
                c.StoreUnsafe(ref Unsafe.Add(ref at, 12 * Lanes));
                d.StoreUnsafe(ref Unsafe.Add(ref at, 18 * Lanes));
            }

            Vector512<int> inverse = Vector512.Create(InverseOf9);
            Row(ref between, inverse, 3, ref to);
            Row(ref Unsafe.Add(ref between, 6 * Lanes), inverse, 2, ref Unsafe.Add(ref to, row));
            Row(ref Unsafe.Add(ref between, 12 * Lanes), inverse, 1, ref Unsafe.Add(ref to, 2 * row));
            Row(ref Unsafe.Add(ref between, 18 * Lanes), inverse, 1, ref Unsafe.Add(ref to, 3 * row));
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Axis(ref short from, nint stride, ref short to, nint toStride)
    {
        unchecked
        {
            Vector512<short> d0 = Vector512.LoadUnsafe(ref from);
            Vector512<short> d1 = Vector512.LoadUnsafe(ref Unsafe.Add(ref from, stride));
            Vector512<short> d2 = Vector512.LoadUnsafe(ref Unsafe.Add(ref from, 2 * stride));
            Vector512<short> d3 = Vector512.LoadUnsafe(ref Unsafe.Add(ref from, 3 * stride));
            Vector512<short> d4 = Vector512.LoadUnsafe(ref Unsafe.Add(ref from, 4 * stride));
            Vector512<short> d5 = Vector512.LoadUnsafe(ref Unsafe.Add(ref from, 5 * stride));
            Vector512<short> a = d4 - (d2 << 2), b = d3 - (d1 << 2), c = d4 - d2, e = (d3 - d1) << 1;
            (((d0 - d2) << 2) + c).StoreUnsafe(ref to);
            (a + b).StoreUnsafe(ref Unsafe.Add(ref to, toStride));
            (a - b).StoreUnsafe(ref Unsafe.Add(ref to, 2 * toStride));
            (c + e).StoreUnsafe(ref Unsafe.Add(ref to, 3 * toStride));
            (c - e).StoreUnsafe(ref Unsafe.Add(ref to, 4 * toStride));
            (d5 - d3 - (e << 1)).StoreUnsafe(ref Unsafe.Add(ref to, 5 * toStride));
        }
    }

    /// <summary>24, 12, 6 and 6 times the sums along an axis.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Sums(ref int from, nint stride, out Vector512<int> a, out Vector512<int> b, out Vector512<int> c, out Vector512<int> d)
    {
        unchecked
        {
            Vector512<int> m1 = Vector512.LoadUnsafe(ref Unsafe.Add(ref from, stride)), m2 = Vector512.LoadUnsafe(ref Unsafe.Add(ref from, 2 * stride));
            Vector512<int> m3 = Vector512.LoadUnsafe(ref Unsafe.Add(ref from, 3 * stride)), m4 = Vector512.LoadUnsafe(ref Unsafe.Add(ref from, 4 * stride));
            Vector512<int> p = m1 + m2, q = m1 - m2, r = m3 + m4, s = m3 - m4;
            a = Vector512.LoadUnsafe(ref from) + (p << 2) + r;
            b = q + q + s;
            c = p + r;
            d = q + s + s + Vector512.LoadUnsafe(ref Unsafe.Add(ref from, 5 * stride));
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Row(ref int from, Vector512<int> inverse, int twos, ref int to)
    {
        unchecked
        {
            Sums(ref from, QuantizedTile.Block, out Vector512<int> a, out Vector512<int> b, out Vector512<int> c, out Vector512<int> d);
            ((a * inverse) >> (twos + 3)).StoreUnsafe(ref to);
            ((b * inverse) >> (twos + 2)).StoreUnsafe(ref Unsafe.Add(ref to, QuantizedTile.Block));
            ((c * inverse) >> (twos + 1)).StoreUnsafe(ref Unsafe.Add(ref to, 2 * QuantizedTile.Block));
            ((d * inverse) >> (twos + 1)).StoreUnsafe(ref Unsafe.Add(ref to, 3 * QuantizedTile.Block));
        }
    }
}
#endif
