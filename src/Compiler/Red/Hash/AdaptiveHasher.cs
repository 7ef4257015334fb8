using System;
using System.Collections.Generic;
using System.Linq;
using System.Threading.Tasks;
using RedGen.Compiler.Red.Probe;

namespace RedGen.Compiler.Red.Hash;

/// <summary>
/// RedGen's own hashing: symmetric values with an exact zero, a scale an output where it pays, rounding with error feedback, values that are not
/// uniform where they win.
/// </summary>
internal sealed class AdaptiveHasher : LayerHasher
{
    /// <summary>Measured on ResNet-20: 0.01 … 0.3 hardly differ, 1 loses half of the gain (docs/red.md).</summary>
    public const double Damping = 0.03;

    /// <summary>The same where many samples span a small input: the layers of a small dense network see few directions of much energy, and those of little decide as much.</summary>
    public const double DampingOfMany = 0.001;

    /// <summary>More magnitudes than these fit a bell well enough when they are uniform.</summary>
    public const int MostFitted = 15;

    /// <summary>Values that are not uniform have to win by this factor: uniform ones are integers, which kernels decode without a table.</summary>
    private const double FittedGain = 0.8;

    /// <summary>One scale for all outputs saves a multiplication an output, and may cost this factor of noise.</summary>
    private const double OneScaleLoss = 1.1;

    /// <summary>Weights from which a layer has no trials of scales and fitted values: they cost several roundings of all of it.</summary>
    private const int LargeLayer = 500_000;

    /// <summary>Factors of the scale that suits rounding to nearest: error feedback can do with a finer grid.</summary>
    private static readonly float[] ScaleTrials = [0.88f, 0.94f, 1f, 1.06f];

    private readonly OwnValues? _own;
    private readonly Dictionary<int, HashedRows> _hashedToOwn = [];

    /// <summary>Prepares a layer.</summary>
    public AdaptiveHasher(ReducibleLayer layer, float[] rows, LayerStatistics statistics, double damping = Damping)
        : base(layer, rows, statistics, damping)
    {
        _own = OwnValues.TryRead(rows);
    }

    /// <summary>Hashes a layer of few different weights to those; null where the layer is not one, or has too many for so few values.</summary>
    public HashedRows? HashToOwn(int magnitudes)
    {
        int most = (2 * magnitudes) + 1;
        if (_own is null || most > HashedMatrix.MaxValues || (_own.Count > most && most < HashedMatrix.MaxValues)) return null;
        if (_hashedToOwn.TryGetValue(magnitudes, out HashedRows? known)) return known;
        Codebook codebook = _own.Codebook(most);
        var matrix = new HashedMatrix(Layer.Outputs, Layer.Columns, codebook.Values, [], ToBytes(Round(codebook, _ => 1)));
        return _hashedToOwn[magnitudes] = new HashedRows(matrix, NoiseOf(matrix));
    }

    /// <inheritdoc/>
    public override HashedRows Hash(int magnitudes)
    {
        HashedRows? own = HashToOwn(magnitudes);
        if (own is { Noise: 0 }) return own;
        HashedRows best = HashToLevels(magnitudes);
        return own is not null && own.Noise < best.Noise ? own : best;
    }

    private HashedRows HashToLevels(int magnitudes)
    {
        var uniform = Codebook.Uniform(magnitudes);
        float[] scales = Scales(uniform);
        HashedRows best = Hash(uniform, scales);
        if (Rows.Length > LargeLayer || magnitudes > FineLevels.MostOfOneCode) return best;
        if (magnitudes is > 1 and <= MostFitted)
        {
            Codebook fitted = FittedCodebook.Of(Normalised(scales), magnitudes);
            HashedRows other = Hash(fitted, Scales(fitted));
            if (other.Noise < best.Noise * FittedGain) best = other;
        }

        return Layer.Outputs > 1 && OneScale(uniform, scales) is { } single && single.Noise <= best.Noise * OneScaleLoss ? single : best;
    }

    /// <summary>The noise with uniform values, for the allocator's tables.</summary>
    public double UniformNoise(int magnitudes)
    {
        var codebook = Codebook.Uniform(magnitudes);
        return Hash(codebook, Scales(codebook)).Noise;
    }

    private HashedRows Hash(Codebook codebook, float[] scales)
    {
        ushort[] indices = Round(codebook, i => scales[i]);
        HashedMatrix matrix = FineLevels.Of(codebook.Values.Length / 2) is { } levels
            ? levels.ToMatrix(Layer.Outputs, Layer.Columns, [.. scales], indices)
            : new HashedMatrix(Layer.Outputs, Layer.Columns, codebook.Values, [.. scales], ToBytes(indices));
        return new HashedRows(matrix, NoiseOf(matrix));
    }

    private static byte[] ToBytes(ushort[] indices) => Array.ConvertAll(indices, i => (byte)i);

    /// <summary>The same scale for all outputs, in the codebook; null where the outputs' ranges differ too much to try.</summary>
    private HashedRows? OneScale(Codebook codebook, float[] scales)
    {
        float least = scales.Min(), most = scales.Max();
        if (most > 2 * least) return null;
        float scale = (float)Math.Sqrt(scales.Average(s => (double)s * s));
        var matrix = new HashedMatrix(Layer.Outputs, Layer.Columns, [.. codebook.Values.Select(v => v * scale)], [], ToBytes(Round(codebook, _ => scale)));
        return new HashedRows(matrix, NoiseOf(matrix));
    }

    private ushort[] Round(Codebook codebook, Func<int, float> scaleOf)
    {
        var indices = new ushort[Rows.Length];
        Parallel.For(0, Layer.Outputs, i =>
        {
            float scale = scaleOf(i);
            ReadOnlySpan<float> row = Row(i);
            var normalised = new float[row.Length];
            for (int j = 0; j < row.Length; j++) normalised[j] = row[j] / scale;
            FeedbackOf(i).Round(normalised, codebook, indices.AsSpan(i * Layer.Columns, Layer.Columns));
        });
        return indices;
    }

    private float[] Normalised(float[] scales)
    {
        var normalised = new float[Rows.Length];
        for (int i = 0; i < normalised.Length; i++) normalised[i] = Rows[i] / scales[i / Layer.Columns];
        return normalised;
    }

    private float[] Scales(Codebook codebook)
    {
        var scales = new float[Layer.Outputs];
        Parallel.For(0, Layer.Outputs, i => scales[i] = BestScale(i, codebook));
        return scales;
    }

    /// <summary>The scale of least noise: of some that are best under rounding to nearest, the best under error feedback.</summary>
    private float BestScale(int output, Codebook codebook)
    {
        ReadOnlySpan<float> row = Row(output);
        float nearest = NearestScale(row, codebook);
        if (IsDead(row) || Rows.Length > LargeLayer) return nearest;
        var normalised = new float[row.Length];
        var indices = new ushort[row.Length];
        float best = nearest;
        double least = double.PositiveInfinity;
        foreach (float factor in ScaleTrials)
        {
            float scale = nearest * factor;
            for (int j = 0; j < row.Length; j++) normalised[j] = row[j] / scale;
            FeedbackOf(output).Round(normalised, codebook, indices);
            for (int j = 0; j < row.Length; j++) normalised[j] = row[j] - (scale * codebook.Values[indices[j]]);
            double energy = FeedbackOf(output).Energy(normalised);
            if (energy < least) (least, best) = (energy, scale);
        }

        return best;
    }

    private static bool IsDead(ReadOnlySpan<float> row)
    {
        foreach (float w in row)
            if (w != 0) return false;
        return true;
    }

    /// <summary>The scale of least squared error under rounding to nearest, by trial: 1.05 … 0.35 of the one that just reaches the largest weight, itself among them.</summary>
    private static float NearestScale(ReadOnlySpan<float> row, Codebook codebook)
    {
        float most = 0;
        foreach (float w in row) most = Math.Max(most, Math.Abs(w));
        // A dead output has any scale; a denormal one would overflow in the quotient.
        if (most < 1e-30f) return 1;
        float best = most / codebook.Largest;
        double least = double.PositiveInfinity;
        for (int step = 0; step <= 28; step++)
        {
            float scale = most * ((42 - step) / 40f) / codebook.Largest;
            double error = 0;
            foreach (float w in row)
            {
                double e = w - (scale * codebook.Values[codebook.Nearest(w / scale)]);
                error += e * e;
            }

            if (error < least) (least, best) = (error, scale);
        }

        return best;
    }
}
