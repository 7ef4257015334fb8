using System;
using System.Collections.Immutable;
using System.Linq;
using System.Threading.Tasks;
using RedGen.Compiler.Red.Probe;

namespace RedGen.Compiler.Red.Hash;

/// <summary>A layer's weights on a codebook.</summary>
/// <param name="Matrix">The hashed weights.</param>
/// <param name="Noise">The energy of the error at the layer's output, as a share of the energy of what varies there.</param>
internal sealed record HashedRows(HashedMatrix Matrix, double Noise);

/// <summary>A way to hash the weights of one layer with a given number of values.</summary>
internal abstract class LayerHasher
{
    private readonly ImmutableArray<ErrorFeedback> _feedback;
    private readonly double _signal;

    /// <summary>Prepares a layer.</summary>
    /// <param name="layer">The layer.</param>
    /// <param name="rows">Its weights, outputs × columns; finite.</param>
    /// <param name="statistics">Its input.</param>
    /// <param name="damping">How far the covariances are not trusted (<see cref="ErrorFeedback"/>).</param>
    protected LayerHasher(ReducibleLayer layer, float[] rows, LayerStatistics statistics, double damping)
    {
        Layer = layer;
        Rows = rows;
        Statistics = statistics;
        var feedback = new ErrorFeedback[layer.Groups];
        Parallel.For(0, layer.Groups, g => feedback[g] = ErrorFeedback.Of(statistics, g, damping));
        _feedback = [.. feedback];
        var energies = new double[layer.Outputs];
        Parallel.For(0, layer.Outputs, i => energies[i] = Math.Max(0, FeedbackOf(i).Energy(Row(i)) - ConstantEnergy(i)));
        _signal = energies.Sum();
    }

    /// <summary>The layer.</summary>
    protected ReducibleLayer Layer { get; }

    /// <summary>The weights, outputs × columns.</summary>
    protected float[] Rows { get; }

    /// <summary>The layer's input.</summary>
    protected LayerStatistics Statistics { get; }

    /// <summary>Hashes with at most n magnitudes of either sign, and zero.</summary>
    public abstract HashedRows Hash(int magnitudes);

    /// <summary>(C + λI)⁻¹ applied to a row, C the covariance of the layer's input.</summary>
    public void Solve(int output, Span<float> row) => FeedbackOf(output).Solve(row);

    /// <summary>The bias that gives the outputs the mean that they had: b_i − Σ_j (w~ − w)_ij E[x_j]; empty where no mean is known.</summary>
    /// <param name="matrix">The hashed weights.</param>
    /// <param name="bias">The bias so far, one an output; null: zeros.</param>
    public virtual ImmutableArray<float> CorrectedBias(HashedMatrix matrix, float[]? bias)
    {
        if (!Statistics.IsKnown) return [];
        float[] hashed = matrix.ToRows();
        var corrected = new float[Layer.Outputs];
        for (int i = 0; i < corrected.Length; i++)
        {
            double[] mean = Statistics.Mean[GroupOf(i)];
            double shift = 0;
            for (int j = 0; j < Layer.Columns; j++) shift += ((double)hashed[(i * Layer.Columns) + j] - Rows[(i * Layer.Columns) + j]) * mean[j];
            corrected[i] = (float)((bias is null ? 0 : bias[i]) - shift);
        }

        return [.. corrected];
    }

    /// <summary>The noise of hashed weights.</summary>
    protected double NoiseOf(HashedMatrix matrix)
    {
        float[] hashed = matrix.ToRows();
        var noise = new double[Layer.Outputs];
        Parallel.For(0, Layer.Outputs, i =>
        {
            var errors = new float[Layer.Columns];
            for (int j = 0; j < errors.Length; j++) errors[j] = Rows[(i * Layer.Columns) + j] - hashed[(i * Layer.Columns) + j];
            noise[i] = FeedbackOf(i).Energy(errors);
        });
        return _signal > 0 ? noise.Sum() / _signal : 0;
    }

    /// <summary>The weights of an output.</summary>
    protected ReadOnlySpan<float> Row(int output) => Rows.AsSpan(output * Layer.Columns, Layer.Columns);

    /// <summary>The rounding for an output.</summary>
    protected ErrorFeedback FeedbackOf(int output) => _feedback[GroupOf(output)];

    private int GroupOf(int output) => output / (Layer.Outputs / Layer.Groups);

    /// <summary>The part of an output's second moment that is its mean: an offset, no signal.</summary>
    private double ConstantEnergy(int output)
    {
        if (Statistics.IsKnown) return 0;
        double mean = 0;
        double[] columns = Statistics.Mean[GroupOf(output)];
        for (int j = 0; j < columns.Length; j++) mean += columns[j] * Rows[(output * Layer.Columns) + j];
        return mean * mean;
    }
}
