#nullable enable
using System;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

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
        for (int i = 0; i < bytes.Length; i++) to[i] = Element<T>(bytes[i], zeroPoint);
        to.Slice(bytes.Length).Clear();
    }

    /// <summary>Widens a row to every <paramref name="stride"/>th element.</summary>
    [MethodImpl(Simd.Hot)]
    internal static void Scatter<T>(ReadOnlySpan<T> from, int zeroPoint, Span<short> to, int stride)
        where T : struct
    {
        ReadOnlySpan<byte> bytes = MemoryMarshal.AsBytes(from);
        ref short target = ref MemoryMarshal.GetReference(to.Slice(0, unchecked(((from.Length - 1) * stride) + 1)));
        for (int i = 0; i < bytes.Length; i++) Unsafe.Add(ref target, unchecked(i * stride)) = Element<T>(bytes[i], zeroPoint);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static short Element<T>(byte value, int zeroPoint)
        => unchecked((short)((typeof(T) == typeof(sbyte) ? (sbyte)value : value) - zeroPoint));
}
