using System;
using System.Collections.Generic;
using System.Linq;

namespace RedGen.Compiler.Red.Hash;

/// <summary>
/// The codebook of a layer that has few different weights already, as weights that were integers once do: those weights themselves, or, where a codebook
/// holds fewer, the runs of them with the least squared error (exact, by dynamic programming over the sorted values).
/// </summary>
internal sealed class OwnValues
{
    /// <summary>More different weights are a continuum, for which uniform values serve; so are those of which every second is another.</summary>
    private const int Most = 512;

    private readonly double[] _values;

    /// <summary>Sums of the first i values' counts, first and second moments.</summary>
    private readonly double[] _counts, _sums, _squares;

    private OwnValues(SortedDictionary<float, int> counts)
    {
        _values = [.. counts.Keys.Select(v => (double)v)];
        int n = _values.Length, i = 0;
        (_counts, _sums, _squares) = (new double[n + 1], new double[n + 1], new double[n + 1]);
        foreach (int count in counts.Values)
        {
            double value = _values[i];
            (_counts[i + 1], _sums[i + 1], _squares[i + 1]) = (_counts[i] + count, _sums[i] + (count * value), _squares[i] + (count * value * value));
            i++;
        }
    }

    /// <summary>The number of different weights.</summary>
    public int Count => _values.Length;

    /// <summary>Reads the weights of a layer; null where they have too many values.</summary>
    public static OwnValues? TryRead(float[] weights)
    {
        var counts = new SortedDictionary<float, int>();
        foreach (float w in weights)
        {
            // −0 is 0.
            float value = w == 0 ? 0 : w;
            counts[value] = counts.TryGetValue(value, out int count) ? count + 1 : 1;
            if (counts.Count > Math.Min(Most, weights.Length / 2)) return null;
        }

        return new OwnValues(counts);
    }

    /// <summary>At most so many values; zero stays itself.</summary>
    public Codebook Codebook(int most)
    {
        if (Count <= most) return new Codebook([.. _values.Select(v => (float)v)]);
        int[,] starts = Starts(most);
        var values = new SortedSet<float>();
        for (int runs = most, end = Count; runs > 0; end = starts[runs, end], runs--) values.Add((float)Value(starts[runs, end], end));
        return new Codebook([.. values]);
    }

    /// <summary>Where the last run starts when the first values are split into a number of runs.</summary>
    private int[,] Starts(int most)
    {
        var starts = new int[most + 1, Count + 1];
        double[] least = [.. Enumerable.Range(0, Count + 1).Select(end => end == 0 ? 0 : double.PositiveInfinity)];
        for (int runs = 1; runs <= most; runs++)
        {
            double[] next = [.. Enumerable.Repeat(double.PositiveInfinity, Count + 1)];
            for (int end = runs; end <= Count; end++)
            {
                for (int start = end - 1; start >= runs - 1; start--)
                {
                    double error = Error(start, end);
                    if (least[start] + error < next[end]) (next[end], starts[runs, end]) = (least[start] + error, start);
                    // A longer run only gets worse.
                    if (error >= next[end]) break;
                }
            }

            least = next;
        }

        return starts;
    }

    private double Value(int start, int end)
        => HoldsZero(start, end) ? 0 : (_sums[end] - _sums[start]) / (_counts[end] - _counts[start]);

    private double Error(int start, int end)
    {
        double squares = _squares[end] - _squares[start], sum = _sums[end] - _sums[start];
        return Math.Max(0, HoldsZero(start, end) ? squares : squares - (sum * sum / (_counts[end] - _counts[start])));
    }

    private bool HoldsZero(int start, int end)
    {
        int zero = Array.BinarySearch(_values, 0);
        return zero >= start && zero < end;
    }
}
