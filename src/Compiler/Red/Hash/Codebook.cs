using System;
using System.Collections.Immutable;
using System.Linq;

namespace RedGen.Compiler.Red.Hash;

/// <summary>The values that normalised weights are rounded to.</summary>
internal sealed class Codebook
{
    private readonly float[] _values;
    private readonly float[] _borders;
    private readonly int _uniform;

    /// <summary>A codebook of any values.</summary>
    /// <param name="values">Ascending, all different.</param>
    public Codebook(ImmutableArray<float> values)
    {
        Values = values;
        _values = [.. values];
        _borders = [.. Enumerable.Range(0, values.Length - 1).Select(k => (values[k] + values[k + 1]) / 2)];
        int half = values.Length / 2;
        _uniform = values.Length % 2 == 1 && values.Select((v, k) => v == k - half).All(same => same) ? half : 0;
    }

    /// <summary>−n … n.</summary>
    public static Codebook Uniform(int magnitudes) => new([.. Enumerable.Range(-magnitudes, (2 * magnitudes) + 1).Select(k => (float)k)]);

    /// <summary>The values, ascending.</summary>
    public ImmutableArray<float> Values { get; }

    /// <summary>The largest magnitude.</summary>
    public float Largest => Math.Max(Math.Abs(_values[0]), Math.Abs(_values[_values.Length - 1]));

    /// <summary>The position of the value nearest to a number.</summary>
    public int Nearest(float value)
    {
        if (_uniform > 0)
        {
            // In double: in float the sum itself would round 0.49999997 up to 1.
            int level = value >= _uniform ? _uniform : value <= -_uniform ? -_uniform : (int)Math.Floor(value + 0.5);
            return level + _uniform;
        }

        int low = 0, high = _borders.Length;
        while (low < high)
        {
            int middle = (low + high) / 2;
            if (value >= _borders[middle]) low = middle + 1;
            else high = middle;
        }

        return low;
    }
}
