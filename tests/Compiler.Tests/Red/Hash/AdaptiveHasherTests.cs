using System;
using System.Collections.Immutable;
using System.Linq;
using RedGen.Compiler.Red;
using RedGen.Compiler.Red.Hash;
using RedGen.Compiler.Red.Probe;
using Xunit;

namespace RedGen.Compiler.Tests.Red.Hash;

/// <summary>RedGen's hashing of one layer.</summary>
public sealed class AdaptiveHasherTests
{
    [Fact]
    public void Matrices_keep_the_form_that_kernels_rely_on() => Layers.Check(30, random =>
    {
        int outputs = random.Next(1, 12), columns = random.Next(1, 40), magnitudes = random.Next(1, 64);
        float[] rows = Layers.Weights(random, outputs * columns, Math.Pow(10, random.Next(-5, 5)));
        for (int j = 0; j < columns && outputs > 1; j++) rows[columns + j] = 0;
        HashedRows hashed = Of(rows, Layers.Of(Layers.Correlated(random, columns, 2 * columns))).Hash(magnitudes);
        HashedMatrix matrix = hashed.Matrix;
        Assert.InRange(matrix.Codebook.Length, 3, (2 * magnitudes) + 1);
        Assert.Equal(0f, matrix.Codebook[matrix.Codebook.Length / 2]);
        Assert.Equal(matrix.Codebook.Reverse().Select(v => -v), matrix.Codebook);
        Assert.All(matrix.Scales, s => Assert.True(s > 0 && float.IsFinite(s)));
        if (outputs > 1) Assert.All(matrix.ToRows().AsSpan(columns, columns).ToArray(), w => Assert.Equal(0f, w));
        Assert.InRange(hashed.Noise, 0, 10);
    });

    [Fact]
    public void More_values_make_less_noise() => Layers.Check(10, random =>
    {
        float[] rows = Layers.Weights(random, 16 * 36);
        AdaptiveHasher hasher = Of(rows, Layers.Of(Layers.Correlated(random, 36, 100)));
        double[] noise = [.. new[] { 1, 3, 7, 15, 31, 63 }.Select(n => hasher.Hash(n).Noise)];
        // Twice the values: a quarter of the noise, less what single layers' luck is.
        for (int i = 1; i < noise.Length; i++) Assert.InRange(noise[i], 0, noise[i - 1] * 0.6);
        // One scale may cost a tenth.
        Assert.InRange(hasher.Hash(7).Noise, 0, hasher.UniformNoise(7) * 1.1);
    });

    [Fact]
    public void The_noise_is_the_energy_of_the_error_over_that_of_the_output() => Layers.Check(20, random =>
    {
        const int Columns = 12;
        float[] covariance = Layers.Correlated(random, Columns, 30);
        float[] rows = Layers.Weights(random, 5 * Columns);
        HashedRows hashed = Of(rows, Layers.Of(covariance)).Hash(3);
        float[] after = hashed.Matrix.ToRows();
        double noise = 0, signal = 0;
        for (int i = 0; i < rows.Length; i += Columns)
        {
            signal += Layers.Energy(rows.AsSpan(i, Columns), covariance, 0.03);
            noise += Layers.Energy([.. Enumerable.Range(i, Columns).Select(k => rows[k] - after[k])], covariance, 0.03);
        }

        Assert.Equal(1, hashed.Noise / (noise / signal), 3);
    });

    [Fact]
    public void Of_a_second_moment_the_mean_is_no_signal()
    {
        // x = 10 always, hashed badly: all of the error is an offset, and nothing is left of the signal but what damping adds.
        var known = new LayerStatistics([[10.0, 0]], [[new CovarianceBlock(0, 2, [0, 0, 0, 4])]], IsKnown: true);
        var unknown = new LayerStatistics([[10.0, 0]], [[new CovarianceBlock(0, 2, [100, 0, 0, 4])]], IsKnown: false);
        float[] rows = [1f, 1f, 0.3f, -0.8f];
        double one = Of(rows, known).Hash(1).Noise, other = Of(rows, unknown).Hash(1).Noise;
        Assert.True(other > one, $"{other} {one}");
    }

    [Fact]
    public void Equal_rows_become_equal_rows() => Layers.Check(20, random =>
    {
        float[] row = Layers.Weights(random, 27), other = Layers.Weights(random, 27);
        HashedMatrix matrix = Of([.. row, .. other, .. row], Layers.Of(Layers.Correlated(random, 27, 60))).Hash(random.Next(1, 20)).Matrix;
        float[] hashed = matrix.ToRows();
        Assert.Equal(hashed.AsSpan(0, 27).ToArray(), hashed.AsSpan(54).ToArray());
        Assert.Equal(matrix.Indices[..27].ToArray(), matrix.Indices[54..].ToArray());
        Assert.Equal(matrix.Scale(0), matrix.Scale(2));
    });

    [Fact]
    public void Equal_kernels_of_equal_channels_become_equal_kernels()
    {
        var random = new Random(6);
        float[] kernel = Layers.Weights(random, 9), other = Layers.Weights(random, 9);
        float[] covariance = Layers.Correlated(random, 9, 20), alien = Layers.Correlated(random, 9, 20);
        ImmutableArray<CovarianceBlock> Block(float[] c) => [new CovarianceBlock(0, 9, c)];
        var statistics = new LayerStatistics([new double[9], new double[9], new double[9]], [Block(covariance), Block(alien), Block(covariance)], true);
        float[] rows = [.. kernel, .. other, .. kernel];
        float[] hashed = new AdaptiveHasher(Layers.Depthwise(rows), rows, statistics).Hash(2).Matrix.ToRows();
        Assert.Equal(hashed.AsSpan(0, 9).ToArray(), hashed.AsSpan(18).ToArray());
    }

    [Fact]
    public void Dead_rows_stay_dead()
    {
        float[] rows = [0, 0, 0, 1, -2, 0.5f, 1e-38f, -1e-40f, 0];
        HashedMatrix matrix = Of(rows, Layers.Diagonal(1, 2, 3)).Hash(7).Matrix;
        float[] hashed = matrix.ToRows();
        Assert.All(hashed.Take(3).Concat(hashed.Skip(6)), w => Assert.Equal(0f, w));
        Assert.Equal(1, hashed[3], 0.2);
        HashedRows dead = Of(new float[6], Layers.Diagonal(1, 2, 3)).Hash(5);
        Assert.Equal(new float[6], dead.Matrix.ToRows());
        Assert.Equal(0, dead.Noise);
    }

    [Fact]
    public void Exact_zeros_stay_without_correlation()
    {
        var random = new Random(2);
        float[] rows = Layers.Weights(random, 300);
        for (int i = 0; i < rows.Length; i += 3) rows[i] = 0;
        foreach (int magnitudes in new[] { 1, 5, 40 })
        {
            float[] hashed = Of(rows, Layers.Diagonal([.. Enumerable.Repeat(1.0, 30)])).Hash(magnitudes).Matrix.ToRows();
            for (int i = 0; i < rows.Length; i += 3) Assert.Equal(0f, hashed[i]);
        }
    }

    [Fact]
    public void Weights_on_a_grid_stay_with_one_scale()
    {
        // Every output reaches the same largest value: one scale serves all, and nothing is lost.
        var random = new Random(12);
        float[] rows = [.. Enumerable.Range(0, 8 * 20).Select(i => 0.125f * (i % 20 == 0 ? 7 : random.Next(-7, 8)))];
        HashedRows hashed = Of(rows, Layers.Diagonal([.. Enumerable.Repeat(1.0, 20)])).Hash(7);
        Assert.Empty(hashed.Matrix.Scales);
        Assert.Equal(rows, hashed.Matrix.ToRows());
        Assert.Equal(0, hashed.Noise);
    }

    [Fact]
    public void Outputs_of_different_sizes_have_a_scale_each()
    {
        var random = new Random(13);
        float[] rows = [.. Layers.Weights(random, 40, 100), .. Layers.Weights(random, 40, 0.01)];
        HashedRows hashed = Of(rows, Layers.Diagonal([.. Enumerable.Repeat(1.0, 40)])).Hash(15);
        Assert.Equal(2, hashed.Matrix.Scales.Length);
        Assert.InRange(hashed.Matrix.Scales[0] / hashed.Matrix.Scales[1], 1e3, 1e5);
        float[] after = hashed.Matrix.ToRows();
        Assert.InRange(Enumerable.Range(40, 40).Sum(i => Math.Pow(rows[i] - after[i], 2)), 0, 40 * 1e-4 * 0.02);
    }

    [Fact]
    public void Heaps_of_weights_get_values_of_their_own()
    {
        // Three uniform values are none of them.
        var random = new Random(14);
        float[] magnitudes = [0.1f, 0.5f, 1f];
        float[] rows = [.. Enumerable.Range(0, 6 * 30).Select(i => i % 30 == 0 ? 1f : (random.Next(2) == 0 ? 1 : -1) * magnitudes[random.Next(3)])];
        AdaptiveHasher hasher = Of(rows, Layers.Diagonal([.. Enumerable.Repeat(1.0, 30)]));
        // A local optimum: a value that no weight is near at first stays unused.
        Assert.InRange(hasher.Hash(3).Noise, 0, 0.5 * hasher.UniformNoise(3));
    }

    [Theory]
    [InlineData(3e38f)]
    [InlineData(-2e-30f)]
    [InlineData(-5f)]
    public void A_single_weight_stays(float weight)
    {
        foreach (int magnitudes in new[] { 1, 7, 63 })
        {
            HashedMatrix matrix = Of([weight], Layers.Diagonal(1)).Hash(magnitudes).Matrix;
            Assert.Equal(1, matrix.ToRows()[0] / weight, 5);
        }
    }

    [Fact]
    public void A_corrected_bias_restores_the_mean() => Layers.Check(30, random =>
    {
        const int Columns = 18;
        double[] mean = [.. Layers.Weights(random, Columns, 3).Select(v => (double)v)];
        float[] rows = Layers.Weights(random, 4 * Columns), bias = Layers.Weights(random, 4);
        AdaptiveHasher hasher = Of(rows, Layers.Of(Layers.Correlated(random, Columns, 40), mean));
        HashedMatrix matrix = hasher.Hash(2).Matrix;
        float[] hashed = matrix.ToRows();
        foreach (float[]? given in new[] { bias, null })
        {
            ImmutableArray<float> corrected = hasher.CorrectedBias(matrix, given);
            for (int i = 0; i < 4; i++)
            {
                double before = given?[i] ?? 0, after = corrected[i];
                for (int j = 0; j < Columns; j++)
                {
                    before += rows[(i * Columns) + j] * mean[j];
                    after += hashed[(i * Columns) + j] * mean[j];
                }

                Assert.Equal(before, after, 4);
            }
        }
    });

    [Fact]
    public void Without_a_known_mean_the_bias_stays()
    {
        AdaptiveHasher hasher = Of([1f, 0.3f], Layers.Of([1, 0, 0, 1], [5, 5], isKnown: false));
        Assert.Empty(hasher.CorrectedBias(hasher.Hash(1).Matrix, [1f]));
    }

    private static AdaptiveHasher Of(float[] rows, LayerStatistics statistics) => new(Layers.Dense(rows, statistics.Mean[0].Length), rows, statistics);
}
