#nullable enable
using System;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace RedGen.Runtime;

/// <summary>Whether two parts of memory have an element in common.</summary>
public static class Aliasing
{
    /// <summary>What <see cref="MemoryExtensions.Overlaps{T}(ReadOnlySpan{T}, ReadOnlySpan{T})"/> tells, of floats: compiled ahead of time, which that is not for floats.</summary>
    /// <param name="a">The one.</param>
    /// <param name="b">The other.</param>
    public static bool Exists(ReadOnlySpan<float> a, ReadOnlySpan<float> b)
    {
        if (a.IsEmpty || b.IsEmpty) return false;
        long distance = (long)Unsafe.ByteOffset(ref MemoryMarshal.GetReference(a), ref MemoryMarshal.GetReference(b));
        return distance < (long)a.Length * sizeof(float) && -distance < (long)b.Length * sizeof(float);
    }
}
