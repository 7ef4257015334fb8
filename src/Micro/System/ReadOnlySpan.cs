using System.Runtime.CompilerServices;

namespace System;

/// <summary>Elements in a row that are read alone; unchecked like <see cref="Span{T}"/>. The order of the fields is what ILC fills for constants.</summary>
/// <typeparam name="T">The elements.</typeparam>
public readonly ref struct ReadOnlySpan<T>
{
    internal readonly ref T Start;
    private readonly int _length;

    /// <summary>Makes a span of what a pointer points to: constants, among others.</summary>
    public unsafe ReadOnlySpan(void* pointer, int length)
    {
        Start = ref Unsafe.AsRef<T>(pointer);
        _length = length;
    }

    /// <summary>The compiler asks for it; arrays do not exist.</summary>
    public unsafe ReadOnlySpan(T[] array)
    {
        _ = (object)array;
        Start = ref Unsafe.AsRef<T>(null);
        _length = 0;
    }

    /// <summary>The compiler asks for it; arrays do not exist.</summary>
    public ReadOnlySpan(T[] array, int start, int length)
        : this(array) => _ = start + length;

    internal ReadOnlySpan(ref T start, int length)
    {
        Start = ref start;
        _length = length;
    }

    /// <summary>How many elements.</summary>
    public int Length => _length;

    /// <summary>An element.</summary>
    public ref readonly T this[int index]
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

    /// <summary>The language's conversion of constant arrays, which become data.</summary>
    public static implicit operator ReadOnlySpan<T>(T[] array) => new(array);

    /// <summary>The elements from one on.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public ReadOnlySpan<T> Slice(int start) => Slice(start, _length - start);

    /// <summary>Some elements from one on.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public ReadOnlySpan<T> Slice(int start, int length)
    {
#if REDGEN_CHECKED
        if ((uint)start > (uint)_length || (uint)length > (uint)(_length - start)) Internal.Runtime.CompilerHelpers.ThrowHelpers.Stop();
#endif
        return new(ref Unsafe.Add(ref Start, start), length);
    }

    /// <summary>Copies all elements; backwards where the destination begins inside, so that the spans may overlap.</summary>
    public void CopyTo(Span<T> destination)
    {
#if REDGEN_CHECKED
        if (_length > destination.Length) Internal.Runtime.CompilerHelpers.ThrowHelpers.Stop();
#endif
        ref T from = ref Start, to = ref destination.Start;
        if (Unsafe.IsAddressGreaterThan(ref to, ref from))
        {
            for (int i = _length - 1; i >= 0; i--) Unsafe.Add(ref to, i) = Unsafe.Add(ref from, i);
            return;
        }

        for (int i = _length; i > 0; i--)
        {
            to = from;
            to = ref Unsafe.Add(ref to, 1);
            from = ref Unsafe.Add(ref from, 1);
        }
    }
}
