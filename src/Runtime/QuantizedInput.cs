#nullable enable
using System;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
#if NET8_0_OR_GREATER
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
#endif

namespace RedGen.Runtime;

/// <summary>8-bit inputs less their zero point, in 16 bits.</summary>
internal static class QuantizedInput
{
    /// <summary>Widens a row and fills it up with zeros.</summary>
    [MethodImpl(Simd.Hot)]
    internal static void Widen<T>(ReadOnlySpan<T> from, int zeroPoint, Span<short> to)
        where T : struct
    {
        ReadOnlySpan<byte> bytes = MemoryMarshal.AsBytes(from);
        for (int i = WidenVectors<T>(bytes, zeroPoint, to); i < bytes.Length; i++) to[i] = Element<T>(bytes[i], zeroPoint);
        to.Slice(bytes.Length).Clear();
    }

    /// <summary>Widens a row to every <paramref name="stride"/>th element.</summary>
    [MethodImpl(Simd.Hot)]
    internal static void Scatter<T>(ReadOnlySpan<T> from, int zeroPoint, Span<short> to, int stride)
        where T : struct
    {
        ReadOnlySpan<byte> bytes = MemoryMarshal.AsBytes(from);
        ref short target = ref MemoryMarshal.GetReference(to.Slice(0, unchecked(((from.Length - 1) * stride) + 1)));
        for (int i = stride == 1 ? WidenVectors<T>(bytes, zeroPoint, to) : 0; i < bytes.Length; i++) Unsafe.Add(ref target, unchecked(i * stride)) = Element<T>(bytes[i], zeroPoint);
    }

    /// <summary>Widens whole vectors; the elements done.</summary>
    [MethodImpl(Simd.Hot)]
    private static int WidenVectors<T>(ReadOnlySpan<byte> from, int zeroPoint, Span<short> to)
        where T : struct
    {
        int i = 0;
#if NET8_0_OR_GREATER
        unchecked
        {
            if (!Avx2.IsSupported || to.Length < from.Length) return 0;
            Vector256<short> zero = Vector256.Create((short)zeroPoint);
            ref byte source = ref MemoryMarshal.GetReference(from);
            ref short target = ref MemoryMarshal.GetReference(to);
            for (; i <= from.Length - 16; i += 16)
            {
                Vector128<byte> x = Vector128.LoadUnsafe(ref source, (nuint)i);
                Vector256<short> wide = typeof(T) == typeof(sbyte) ? Avx2.ConvertToVector256Int16(x.AsSByte()) : Avx2.ConvertToVector256Int16(x);
                (wide - zero).StoreUnsafe(ref target, (nuint)i);
            }
        }
#endif
        return i;
    }

    /// <summary>Turns channels of places into places of channels, eight by eight; the channels done, all places of each.</summary>
    [MethodImpl(Simd.Hot)]
    internal static int TransposeBlocks<T>(ReadOnlySpan<T> x, int zeroPoint, Span<short> rows, int rowLength, int channels, int plane, int first, int count)
        where T : struct
    {
        int c = 0;
#if NET8_0_OR_GREATER
        unchecked
        {
            if (!Sse41.IsSupported) return 0;
            ReadOnlySpan<byte> bytes = MemoryMarshal.AsBytes(x);
            Vector128<short> zero = Vector128.Create((short)zeroPoint);
            for (; c <= channels - 8; c += 8)
            {
                int i = 0;
                for (; i <= count - 8; i += 8)
                {
                    ref byte source = ref Unsafe.Add(ref MemoryMarshal.GetReference(bytes), (c * plane) + first + i);
                    Block<T>(ref source, plane, zero, ref Unsafe.Add(ref MemoryMarshal.GetReference(rows), (i * rowLength) + c), rowLength);
                }

                for (int channel = c; channel < c + 8; channel++)
                {
                    for (int k = i; k < count; k++) rows[(k * rowLength) + channel] = Element<T>(bytes[(channel * plane) + first + k], zeroPoint);
                }
            }
        }
#endif
        return c;
    }

#if NET8_0_OR_GREATER
    /// <summary>Eight channels of eight places, in three rounds of interleaving.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Block<T>(ref byte x, int plane, Vector128<short> zero, ref short to, int rowLength)
        where T : struct
    {
        unchecked
        {
            Vector128<short> a = Eight<T>(ref x, zero), b = Eight<T>(ref Unsafe.Add(ref x, plane), zero);
            Vector128<short> c = Eight<T>(ref Unsafe.Add(ref x, 2 * plane), zero), d = Eight<T>(ref Unsafe.Add(ref x, 3 * plane), zero);
            Vector128<short> e = Eight<T>(ref Unsafe.Add(ref x, 4 * plane), zero), f = Eight<T>(ref Unsafe.Add(ref x, 5 * plane), zero);
            Vector128<short> g = Eight<T>(ref Unsafe.Add(ref x, 6 * plane), zero), h = Eight<T>(ref Unsafe.Add(ref x, 7 * plane), zero);
            Vector128<int> ab = Sse2.UnpackLow(a, b).AsInt32(), ab4 = Sse2.UnpackHigh(a, b).AsInt32();
            Vector128<int> cd = Sse2.UnpackLow(c, d).AsInt32(), cd4 = Sse2.UnpackHigh(c, d).AsInt32();
            Vector128<int> ef = Sse2.UnpackLow(e, f).AsInt32(), ef4 = Sse2.UnpackHigh(e, f).AsInt32();
            Vector128<int> gh = Sse2.UnpackLow(g, h).AsInt32(), gh4 = Sse2.UnpackHigh(g, h).AsInt32();
            StorePair(Sse2.UnpackLow(ab, cd), Sse2.UnpackLow(ef, gh), ref to, rowLength);
            StorePair(Sse2.UnpackHigh(ab, cd), Sse2.UnpackHigh(ef, gh), ref Unsafe.Add(ref to, 2 * rowLength), rowLength);
            StorePair(Sse2.UnpackLow(ab4, cd4), Sse2.UnpackLow(ef4, gh4), ref Unsafe.Add(ref to, 4 * rowLength), rowLength);
            StorePair(Sse2.UnpackHigh(ab4, cd4), Sse2.UnpackHigh(ef4, gh4), ref Unsafe.Add(ref to, 6 * rowLength), rowLength);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void StorePair(Vector128<int> first, Vector128<int> second, ref short to, int rowLength)
    {
        Sse2.UnpackLow(first.AsInt64(), second.AsInt64()).AsInt16().StoreUnsafe(ref to);
        Sse2.UnpackHigh(first.AsInt64(), second.AsInt64()).AsInt16().StoreUnsafe(ref Unsafe.Add(ref to, rowLength));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<short> Eight<T>(ref byte x, Vector128<short> zero)
        where T : struct
    {
        Vector128<byte> bytes = Vector128.CreateScalarUnsafe(Unsafe.ReadUnaligned<ulong>(ref x)).AsByte();
        return (typeof(T) == typeof(sbyte) ? Sse41.ConvertToVector128Int16(bytes.AsSByte()) : Sse41.ConvertToVector128Int16(bytes)) - zero;
    }
#endif

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static short Element<T>(byte value, int zeroPoint)
        => unchecked((short)((typeof(T) == typeof(sbyte) ? (sbyte)value : value) - zeroPoint));
}
