#nullable enable
using System;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
#if NET8_0_OR_GREATER
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
#endif

namespace RedGen.Runtime;

/// <summary>A function of 8-bit integers by a table of its 256 values.</summary>
public static class ByteTable
{
    private const int Values = 256;

    /// <summary>Looks every element up.</summary>
    /// <param name="x">The elements, <c>byte</c> or <c>sbyte</c>.</param>
    /// <param name="y">The results, as many; may be the same memory.</param>
    /// <param name="table">256 results in the order of the elements' bits: those of negative elements stand in the second half.</param>
    /// <exception cref="ArgumentException">The table is shorter than 256, or there is no room for the results.</exception>
    [MethodImpl(Simd.Hot)]
    public static void Map<TFrom, TTo>(ReadOnlySpan<TFrom> x, Span<TTo> y, ReadOnlySpan<TTo> table)
        where TFrom : struct
        where TTo : struct
    {
        if (table.Length < Values || y.Length < x.Length) throw new ArgumentException("A table has 256 results, and each element one.");
        ref byte from = ref MemoryMarshal.GetReference(MemoryMarshal.AsBytes(x));
        ref byte to = ref MemoryMarshal.GetReference(MemoryMarshal.AsBytes(y));
        ref byte results = ref MemoryMarshal.GetReference(MemoryMarshal.AsBytes(table));
        int i = 0;
        unchecked
        {
#if NET8_0_OR_GREATER
            if (Avx512Vbmi.IsSupported)
            {
                Vector512<byte> a = Vector512.LoadUnsafe(ref results), b = Vector512.LoadUnsafe(ref results, 64);
                Vector512<byte> c = Vector512.LoadUnsafe(ref results, 128), d = Vector512.LoadUnsafe(ref results, 192);
                for (; i <= x.Length - 64; i += 64)
                {
                    // Seven bits of an element choose in each half, the eighth between the halves.
                    Vector512<byte> bits = Vector512.LoadUnsafe(ref from, (nuint)i);
                    Vector512<byte> lower = Avx512Vbmi.PermuteVar64x8x2(a, bits, b), upper = Avx512Vbmi.PermuteVar64x8x2(c, bits, d);
                    Vector512.ConditionalSelect(Vector512.LessThan(bits.AsSByte(), Vector512<sbyte>.Zero).AsByte(), upper, lower).StoreUnsafe(ref to, (nuint)i);
                }
            }
#endif
            for (; i < x.Length; i++) Unsafe.Add(ref to, i) = Unsafe.Add(ref results, (nint)Unsafe.Add(ref from, i));
        }
    }
}
