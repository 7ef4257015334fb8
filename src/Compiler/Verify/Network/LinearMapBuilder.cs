using System;
using System.Collections.Generic;
using System.Linq;

namespace RedGen.Compiler.Verify.Network;

/// <summary>Gathers a matrix row by row.</summary>
internal sealed class LinearMapBuilder(int inputs)
{
    /// <summary>Elements of one matrix: 12 bytes each.</summary>
    private const int ElementLimit = 1 << 26;

    private readonly List<int> _starts = [0];
    private readonly List<int> _columns = [];
    private readonly List<double> _values = [];

    /// <summary>Adds an element to the row; columns ascend.</summary>
    /// <exception cref="UnverifiableException">The matrix gets too large.</exception>
    public void Add(int column, double value)
    {
        if (value == 0) return;
        if (_values.Count == ElementLimit) throw new UnverifiableException("has more weights than the analysis has memory for");
        _columns.Add(column);
        _values.Add(value);
    }

    /// <summary>Ends the row.</summary>
    public void EndRow() => _starts.Add(_values.Count);

    /// <summary>The matrix.</summary>
    public LinearMap ToMap() => new(inputs, [.. _starts], [.. _columns], [.. _values]);

    /// <summary>The matrix whose row i has one element at a column: 1, or the factor of that row.</summary>
    /// <param name="inputs">The number of columns.</param>
    /// <param name="columns">By row the column; negative for a row of zeros.</param>
    /// <param name="factors">By row the element; null: 1.</param>
    public static LinearMap Selection(int inputs, int[] columns, double[]? factors = null)
    {
        var builder = new LinearMapBuilder(inputs);
        for (int i = 0; i < columns.Length; i++)
        {
            if (columns[i] >= 0) builder.Add(columns[i], factors is null ? 1 : factors[i]);
            builder.EndRow();
        }

        return builder.ToMap();
    }

    /// <summary>The sum of two matrices of the same lengths.</summary>
    public static LinearMap Sum(LinearMap a, LinearMap b)
    {
        var builder = new LinearMapBuilder(a.Inputs);
        for (int row = 0; row < a.Outputs; row++)
        {
            (int i, int j) = (0, 0);
            ReadOnlySpan<int> left = a.Columns(row), right = b.Columns(row);
            while (i < left.Length || j < right.Length)
            {
                int column = Math.Min(i < left.Length ? left[i] : int.MaxValue, j < right.Length ? right[j] : int.MaxValue);
                double value = i < left.Length && left[i] == column ? a.Values(row)[i++] : 0;
                builder.Add(column, value + (j < right.Length && right[j] == column ? b.Values(row)[j++] : 0));
            }

            builder.EndRow();
        }

        return builder.ToMap();
    }

    /// <summary>The identity.</summary>
    public static LinearMap Identity(int length) => Selection(length, [.. Enumerable.Range(0, length)]);
}
