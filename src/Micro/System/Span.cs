using System.Runtime.CompilerServices;

namespace System;

/// <summary>
/// Elements in a row. Indices and slices are not checked: lengths of generated code are constants, and the same source runs with
/// checks on the desktop. Defining REDGEN_CHECKED makes the device check too, and stop in <see cref="Internal.Runtime.CompilerHelpers.ThrowHelpers"/>.
/// </summary>
/// <typeparam name="T">The elements.</typeparam>
public readonly ref struct Span<T>
{
    internal readonly ref T Start;
    private readonly int _length;

    /// <summary>Makes a span of what a pointer points to.</summary>
    public unsafe Span(void* pointer, int length)
    {
        Start = ref Unsafe.AsRef<T>(pointer);
        _length = length;
    }

    internal Span(ref T start, int length)
    {
        Start = ref start;
        _length = length;
    }

    /// <summary>How many elements.</summary>
    public int Length => _length;

    /// <summary>An element.</summary>
    public ref T this[int index]
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get
        {
#if REDGEN_CHECKED
            if ((uint)index >= (uint)_length) Internal.Runtime.CompilerHelpers.ThrowHelpers.Stop();
#endif
            return ref Unsafe.Add(ref Start, index);
        }
    }

    /// <summary>A span as one that is read alone.</summary>
    public static implicit operator ReadOnlySpan<T>(Span<T> span) => new(ref span.Start, span._length);

    /// <summary>The elements from one on.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public Span<T> Slice(int start) => Slice(start, _length - start);

    /// <summary>Some elements from one on.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public Span<T> Slice(int start, int length)
    {
#if REDGEN_CHECKED
        if ((uint)start > (uint)_length || (uint)length > (uint)(_length - start)) Internal.Runtime.CompilerHelpers.ThrowHelpers.Stop();
#endif
        return new(ref Unsafe.Add(ref Start, start), length);
    }

    /// <summary>Makes all elements zero.</summary>
    public void Clear() => Fill(default);

    /// <summary>Gives all elements a value.</summary>
    public void Fill(T value)
    {
        ref T at = ref Start;
        for (int i = _length; i > 0; i--)
        {
            at = value;
            at = ref Unsafe.Add(ref at, 1);
        }
    }

    /// <summary>Copies all elements; the spans may overlap.</summary>
    public void CopyTo(Span<T> destination) => ((ReadOnlySpan<T>)this).CopyTo(destination);
}
