#nullable enable
using System;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace RedGen.Runtime;

/// <summary>
/// Memory that begins where a cache line does: vectors that cross lines take two accesses each, and with 64 bytes every vector would.
/// An array may move later; then reads and writes are slower, nothing else.
/// </summary>
public static class AlignedMemory
{
    /// <summary>Bytes of a cache line. Memory with room for this many more is sure to hold an aligned part.</summary>
    public const int LineBytes = 64;

    private const int LineFloats = LineBytes / sizeof(float);

    /// <summary>A copy that the garbage collector leaves where it is, with room to begin with a cache line; <see cref="OfCopy"/> is that part.</summary>
    /// <param name="values">What to copy. On .NET Standard it is copied as it stands, since arrays may move there.</param>
    public static float[] Copy(ReadOnlySpan<float> values)
    {
#if NET8_0_OR_GREATER
        float[] copy = GC.AllocateUninitializedArray<float>(values.Length + LineFloats, pinned: true);
        values.CopyTo(Slice(copy, values.Length));
        return copy;
#else
        return values.ToArray();
#endif
    }

    /// <summary>The values in what <see cref="Copy"/> gave.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The array is shorter than a copy can be.</exception>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ReadOnlySpan<float> OfCopy(float[] copy) =>
#if NET8_0_OR_GREATER
        Slice(copy, unchecked(copy.Length - LineFloats));
#else
        copy;
#endif

    /// <summary>The part of <paramref name="memory"/> that is <paramref name="length"/> elements long and begins with a cache line, if there is room for it; else its end.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The memory is shorter than that.</exception>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Span<T> Slice<T>(Span<T> memory, int length)
        where T : unmanaged
    {
        nint address = Unsafe.ByteOffset(ref Unsafe.NullRef<T>(), ref MemoryMarshal.GetReference(memory));
        int skip = unchecked((int)(-address & (LineBytes - 1)) / Unsafe.SizeOf<T>());
        return memory.Slice(Math.Min(skip, unchecked(memory.Length - length)), length);
    }

    /// <summary><see cref="Slice{T}(Span{T}, int)"/> of floats: an instantiation over a framework's type cannot be precompiled, so that the JIT would compile it at the first call.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The memory is shorter than that.</exception>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Span<float> Slice(Span<float> memory, int length)
    {
        nint address = Unsafe.ByteOffset(ref Unsafe.NullRef<float>(), ref MemoryMarshal.GetReference(memory));
        int skip = unchecked((int)(-address & (LineBytes - 1)) / sizeof(float));
        return memory.Slice(Math.Min(skip, unchecked(memory.Length - length)), length);
    }

    /// <inheritdoc cref="Slice(Span{float}, int)"/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Span<byte> Slice(Span<byte> memory, int length)
    {
        nint address = Unsafe.ByteOffset(ref Unsafe.NullRef<byte>(), ref MemoryMarshal.GetReference(memory));
        int skip = unchecked((int)(-address & (LineBytes - 1)));
        return memory.Slice(Math.Min(skip, unchecked(memory.Length - length)), length);
    }
}
