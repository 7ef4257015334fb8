using System;
using System.Collections.Immutable;
using System.Linq;
using System.Numerics;
using RedGen.Compiler.Red.Probe;

namespace RedGen.Compiler.Red.Hash;

/// <summary>
/// Rounding in which each weight takes over the errors of those rounded before it: the row q on the grid with a small
/// (w − q) C (w − q)ᵀ, C the covariance of the layer's input. With C = L Lᵀ the error is Σ_j (Σ_{k ≥ j} L_kj e_k)²; going from the last column
/// to the first, each q_j is rounded so that its own term vanishes as far as the grid allows (Babai's nearest plane; the same as OBQ and
/// GPTQ, Frantar et al., 2022). Where columns do not correlate it is rounding to nearest; where the taps of a kernel do, it cancels errors as
/// SQuant does (Guo et al., ICLR 2022).
/// </summary>
internal sealed class ErrorFeedback
{
    private readonly ImmutableArray<Factor> _factors;
    private readonly int _columns;

    private ErrorFeedback(ImmutableArray<Factor> factors, int columns)
    {
        _factors = factors;
        _columns = columns;
    }

    /// <summary>Prepares the rounding of the rows of one group.</summary>
    /// <param name="statistics">The layer's input.</param>
    /// <param name="group">The group.</param>
    /// <param name="damping">Added to the diagonal, as a share of its mean: how far the covariance is not trusted.</param>
    public static ErrorFeedback Of(LayerStatistics statistics, int group, double damping)
        => new([.. statistics.Blocks[group].Select(b => Factor.Of(b, damping))], statistics.Mean[group].Length);

    /// <summary>Rounds a row of normalised weights to a codebook.</summary>
    /// <param name="row">The weights in units of the codebook.</param>
    /// <param name="codebook">The values.</param>
    /// <param name="indices">Takes the positions in the codebook.</param>
    public void Round(ReadOnlySpan<float> row, Codebook codebook, Span<ushort> indices)
    {
        foreach (Factor factor in _factors) factor.Round(row.Slice(factor.Start, factor.Size), codebook, indices.Slice(factor.Start, factor.Size));
    }

    /// <summary>(C + λI)⁻¹ r, block by block, in place.</summary>
    public void Solve(Span<float> row)
    {
        foreach (Factor factor in _factors) factor.Solve(row.Slice(factor.Start, factor.Size));
    }

    /// <summary>e C eᵀ for a row of errors.</summary>
    public double Energy(ReadOnlySpan<float> errors)
    {
        if (errors.Length != _columns) throw new ArgumentException("There is one error a column.", nameof(errors));
        double sum = 0;
        foreach (Factor factor in _factors) sum += factor.Energy(errors.Slice(factor.Start, factor.Size));
        return sum;
    }

    /// <summary>The Cholesky factor of a block.</summary>
    private sealed class Factor
    {
        private readonly float[] _lower;
        private readonly float[] _inverseDiagonal;

        private Factor(int start, int size, float[] lower, float[] inverseDiagonal)
        {
            Start = start;
            Size = size;
            _lower = lower;
            _inverseDiagonal = inverseDiagonal;
        }

        public int Start { get; }

        public int Size { get; }

        public static Factor Of(CovarianceBlock block, double damping)
        {
            int n = block.Size;
            double mean = 0;
            for (int i = 0; i < n; i++) mean += block.Covariance[(i * n) + i];
            mean /= Math.Max(1, n);
            // A block that never varies says nothing: rounding to nearest.
            double extra = mean > 0 ? mean * damping : 1;
            var lower = new double[n * n];
            for (int j = 0; j < n; j++)
            {
                for (int i = j; i < n; i++)
                {
                    double sum = block.Covariance[(i * n) + j] + (i == j ? extra : 0);
                    int a = i * n, b = j * n;
                    for (int k = 0; k < j; k++) sum -= lower[a + k] * lower[b + k];
                    lower[a + j] = i == j ? Math.Sqrt(Math.Max(sum, extra * 0.01)) : sum / lower[b + j];
                }
            }

            return new Factor(block.Start, n, Array.ConvertAll(lower, v => (float)v), [.. Enumerable.Range(0, n).Select(i => (float)(1 / lower[(i * n) + i]))]);
        }

        public void Round(ReadOnlySpan<float> row, Codebook codebook, Span<ushort> indices)
        {
            var carried = new float[Size];
            for (int j = Size - 1; j >= 0; j--)
            {
                float wanted = row[j] + (carried[j] * _inverseDiagonal[j]);
                int index = codebook.Nearest(wanted);
                indices[j] = (ushort)index;
                float error = row[j] - codebook.Values[index];
                if (error != 0) AddRow(carried, error, j, j);
            }
        }

        /// <summary>L y = r from the top, then Lᵀ x = y from the bottom.</summary>
        public void Solve(Span<float> row)
        {
            for (int i = 0; i < Size; i++)
            {
                double sum = row[i];
                for (int j = 0; j < i; j++) sum -= (double)_lower[(i * Size) + j] * row[j];
                row[i] = (float)(sum * _inverseDiagonal[i]);
            }

            for (int i = Size - 1; i >= 0; i--)
            {
                row[i] *= _inverseDiagonal[i];
                for (int j = 0; j < i; j++) row[j] -= _lower[(i * Size) + j] * row[i];
            }
        }

        public double Energy(ReadOnlySpan<float> errors)
        {
            var terms = new float[Size];
            for (int k = 0; k < Size; k++)
                if (errors[k] != 0) AddRow(terms, errors[k], k, k + 1);
            double sum = 0;
            foreach (float term in terms) sum += (double)term * term;
            return sum;
        }

        /// <summary>target[j] += factor · L[row, j] for the first columns.</summary>
        private void AddRow(float[] target, float factor, int row, int columns)
        {
            int at = row * Size, j = 0, lanes = Vector<float>.Count;
            var factors = new Vector<float>(factor);
            for (; j <= columns - lanes; j += lanes) (new Vector<float>(target, j) + (factors * new Vector<float>(_lower, at + j))).CopyTo(target, j);
            for (; j < columns; j++) target[j] += factor * _lower[at + j];
        }
    }
}
