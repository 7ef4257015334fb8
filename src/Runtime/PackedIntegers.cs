#nullable enable
using System;
using System.Runtime.CompilerServices;

namespace RedGen.Runtime;

/// <summary>Integers of 4 and 2 bits as ONNX packs them: from the low bits of a byte up.</summary>
public static class PackedIntegers
{
    /// <summary>A signed integer of 4 bits.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static int Int4(ReadOnlySpan<byte> packed, int index) => (UInt4(packed, index) ^ 8) - 8;

    /// <summary>An unsigned integer of 4 bits.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static int UInt4(ReadOnlySpan<byte> packed, int index) => (packed[index >> 1] >> ((index & 1) << 2)) & 15;

    /// <summary>A signed integer of 2 bits.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static int Int2(ReadOnlySpan<byte> packed, int index) => (UInt2(packed, index) ^ 2) - 2;

    /// <summary>An unsigned integer of 2 bits.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static int UInt2(ReadOnlySpan<byte> packed, int index) => (packed[index >> 2] >> ((index & 3) << 1)) & 3;
}
