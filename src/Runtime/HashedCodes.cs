#nullable enable
#if NET8_0_OR_GREATER
using System;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace RedGen.Runtime;

/// <summary>How one vector of bytes becomes weights. Structs, so that a kernel is compiled for each with its tables in registers.</summary>
/// <typeparam name="TVector">A vector of floats.</typeparam>
internal interface IHashedCodes<TVector>
    where TVector : struct
{
    /// <summary>The weights of as many bytes as the vector has lanes.</summary>
    TVector Decode(ref byte codes, nint offset);
}

/// <summary>Bytes as 32-bit lanes.</summary>
internal static class CodeLanes
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static Vector256<int> Eight(ref byte codes, nint offset) =>
        Avx2.ConvertToVector256Int32(Vector128.CreateScalarUnsafe(Unsafe.ReadUnaligned<ulong>(ref Unsafe.Add(ref codes, offset))).AsByte());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static Vector512<int> Sixteen(ref byte codes, nint offset) =>
        Avx512F.ConvertToVector512Int32(Unsafe.ReadUnaligned<Vector128<byte>>(ref Unsafe.Add(ref codes, offset)));

    /// <summary>A table that a permute reads with the low bits of a code: entry (first + k) mod its length is value k.</summary>
    internal static void Rotate(ReadOnlySpan<float> values, int first, Span<float> table)
    {
        table.Clear();
        for (int k = 0; k < values.Length; k++)
        {
            table[(first + k) & (table.Length - 1)] = values[k];
        }
    }
}

/// <summary>AVX2: levels, code − zero.</summary>
internal readonly struct Levels256(int zero) : IHashedCodes<Vector256<float>>
{
    private readonly Vector256<int> _zero = Vector256.Create(zero);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public Vector256<float> Decode(ref byte codes, nint offset) => Avx.ConvertToVector256Single(Avx2.Subtract(CodeLanes.Eight(ref codes, offset), _zero));
}

/// <summary>AVX2: up to 8 values, one permute.</summary>
internal readonly struct Lookup8(ReadOnlySpan<float> table) : IHashedCodes<Vector256<float>>
{
    private readonly Vector256<float> _values = Vector256.Create(table);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public Vector256<float> Decode(ref byte codes, nint offset) => Avx2.PermuteVar8x32(_values, CodeLanes.Eight(ref codes, offset));
}

/// <summary>AVX-512: levels, code − zero.</summary>
internal readonly struct WideLevels(int zero) : IHashedCodes<Vector512<float>>
{
    private readonly Vector512<int> _zero = Vector512.Create(zero);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public Vector512<float> Decode(ref byte codes, nint offset) => Avx512F.ConvertToVector512Single(Avx512F.Subtract(CodeLanes.Sixteen(ref codes, offset), _zero));
}

/// <summary>AVX-512: up to 16 values, one permute.</summary>
internal readonly struct WideLookup16(ReadOnlySpan<float> table) : IHashedCodes<Vector512<float>>
{
    private readonly Vector512<float> _values = Vector512.Create(table);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public Vector512<float> Decode(ref byte codes, nint offset) => Avx512F.PermuteVar16x32(_values, CodeLanes.Sixteen(ref codes, offset));
}

/// <summary>AVX-512: up to 32 values, one permute of two registers.</summary>
internal readonly struct WideLookup32(ReadOnlySpan<float> table) : IHashedCodes<Vector512<float>>
{
    private readonly Vector512<float> _low = Vector512.Create(table);
    private readonly Vector512<float> _high = Vector512.Create(table.Slice(16));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public Vector512<float> Decode(ref byte codes, nint offset) => Avx512F.PermuteVar16x32x2(_low, CodeLanes.Sixteen(ref codes, offset), _high);
}
#endif
