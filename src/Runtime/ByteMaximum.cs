#nullable enable
using System;
using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
#if NET8_0_OR_GREATER
using System.Runtime.Intrinsics;
#endif

namespace RedGen.Runtime;

/// <summary>The larger of two rows of 8-bit integers.</summary>
internal static class ByteMaximum
{
    /// <summary>Keeps in the second row what is larger in the first.</summary>
    [MethodImpl(Simd.Hot)]
    internal static void Of<T>(ReadOnlySpan<T> row, Span<T> best)
        where T : struct
    {
        unchecked
        {
            ref byte from = ref MemoryMarshal.GetReference(MemoryMarshal.AsBytes(row));
            ref byte to = ref MemoryMarshal.GetReference(MemoryMarshal.AsBytes(best));
            int i = 0;
            for (; i <= best.Length - Vector<byte>.Count; i += Vector<byte>.Count)
            {
                Vector<T> a = Unsafe.ReadUnaligned<Vector<T>>(ref Unsafe.Add(ref from, i)), b = Unsafe.ReadUnaligned<Vector<T>>(ref Unsafe.Add(ref to, i));
                Unsafe.WriteUnaligned(ref Unsafe.Add(ref to, i), Vector.Max(a, b));
            }
#if NET8_0_OR_GREATER
            if (i <= best.Length - 16)
            {
                Vector128<T> a = Unsafe.ReadUnaligned<Vector128<T>>(ref Unsafe.Add(ref from, i)), b = Unsafe.ReadUnaligned<Vector128<T>>(ref Unsafe.Add(ref to, i));
                Unsafe.WriteUnaligned(ref Unsafe.Add(ref to, i), Vector128.Max(a, b));
                i += 16;
            }
#endif
            for (; i < best.Length; i++)
            {
                byte a = Unsafe.Add(ref from, i);
                ref byte b = ref Unsafe.Add(ref to, i);
                if (typeof(T) == typeof(sbyte) ? (sbyte)a > (sbyte)b : a > b) b = a;
            }
        }
    }
}
