#nullable enable
using System;
using System.Runtime.CompilerServices;
#if NET8_0_OR_GREATER
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
#endif

namespace RedGen.Runtime;

/// <summary>8-bit integers as the kernels want them: less their zero point in 16 bits, or without signs.</summary>
internal static class IntegerWidening
{
    /// <summary>Widens a row.</summary>
    [MethodImpl(Simd.Hot)]
    internal static void Widen(ReadOnlySpan<byte> from, bool isSigned, int zeroPoint, Span<short> to)
    {
        to = to.Slice(0, from.Length);
        int i = 0;
#if NET8_0_OR_GREATER
        unchecked
        {
            ref byte source = ref MemoryMarshal.GetReference(from);
            ref short target = ref MemoryMarshal.GetReference(to);
            if (IntegerLanes512.IsSupported)
            {
                Vector512<short> zero = Vector512.Create((short)zeroPoint);
                for (; i <= from.Length - 32; i += 32)
                {
                    Vector256<byte> x = Vector256.LoadUnsafe(ref source, (nuint)i);
                    ((isSigned ? Avx512BW.ConvertToVector512Int16(x.AsSByte()) : Avx512BW.ConvertToVector512Int16(x)) - zero).StoreUnsafe(ref target, (nuint)i);
                }
            }

            Vector128<short> less = Vector128.Create((short)zeroPoint);
            for (; i <= from.Length - 8; i += 8)
            {
                Vector128<byte> x = Vector128.CreateScalarUnsafe(Unsafe.ReadUnaligned<long>(ref Unsafe.Add(ref source, i))).AsByte();
                ((isSigned ? Vector128.WidenLower(x.AsSByte()) : Vector128.WidenLower(x).AsInt16()) - less).StoreUnsafe(ref target, (nuint)i);
            }
        }
#endif
        for (; i < from.Length; i++) to[i] = unchecked((short)((isSigned ? (sbyte)from[i] : from[i]) - zeroPoint));
    }

    /// <summary>Moves signed integers up by 128.</summary>
    [MethodImpl(Simd.Hot)]
    internal static void FlipSigns(ReadOnlySpan<byte> from, Span<byte> to)
    {
        to = to.Slice(0, from.Length);
        int i = 0;
#if NET8_0_OR_GREATER
        ref byte source = ref MemoryMarshal.GetReference(from);
        ref byte target = ref MemoryMarshal.GetReference(to);
        Vector256<byte> signs = Vector256.Create((byte)128);
        for (; i <= from.Length - 32; i += 32) (Vector256.LoadUnsafe(ref source, (nuint)i) ^ signs).StoreUnsafe(ref target, (nuint)i);
#endif
        for (; i < from.Length; i++) to[i] = (byte)(from[i] ^ 128);
    }
}
