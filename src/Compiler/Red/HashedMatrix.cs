using System;
using System.Collections.Immutable;
using System.Linq;

namespace RedGen.Compiler.Red;

/// <summary>
/// The weights of a layer after hashing: w[i, j] = scale[i] · codebook[index[i, j]], as an outputs × columns matrix. A column is one
/// input channel of the output's group and one tap (channel-major, as ONNX orders the weights of a Conv); for dense layers it is an input.
/// Where one codebook is too coarse, a second one follows it: w[i, j] = scale[i] · codebook[index[i, j]] + scale[i] · fine[digit[i, j]].
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
    /// <param name="fine">What is added to each weight; null: nothing.</param>
    /// <exception cref="ArgumentException">The parts do not fit together.</exception>
    public HashedMatrix(int outputs, int columns, ImmutableArray<float> codebook, ImmutableArray<float> scales, byte[] indices, FineCodes? fine = null)
    {
        if (outputs < 0 || columns < 0 || indices.Length != outputs * columns) throw new ArgumentException("The indices are not outputs × columns.", nameof(indices));
        if (codebook.Length is 0 or > MaxValues) throw new ArgumentException("A codebook has 1 to 127 values.", nameof(codebook));
        for (int k = 0; k < codebook.Length; k++)
            if (!IsFinite(codebook[k]) || (k > 0 && codebook[k] <= codebook[k - 1])) throw new ArgumentException("A codebook is ascending and finite.", nameof(codebook));
        if (!scales.IsEmpty && (scales.Length != outputs || !scales.All(IsFinite))) throw new ArgumentException("There is one finite scale an output.", nameof(scales));
        foreach (byte index in indices)
            if (index >= codebook.Length) throw new ArgumentException("An index is beyond the codebook.", nameof(indices));
        if (fine is not null && fine.Digits.Length != indices.Length) throw new ArgumentException("There is one digit a weight.", nameof(fine));
        Outputs = outputs;
        Columns = columns;
        Codebook = codebook;
        Scales = scales;
        Fine = fine;
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

    /// <summary>The second code of each weight; null where there is one only.</summary>
    public FineCodes? Fine { get; }

    /// <summary>The number of values that a weight can have, without the scale.</summary>
    public int ValueCount => Codebook.Length * (Fine?.Values.Length ?? 1);

    /// <summary>The number of weights.</summary>
    public int Count => _indices.Length;

    /// <summary>The scale of an output.</summary>
    public float Scale(int output) => Scales.IsEmpty ? 1f : Scales[output];

    /// <summary>The codebook's value of a weight, without the scale and what is added to it.</summary>
    public float Code(int output, int column) => Codebook[_indices[(output * Columns) + column]];

    /// <summary>A weight. This float is the weight that generated code computes with.</summary>
    public float Weight(int output, int column) => WeightAt((output * Columns) + column, Scale(output));

    /// <summary>All weights, outputs × columns.</summary>
    public float[] ToRows()
    {
        var rows = new float[_indices.Length];
        for (int i = 0; i < rows.Length; i++) rows[i] = WeightAt(i, Scale(i / Columns));
        return rows;
    }

    /// <summary>A run of rows, with the same codebooks.</summary>
    public HashedMatrix Slice(int first, int count) => new(
        count, Columns, Codebook, Scales.IsEmpty ? [] : [.. Scales.Skip(first).Take(count)],
        _indices.AsSpan(first * Columns, count * Columns).ToArray(), Fine?.Slice(first * Columns, count * Columns));

    /// <summary>The same with its columns in another order.</summary>
    /// <param name="order">By new column the old one.</param>
    public HashedMatrix Permuted(int[] order)
    {
        byte[] Move(ReadOnlySpan<byte> from)
        {
            var to = new byte[from.Length];
            for (int i = 0; i < to.Length; i++) to[i] = from[(i / Columns * Columns) + order[i % Columns]];
            return to;
        }

        return new HashedMatrix(Outputs, Columns, Codebook, Scales, Move(_indices), Fine is null ? null : new FineCodes(Fine.Values, Move(Fine.Digits)));
    }

    /// <summary>
    /// The same with one code a weight and twice the columns, those of the codebook before the fine ones: a layer whose input is read twice. Null where one
    /// codebook cannot hold the values of both.
    /// </summary>
    public HashedMatrix? AsPairs()
    {
        if (Fine is null) return this;
        float[] values = [.. Codebook.Concat(Fine.Values).Distinct().OrderBy(v => v)];
        if (values.Length > MaxValues) return null;
        byte[] coarse = [.. Codebook.Select(v => (byte)Array.BinarySearch(values, v))], fine = [.. Fine.Values.Select(v => (byte)Array.BinarySearch(values, v))];
        var indices = new byte[2 * Count];
        for (int i = 0; i < Count; i++)
        {
            int at = (i / Columns * 2 * Columns) + (i % Columns);
            (indices[at], indices[at + Columns]) = (coarse[_indices[i]], fine[Fine.Digits[i]]);
        }

        return new HashedMatrix(Outputs, 2 * Columns, [.. values], Scales, indices);
    }

    /// <summary>Bytes of indices, codebooks and scales as emitted.</summary>
    public long Bytes => Count + (4L * Codebook.Length) + (4L * Scales.Length) + (Fine?.Bytes ?? 0);

    /// <summary>One product by a scale of 1 is exact.</summary>
    private float WeightAt(int i, float scale) => Fine is null ? scale * Codebook[_indices[i]] : (scale * Codebook[_indices[i]]) + (scale * Fine.Values[Fine.Digits[i]]);

    internal static bool IsFinite(float value) => !float.IsNaN(value) && !float.IsInfinity(value);
}
