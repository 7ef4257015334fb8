using System;
using System.Collections.Immutable;
using System.Linq;

namespace RedGen.Compiler.Red;

/// <summary>
/// The weights of a layer after hashing: w[i, j] = scale[i] · codebook[index[i, j]], as an outputs × columns matrix. A column is one
/// input channel of the output's group and one tap (channel-major, as ONNX orders the weights of a Conv); for dense layers it is an input.
/// </summary>
public sealed class HashedMatrix
{
    /// <summary>The most values that a codebook holds, so that an index is one character of a <c>u8</c> literal.</summary>
    public const int MaxValues = 127;

    private readonly byte[] _indices;

    /// <summary>Makes a hashed matrix.</summary>
    /// <param name="outputs">Rows.</param>
    /// <param name="columns">Weights of one output.</param>
    /// <param name="codebook">1 to 127 finite values, ascending, all different; what maps to a zero weight is exactly 0.</param>
    /// <param name="scales">One finite factor an output, or empty: all 1.</param>
    /// <param name="indices">outputs × columns positions in the codebook, row-major; not copied, the caller no longer writes to it.</param>
    /// <exception cref="ArgumentException">The parts do not fit together.</exception>
    public HashedMatrix(int outputs, int columns, ImmutableArray<float> codebook, ImmutableArray<float> scales, byte[] indices)
    {
        if (outputs < 0 || columns < 0 || indices.Length != outputs * columns) throw new ArgumentException("The indices are not outputs × columns.", nameof(indices));
        if (codebook.Length is 0 or > MaxValues) throw new ArgumentException("A codebook has 1 to 127 values.", nameof(codebook));
        for (int k = 0; k < codebook.Length; k++)
            if (!IsFinite(codebook[k]) || (k > 0 && codebook[k] <= codebook[k - 1])) throw new ArgumentException("A codebook is ascending and finite.", nameof(codebook));
        if (!scales.IsEmpty && (scales.Length != outputs || !scales.All(IsFinite))) throw new ArgumentException("There is one finite scale an output.", nameof(scales));
        foreach (byte index in indices)
            if (index >= codebook.Length) throw new ArgumentException("An index is beyond the codebook.", nameof(indices));
        Outputs = outputs;
        Columns = columns;
        Codebook = codebook;
        Scales = scales;
        _indices = indices;
    }

    /// <summary>Rows.</summary>
    public int Outputs { get; }

    /// <summary>Weights of one output.</summary>
    public int Columns { get; }

    /// <summary>The values, ascending.</summary>
    public ImmutableArray<float> Codebook { get; }

    /// <summary>One factor an output; empty: all 1.</summary>
    public ImmutableArray<float> Scales { get; }

    /// <summary>Positions in the codebook, row-major.</summary>
    public ReadOnlySpan<byte> Indices => _indices;

    /// <summary>The number of weights.</summary>
    public int Count => _indices.Length;

    /// <summary>The scale of an output.</summary>
    public float Scale(int output) => Scales.IsEmpty ? 1f : Scales[output];

    /// <summary>The codebook's value of a weight, without the scale.</summary>
    public float Code(int output, int column) => Codebook[_indices[(output * Columns) + column]];

    /// <summary>A weight. This float product is the weight that generated code computes with.</summary>
    public float Weight(int output, int column) => Scales.IsEmpty ? Code(output, column) : Scales[output] * Code(output, column);

    /// <summary>All weights, outputs × columns.</summary>
    public float[] ToRows()
    {
        var rows = new float[_indices.Length];
        for (int i = 0; i < rows.Length; i++) rows[i] = Scales.IsEmpty ? Codebook[_indices[i]] : Scales[i / Columns] * Codebook[_indices[i]];
        return rows;
    }

    /// <summary>A run of rows, with the same codebook.</summary>
    public HashedMatrix Slice(int first, int count)
        => new(count, Columns, Codebook, Scales.IsEmpty ? [] : [.. Scales.Skip(first).Take(count)], _indices.AsSpan(first * Columns, count * Columns).ToArray());

    /// <summary>Bytes of indices, codebook and scales as emitted.</summary>
    public long Bytes => Count + (4L * Codebook.Length) + (4L * Scales.Length);

    private static bool IsFinite(float value) => !float.IsNaN(value) && !float.IsInfinity(value);
}
