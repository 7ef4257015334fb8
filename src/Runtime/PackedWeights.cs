#nullable enable
using System;
using System.Runtime.InteropServices;
#if NET8_0_OR_GREATER
using System.Runtime.CompilerServices;
#endif

namespace RedGen.Runtime;

/// <summary>Weights that generated code holds as literals of eight bytes each.</summary>
public static class PackedWeights
{
    /// <summary>Two floats a literal, the first one in the lower half. (<see cref="MemoryMarshal.Cast{TFrom, TTo}(ReadOnlySpan{TFrom})"/> would be compiled at the first call: no image holds it for these types.)</summary>
    /// <param name="literals">The literals, which nothing copies.</param>
    /// <param name="length">Floats: twice the literals, or one less.</param>
    /// <exception cref="ArgumentOutOfRangeException">There are fewer.</exception>
    public static ReadOnlySpan<float> Floats(ReadOnlySpan<ulong> literals, int length)
    {
        if (length < 0 || length > 2L * literals.Length) throw new ArgumentOutOfRangeException(nameof(length));
#if NET8_0_OR_GREATER
        return MemoryMarshal.CreateReadOnlySpan(ref Unsafe.As<ulong, float>(ref MemoryMarshal.GetReference(literals)), length);
#else
        return MemoryMarshal.Cast<ulong, float>(literals).Slice(0, length);
#endif
    }

    /// <summary>Some of the floats of <see cref="Floats(ReadOnlySpan{ulong}, int)"/>.</summary>
    /// <param name="literals">The literals, which nothing copies.</param>
    /// <param name="start">The first float.</param>
    /// <param name="length">How many.</param>
    /// <exception cref="ArgumentOutOfRangeException">They are not all there.</exception>
    public static ReadOnlySpan<float> Floats(ReadOnlySpan<ulong> literals, int start, int length)
    {
        if (start < 0 || length < 0 || (long)start + length > 2L * literals.Length) throw new ArgumentOutOfRangeException(nameof(start));
#if NET8_0_OR_GREATER
        return MemoryMarshal.CreateReadOnlySpan(ref Unsafe.Add(ref Unsafe.As<ulong, float>(ref MemoryMarshal.GetReference(literals)), start), length);
#else
        return MemoryMarshal.Cast<ulong, float>(literals).Slice(start, length);
#endif
    }
}
