using System;
using System.Collections.Generic;
using System.Collections.Immutable;
using System.Linq;

namespace RedGen.Compiler.Red.Splitting;

/// <summary>
/// The codebook of a hashed matrix as magnitudes and signs: w[i, j] = scale[i] · sign · value[m]. Where outputs have scales anyhow, the most
/// frequent magnitude is made 1 by moving it into them, since a product by 1 is none; that changes weights by float rounding only.
/// </summary>
internal sealed class Magnitudes
{
    private readonly sbyte[] _maps;

    private Magnitudes(ImmutableArray<float> values, ImmutableArray<float> scales, sbyte[] maps)
    {
        Values = values;
        Scales = scales;
        _maps = maps;
        for (int m = 0; m < values.Length; m++)
        {
            if (values[m] != 1) Products = Products.With(m);
            if (!IsPowerOfTwo(values[m])) TrueProducts = TrueProducts.With(m);
        }
    }

    /// <summary>The different magnitudes, without 0: 1 first where it is one, the others ascending.</summary>
    public ImmutableArray<float> Values { get; }

    /// <summary>One factor an output, 1 for outputs without weights; empty: all 1.</summary>
    public ImmutableArray<float> Scales { get; }

    /// <summary>The number of magnitudes.</summary>
    public int Count => Values.Length;

    /// <summary>Whether the first magnitude is 1.</summary>
    public bool HasOne => Count > 0 && Values[0] == 1;

    /// <summary>The magnitudes whose product is a multiplication: all but 1.</summary>
    public MagnitudeSet Products { get; }

    /// <summary>The magnitudes whose product is a multiplication where those by powers of two are done by additions.</summary>
    public MagnitudeSet TrueProducts { get; }

    /// <summary>The number of outputs that a multiplication scales.</summary>
    public int ScaledOutputs => Scales.Count(s => s != 1);

    /// <summary>By position in the codebook: 0 for the value 0, m + 1 for magnitude m, −(m + 1) for its negative.</summary>
    public ReadOnlySpan<sbyte> Maps => _maps;

    /// <summary>The magnitude of a position in the codebook, or −1 for the value 0.</summary>
    public int Of(byte index) => Math.Abs((int)_maps[index]) - 1;

    /// <summary>Reads the codebook of a matrix.</summary>
    public static Magnitudes Of(HashedMatrix matrix)
    {
        long[] weights = Weights(matrix, out bool[] isAlive);
        float unit = matrix.Scales.IsEmpty ? 1 : Unit(matrix, weights);
        // A scale that leaves the range of floats would change the weights.
        if (unit != 1 && matrix.Scales.Any(s => !IsSafe(s * unit))) unit = 1;
        float[] scaled = [.. matrix.Codebook.Select(c => Math.Abs(c) / unit)];
        IEnumerable<int> used = Enumerable.Range(0, scaled.Length).Where(k => weights[k] > 0);
        float[] values = [.. used.Select(k => scaled[k]).Where(v => v != 0).Distinct().OrderBy(v => v == 1 ? 0 : v)];
        var maps = new sbyte[scaled.Length];
        for (int k = 0; k < maps.Length; k++)
        {
            int m = Array.IndexOf(values, scaled[k]) + 1;
            maps[k] = (sbyte)(matrix.Codebook[k] < 0 ? -m : m);
        }

        float[] scales = [.. matrix.Scales.Select((s, i) => isAlive[i] ? s * unit : 1)];
        return new Magnitudes([.. values], [.. scales], maps);
    }

    /// <summary>The magnitude that most weights have; the least of several.</summary>
    private static float Unit(HashedMatrix matrix, long[] weights)
    {
        var counts = new SortedDictionary<float, long>();
        for (int k = 0; k < weights.Length; k++)
        {
            float value = Math.Abs(matrix.Codebook[k]);
            if (value != 0) counts[value] = weights[k] + (counts.TryGetValue(value, out long count) ? count : 0);
        }

        float unit = 1;
        long most = 0;
        foreach (KeyValuePair<float, long> pair in counts)
            if (pair.Value > most) (unit, most) = (pair.Key, pair.Value);
        return matrix.Codebook.All(c => c == 0 || IsSafe(c / unit)) ? unit : 1;
    }

    private static long[] Weights(HashedMatrix matrix, out bool[] isAlive)
    {
        var weights = new long[matrix.Codebook.Length];
        isAlive = new bool[matrix.Outputs];
        ReadOnlySpan<byte> indices = matrix.Indices;
        for (int i = 0; i < indices.Length; i++)
        {
            weights[indices[i]]++;
            if (matrix.Codebook[indices[i]] != 0) isAlive[i / matrix.Columns] = true;
        }

        return weights;
    }

    /// <summary>Whether a number keeps all its bits: it is a normal float, or 0.</summary>
    private static bool IsSafe(float value) => value == 0 || (Math.Abs(value) >= 1.2e-38f && Math.Abs(value) <= float.MaxValue);

    private static bool IsPowerOfTwo(float value) => (BitConverter.ToInt32(BitConverter.GetBytes(value), 0) & 0x7FFFFF) == 0;
}
