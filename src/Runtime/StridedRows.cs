#nullable enable
using System;

namespace RedGen.Runtime;

/// <summary>Rows of floats that stand anywhere in a tensor: a head of a query, keys that are stored transposed.</summary>
/// <param name="span">From the first element of the first row on.</param>
/// <param name="row">The distance of rows.</param>
/// <param name="element">The distance of a row's elements.</param>
public readonly ref struct StridedRows(ReadOnlySpan<float> span, int row, int element = 1)
{
    /// <summary>From the first element of the first row on.</summary>
    public ReadOnlySpan<float> Span { get; } = span;

    /// <summary>The distance of rows.</summary>
    public int Row { get; } = row;

    /// <summary>The distance of a row's elements.</summary>
    public int Element { get; } = element;

    /// <summary>The rows from one on.</summary>
    internal StridedRows From(int first) => new(Span.Slice(unchecked(first * Row)), Row, Element);

    /// <summary>Throws where there are not so many rows of so many elements.</summary>
    internal void Require(int rows, int elements)
    {
        if (rows > 0 && elements > 0 && ((rows - 1L) * Row) + ((elements - 1L) * Element) >= Span.Length) throw new ArgumentException("A span is shorter than its rows need.");
    }
}
