using System;
using System.Numerics;
using System.Runtime.InteropServices;

namespace RedGen.Compiler.Verify.Network;

/// <summary>A matrix of outputs × inputs by rows, of which only what is not zero is stored.</summary>
internal sealed class LinearMap
{
    /// <summary>Elements from which a matrix is kept as a whole: smaller ones gain nothing.</summary>
    private const int FewestDense = 64;

    private readonly int[] _starts;
    private readonly int[] _columns;
    private readonly double[] _values;

    /// <summary>All elements by rows, and of the transpose; null where most are zero.</summary>
    private readonly double[]? _dense;
    private readonly double[]? _transpose;

    /// <summary>Makes a matrix.</summary>
    /// <param name="inputs">The number of columns.</param>
    /// <param name="starts">By row its first element, and the end of the last one.</param>
    /// <param name="columns">The column of each element, ascending in a row.</param>
    /// <param name="values">The elements.</param>
    public LinearMap(int inputs, int[] starts, int[] columns, double[] values)
    {
        Inputs = inputs;
        _starts = starts;
        _columns = columns;
        _values = values;
        if (values.Length * 2L >= (long)inputs * Outputs && values.Length >= FewestDense) (_dense, _transpose) = Dense();
    }

    /// <summary>The number of rows.</summary>
    public int Outputs => _starts.Length - 1;

    /// <summary>The number of columns.</summary>
    public int Inputs { get; }

    /// <summary>The number of elements that are stored.</summary>
    public int Count => _values.Length;

    /// <summary>The columns of a row.</summary>
    public ReadOnlySpan<int> Columns(int row) => _columns.AsSpan(_starts[row], _starts[row + 1] - _starts[row]);

    /// <summary>The values of a row.</summary>
    public ReadOnlySpan<double> Values(int row) => _values.AsSpan(_starts[row], _starts[row + 1] - _starts[row]);

    /// <summary>Adds the image of a vector: y += W·x.</summary>
    public void Apply(ReadOnlySpan<double> x, Span<double> y)
    {
        for (int i = 0; i < y.Length; i++)
        {
            ReadOnlySpan<int> columns = Columns(i);
            ReadOnlySpan<double> values = Values(i);
            double sum = y[i];
            for (int k = 0; k < values.Length; k++) sum += values[k] * x[columns[k]];
            y[i] = sum;
        }
    }

    /// <summary>Adds the image of a vector under the transpose: x += Wᵀ·y.</summary>
    public void ApplyTransposed(ReadOnlySpan<double> y, Span<double> x)
    {
        for (int i = 0; i < y.Length; i++)
        {
            if (y[i] == 0) continue;
            ReadOnlySpan<int> columns = Columns(i);
            ReadOnlySpan<double> values = Values(i);
            for (int k = 0; k < values.Length; k++) x[columns[k]] += values[k] * y[i];
        }
    }

    /// <summary>Adds the image of a box: the least and largest of W·x, and Σ |w|·max |x|.</summary>
    public void Apply(ReadOnlySpan<double> lower, ReadOnlySpan<double> upper, Span<double> low, Span<double> high, Span<double> magnitude)
    {
        for (int i = 0; i < low.Length; i++)
        {
            ReadOnlySpan<int> columns = Columns(i);
            ReadOnlySpan<double> values = Values(i);
            double least = 0, most = 0, sum = 0;
            for (int k = 0; k < values.Length; k++)
            {
                double w = values[k], l = lower[columns[k]], u = upper[columns[k]];
                double a = w * l, b = w * u;
                least += Math.Min(a, b);
                most += Math.Max(a, b);
                sum += Math.Max(Math.Abs(a), Math.Abs(b));
            }

            low[i] += least;
            high[i] += most;
            magnitude[i] += sum;
        }
    }

    /// <summary>
    /// Adds the pull-back of functionals: each is a column of <paramref name="functionals"/> (outputs × count, by rows), and gets
    /// Σᵢ λᵢ·wᵢⱼ in <paramref name="result"/> (inputs × count).
    /// </summary>
    /// <param name="functionals">The functionals λ.</param>
    /// <param name="wanted">The inputs j whose factors are wanted; a matrix that is not dense gives all.</param>
    /// <param name="result">Takes the sums.</param>
    /// <param name="count">The number of functionals.</param>
    public void PullBack(ReadOnlySpan<double> functionals, ReadOnlySpan<int> wanted, Span<double> result, int count)
    {
        if (_transpose is not null)
        {
            Span<int> rows = new int[Outputs];
            DenseProduct.Add(_transpose, Outputs, wanted, rows.Slice(0, FindRows(functionals, rows, count)), functionals, result, count);
            return;
        }

        for (int i = 0; i < Outputs; i++)
        {
            ReadOnlySpan<Vector<double>> source = MemoryMarshal.Cast<double, Vector<double>>(functionals.Slice(i * count, count));
            if (IsZero(source)) continue;
            ReadOnlySpan<int> columns = Columns(i);
            ReadOnlySpan<double> values = Values(i);
            for (int k = 0; k < values.Length; k++) AddScaled(source, values[k], result.Slice(columns[k] * count, count));
        }
    }

    /// <summary>Adds the images of many vectors, the columns of <paramref name="x"/> (inputs × count), to those of <paramref name="y"/> (outputs × count).</summary>
    /// <param name="x">The vectors.</param>
    /// <param name="wanted">The outputs that are wanted; a matrix that is not dense gives all.</param>
    /// <param name="y">Takes the images.</param>
    /// <param name="count">The number of vectors.</param>
    public void Apply(ReadOnlySpan<double> x, ReadOnlySpan<int> wanted, Span<double> y, int count)
    {
        if (_dense is not null)
        {
            Span<int> columns = new int[Inputs];
            DenseProduct.Add(_dense, Inputs, wanted, columns.Slice(0, FindRows(x, columns, count)), x, y, count);
            return;
        }

        for (int i = 0; i < Outputs; i++)
        {
            ReadOnlySpan<int> columns = Columns(i);
            ReadOnlySpan<double> values = Values(i);
            for (int k = 0; k < values.Length; k++) AddScaled(MemoryMarshal.Cast<double, Vector<double>>(x.Slice(columns[k] * count, count)), values[k], y.Slice(i * count, count));
        }
    }

    private static void AddScaled(ReadOnlySpan<Vector<double>> x, double factor, Span<double> y)
    {
        Span<Vector<double>> target = MemoryMarshal.Cast<double, Vector<double>>(y);
        var w = new Vector<double>(factor);
        for (int v = 0; v < target.Length; v++) target[v] += w * x[v];
    }

    /// <summary>The rows of x that are not zero everywhere.</summary>
    private static int FindRows(ReadOnlySpan<double> x, Span<int> rows, int count)
    {
        int found = 0;
        for (int i = 0; i < rows.Length; i++)
            if (!IsZero(MemoryMarshal.Cast<double, Vector<double>>(x.Slice(i * count, count)))) rows[found++] = i;
        return found;
    }

    private static bool IsZero(ReadOnlySpan<Vector<double>> values)
    {
        foreach (Vector<double> value in values)
            if (value != Vector<double>.Zero) return false;
        return true;
    }

    private (double[] Rows, double[] Columns) Dense()
    {
        var dense = new double[Outputs * Inputs];
        var transpose = new double[dense.Length];
        for (int i = 0; i < Outputs; i++)
            for (int k = _starts[i]; k < _starts[i + 1]; k++)
            {
                dense[(i * Inputs) + _columns[k]] = _values[k];
                transpose[(_columns[k] * Outputs) + i] = _values[k];
            }

        return (dense, transpose);
    }
}
