using System;
using System.Collections.Generic;
using System.Collections.Immutable;
using System.Linq;
using RedGen.Compiler.Red.Probe;

namespace RedGen.Compiler.Red.Hash;

/// <summary>
/// The hashing of RED and RED++ (redpp.md §1): the density of a layer's weights is estimated with a Gaussian kernel, its minima bound intervals,
/// and every weight of an interval becomes its maximum (the mode) or its mean. One codebook a layer, no scales; biases stay. The kernel's
/// width Δ is the widest one that needs no more values than the budget gives.
/// </summary>
internal sealed class KdeHasher : LayerHasher
{
    /// <summary>Halvings of the interval in which Δ is sought.</summary>
    private const int Halvings = 18;

    private readonly bool _useMean;
    private readonly float _least;
    private readonly float _most;

    /// <summary>Prepares a layer.</summary>
    public KdeHasher(ReducibleLayer layer, float[] rows, LayerStatistics statistics, bool useMean)
        : base(layer, rows, statistics, damping: 0.03)
    {
        _useMean = useMean;
        _least = rows.Min();
        _most = rows.Max();
    }

    /// <inheritdoc/>
    public override HashedRows Hash(int magnitudes)
    {
        int most = Math.Min(HashedMatrix.MaxValues, (2 * magnitudes) + 1);
        // Fewer extrema the wider the kernel, but not strictly so: the narrowest width that was seen to fit is kept.
        // As doubles: the range of floats may be no float. Equal weights have none, and one value at any width.
        double range = (double)_most - _least;
        if (range == 0) range = 1;
        double narrow = range / KernelDensity.MostCells * 3, wide = range;
        HashedMatrix best = Quantise(wide)!;
        for (int i = 0; i < Halvings; i++)
        {
            double width = (narrow + wide) / 2;
            if (Quantise(width) is { } matrix && matrix.Codebook.Length <= most) (best, wide) = (matrix, width);
            else narrow = width;
        }

        return new HashedRows(best, NoiseOf(best));
    }

    /// <summary>The papers leave the biases as they are.</summary>
    public override ImmutableArray<float> CorrectedBias(HashedMatrix matrix, float[]? bias) => [];

    /// <summary>The layer on the extrema of a density; null where they are too many for a codebook.</summary>
    private HashedMatrix? Quantise(double width)
    {
        var density = KernelDensity.Of(Rows, _least, _most, width);
        double[] borders = density.Minima();
        if (borders.Length + 2 > HashedMatrix.MaxValues) return null;
        float[] values = _useMean ? Means(borders) : [.. density.Maxima(borders).Select(Mode)];
        bool hasZero = Rows.Contains(0f);
        float[] codebook = [.. values.Concat(hasZero ? [0f] : []).Distinct().OrderBy(v => v)];
        var position = new Dictionary<float, byte>();
        for (int k = 0; k < codebook.Length; k++) position[codebook[k]] = (byte)k;
        var indices = new byte[Rows.Length];
        for (int i = 0; i < Rows.Length; i++)
        {
            // Zero stays exactly zero.
            float value = Rows[i] == 0 ? 0 : values[IntervalOf(borders, Rows[i])];
            indices[i] = position[value];
        }

        return new HashedMatrix(Layer.Outputs, Layer.Columns, [.. codebook], [], indices);
    }

    /// <summary>A cell's centre may lie beyond the weights.</summary>
    private float Mode(double place) => (float)Math.Min(_most, Math.Max(_least, place));

    private float[] Means(double[] borders)
    {
        var sums = new double[borders.Length + 1];
        var counts = new int[borders.Length + 1];
        foreach (float w in Rows)
        {
            int k = IntervalOf(borders, w);
            sums[k] += w;
            counts[k]++;
        }

        // An empty interval has no weight that could ask for its value.
        return [.. sums.Select((s, k) => counts[k] == 0 ? 0f : (float)(s / counts[k]))];
    }

    /// <summary>[m_k, m_k+1): a weight on a border belongs to the interval above.</summary>
    private static int IntervalOf(double[] borders, double weight)
    {
        int low = 0, high = borders.Length;
        while (low < high)
        {
            int middle = (low + high) / 2;
            if (weight >= borders[middle]) low = middle + 1;
            else high = middle;
        }

        return low;
    }
}
