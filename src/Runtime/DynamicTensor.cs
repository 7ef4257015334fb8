#nullable enable
using System;

namespace RedGen;

/// <summary>A tensor whose shape is known at run time only: elements and the lengths of its dimensions.</summary>
/// <typeparam name="T">The type of an element.</typeparam>
public sealed class DynamicTensor<T>
{
    private readonly T[] _elements;
    private readonly int[] _lengths;

    /// <summary>Makes a tensor of given elements.</summary>
    /// <param name="elements">The elements, row-major; the tensor keeps the array.</param>
    /// <param name="lengths">The lengths of the dimensions, outermost first; none for a scalar.</param>
    /// <exception cref="ArgumentException">The lengths do not multiply to the number of elements.</exception>
    public DynamicTensor(T[] elements, ReadOnlySpan<int> lengths)
    {
        long count = 1;
        for (int i = 0; i < lengths.Length; i++) count = lengths[i] == 0 || count == 0 ? 0 : count > int.MaxValue ? count : count * lengths[i];
        if (count != elements.Length) throw new ArgumentException($"The lengths multiply to {count}, but there are {elements.Length} elements.", nameof(lengths));
        _elements = elements;
        _lengths = lengths.ToArray();
    }

    /// <summary>The number of elements.</summary>
    public int Length => _elements.Length;

    /// <summary>The number of dimensions.</summary>
    public int Rank => _lengths.Length;

    /// <summary>The lengths of the dimensions, outermost first.</summary>
    public ReadOnlySpan<int> Lengths => _lengths;

    /// <summary>The elements, row-major.</summary>
    public Span<T> Span => _elements;

    /// <summary>The elements as a new array.</summary>
    public T[] ToArray() => (T[])_elements.Clone();

    /// <summary>The same elements, in the same memory, under other lengths.</summary>
    /// <param name="lengths">The lengths of the dimensions, outermost first.</param>
    /// <exception cref="ArgumentException">The lengths do not multiply to the number of elements.</exception>
    public DynamicTensor<T> Reshape(ReadOnlySpan<int> lengths) => new DynamicTensor<T>(_elements, lengths);
}
