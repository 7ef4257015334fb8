#nullable enable
using System;

namespace RedGen.Runtime;

/// <summary>Elements and lengths of a tensor that a kernel reads.</summary>
/// <typeparam name="T">The type of an element.</typeparam>
public readonly ref struct TensorView<T>
{
    /// <summary>Makes a view.</summary>
    /// <param name="span">The elements, row-major.</param>
    /// <param name="lengths">The lengths of the dimensions, which multiply to the number of elements.</param>
    public TensorView(ReadOnlySpan<T> span, ReadOnlySpan<int> lengths)
    {
        Span = span;
        Lengths = lengths;
    }

    /// <summary>The elements, row-major.</summary>
    public ReadOnlySpan<T> Span { get; }

    /// <summary>The lengths of the dimensions, outermost first.</summary>
    public ReadOnlySpan<int> Lengths { get; }

    /// <summary>The number of dimensions.</summary>
    public int Rank => Lengths.Length;

    /// <summary>The view of a tensor.</summary>
    public static implicit operator TensorView<T>(DynamicTensor<T> tensor) => new TensorView<T>(tensor.Span, tensor.Lengths);
}
