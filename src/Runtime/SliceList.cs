#nullable enable
using System;

namespace RedGen.Runtime;

/// <summary>The slices that a loop collects, one after the other, where only running it tells how many there are.</summary>
/// <typeparam name="T">The type of an element.</typeparam>
public sealed class SliceList<T>
{
    /// <summary>Elements of the first memory.</summary>
    private const int FirstLength = 64;

    private readonly string _node;
    private T[] _elements = new T[FirstLength];
    private int _length;
    private int _count;
    private int[]? _lengths;

    /// <summary>Makes an empty list.</summary>
    /// <param name="node">The node, for messages.</param>
    public SliceList(string node) => _node = node;

    /// <summary>Adds a slice.</summary>
    /// <param name="length">The number of its elements.</param>
    /// <returns>Its elements, to be written before the next slice is added.</returns>
    /// <exception cref="ArgumentException">There are more elements than an array can hold.</exception>
    public Span<T> Add(int length)
    {
        int start = _length;
        long end = (long)start + length;
        if (end > Tensors.ElementLimit) throw new ArgumentException(_node + ": it collects more elements than an array can hold.");
        if (end > _elements.Length) Array.Resize(ref _elements, (int)Math.Min(Tensors.ElementLimit, Math.Max(end, 2L * _elements.Length)));
        _length = (int)end;
        _count = checked(_count + 1);
        return _elements.AsSpan(start, length);
    }

    /// <summary>Adds a slice of a shape that is known at run time only; all must have one.</summary>
    /// <exception cref="ArgumentException">Its shape is not that of the first.</exception>
    public void Add(DynamicTensor<T> slice)
    {
        _lengths ??= slice.Lengths.ToArray();
        if (!slice.Lengths.SequenceEqual(_lengths)) throw new ArgumentException(_node + ": it collects a tensor of shape " + Tensors.Text(slice.Lengths) + " after others of shape " + Tensors.Text(_lengths) + ".");
        slice.Span.CopyTo(Add(slice.Length));
    }

    /// <summary>All slices along a new first axis.</summary>
    /// <param name="lengths">The lengths of a slice; −1 for those that run time decides, which are 0 where there is no slice.</param>
    public DynamicTensor<T> ToTensor(ReadOnlySpan<int> lengths) => ToTensor(lengths, axis: 0, isReversed: false);

    /// <summary>All slices along a new axis.</summary>
    /// <param name="lengths">The lengths of a slice; −1 for those that run time decides, which are 0 where there is no slice.</param>
    /// <param name="axis">The new axis.</param>
    /// <param name="isReversed">Whether the last slice comes first.</param>
    public DynamicTensor<T> ToTensor(ReadOnlySpan<int> lengths, int axis, bool isReversed)
    {
        int outer = 1;
        int inner = 1;
        var all = new int[1 + lengths.Length];
        all[axis] = _count;
        for (int i = 0; i < lengths.Length; i++)
        {
            int length = lengths[i] >= 0 ? lengths[i] : _lengths is null ? 0 : _lengths[i];
            all[i < axis ? i : i + 1] = length;
            if (i < axis) outer = unchecked(outer * length);
            else inner = unchecked(inner * length);
        }

        var elements = new T[_length];
        if (_length == 0) return new DynamicTensor<T>(elements, all);
        for (int slice = 0; slice < _count; slice++)
        {
            int place = isReversed ? _count - 1 - slice : slice;
            for (int o = 0; o < outer; o++)
                _elements.AsSpan(((slice * outer) + o) * inner, inner).CopyTo(elements.AsSpan(((o * _count) + place) * inner));
        }

        return new DynamicTensor<T>(elements, all);
    }
}
