#nullable enable
using System;

namespace RedGen.Runtime;

/// <summary>Where GatherElements reads and ScatterElements writes: at the position of each index, but for one axis.</summary>
internal ref struct ElementPlaces
{
    private readonly string _node;
    private readonly ReadOnlySpan<int> _data;
    private readonly ReadOnlySpan<int> _indices;
    private readonly int[] _strides;
    private readonly int[] _position;
    private readonly int _axis;

    /// <summary>Begins at the first index.</summary>
    public ElementPlaces(string node, ReadOnlySpan<int> data, ReadOnlySpan<int> indices, int axis)
    {
        bool fits = data.Length == indices.Length;
        for (int i = 0; fits && i < data.Length; i++) fits = i == axis || indices[i] <= data[i];
        if (!fits) throw new ArgumentException(node + ": indices of shape " + Tensors.Text(indices) + " do not fit data of shape " + Tensors.Text(data) + ".");
        _node = node;
        _data = data;
        _indices = indices;
        _strides = Tensors.Strides(data);
        _position = new int[data.Length];
        _axis = axis;
    }

    /// <summary>The place that an index names; then goes to the next one.</summary>
    public int Next(long index)
    {
        int at = 0;
        for (int i = 0; i < _position.Length; i++) at += (i == _axis ? Gathering.Index(_node, index, _data[i]) : _position[i]) * _strides[i];
        for (int i = _position.Length - 1; i >= 0 && ++_position[i] == _indices[i]; i--) _position[i] = 0;
        return at;
    }
}

/// <summary>Where GatherND reads and ScatterND writes: slices whose positions the indices hold.</summary>
internal ref struct TuplePlaces
{
    private readonly string _node;
    private readonly ReadOnlySpan<int> _data;
    private readonly ReadOnlySpan<long> _indices;
    private readonly int[] _strides;
    private readonly int _batch;
    private readonly int _depth;
    private readonly int _tuplesPerBatch;
    private int _tuple;

    /// <summary>Begins at the first tuple; the shapes have been checked.</summary>
    public TuplePlaces(string node, ReadOnlySpan<int> data, int batch, int depth, TensorView<long> indices)
    {
        _node = node;
        _data = data;
        _indices = indices.Span;
        _strides = Tensors.Strides(data);
        _batch = batch;
        _depth = depth;
        _tuple = 0;
        int tuples = 1;
        for (int i = batch; i < indices.Rank - 1; i++) tuples = unchecked(tuples * indices.Lengths[i]);
        _tuplesPerBatch = Math.Max(1, tuples);
        int inner = 1;
        for (int i = batch + depth; i < data.Length; i++) inner = unchecked(inner * data[i]);
        Inner = inner;
    }

    /// <summary>The elements of a slice.</summary>
    public int Inner { get; }

    /// <summary>Where the slice of a tuple begins; then goes to the next one.</summary>
    public int Next()
    {
        int at = _batch == 0 ? 0 : _tuple / _tuplesPerBatch * _strides[_batch - 1];
        for (int d = 0; d < _depth; d++)
            at += Gathering.Index(_node, _indices[(_tuple * _depth) + d], _data[_batch + d]) * _strides[_batch + d];
        _tuple++;
        return at;
    }
}
