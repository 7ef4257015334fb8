using System;
using System.Linq;
using RedGen.Compiler.Red;
using RedGen.Compiler.Red.Hash;
using Xunit;

namespace RedGen.Compiler.Tests.Red.Hash;

/// <summary>The papers' hashing.</summary>
public sealed class KdeHasherTests
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Never_more_values_than_asked_and_none_changes_sides(bool useMean) => Layers.Check(20, random =>
    {
        float[] rows = Layers.Weights(random, 240, Math.Pow(10, random.Next(-6, 6)));
        if (random.Next(2) == 0) rows[3] = rows[77] = 0;
        int magnitudes = random.Next(1, 64);
        HashedMatrix matrix = Hash(rows, 24, magnitudes, useMean);
        Assert.InRange(matrix.Codebook.Length, 1, Math.Min(HashedMatrix.MaxValues, (2 * magnitudes) + 1));
        float[] hashed = matrix.ToRows();
        // Intervals keep the order: of two weights the smaller one never becomes the larger, exact zeros aside.
        int[] order = [.. Enumerable.Range(0, rows.Length).Where(i => rows[i] != 0).OrderBy(i => rows[i])];
        for (int i = 1; i < order.Length; i++) Assert.True(hashed[order[i - 1]] <= hashed[order[i]]);
        for (int i = 0; i < rows.Length; i++)
            if (rows[i] == 0) Assert.Equal(0, hashed[i]);
        Assert.All(matrix.Codebook, v => Assert.InRange(v, Math.Min(0, rows.Min()), Math.Max(0, rows.Max())));
    });

    [Fact]
    public void More_values_make_less_noise()
    {
        float[] rows = Layers.Weights(new Random(3), 4000);
        KdeHasher hasher = Of(rows, 40, false);
        double coarse = hasher.Hash(3).Noise, middle = hasher.Hash(15).Noise, fine = hasher.Hash(63).Noise;
        Assert.InRange(middle, 0, coarse);
        Assert.InRange(fine, 0, middle);
        Assert.InRange(fine, 1e-9, 0.01);
    }

    [Fact]
    public void The_mean_of_an_interval_is_nearer_than_its_mode()
    {
        float[] rows = Layers.Weights(new Random(4), 4000);
        HashedMatrix modes = Hash(rows, 40, 15, false), means = Hash(rows, 40, 15, true);
        // The same width, hence the same intervals.
        Assert.Equal(modes.Indices.ToArray(), means.Indices.ToArray());
        Assert.True(Squares(rows, means) < Squares(rows, modes));
        foreach (IGrouping<byte, float> interval in rows.Zip(means.Indices.ToArray()).GroupBy(p => p.Second, p => p.First))
            Assert.Equal(interval.Average(w => (double)w), means.Codebook[interval.Key], 6);
    }

    [Theory]
    [InlineData(0.25f)]
    [InlineData(-1000f)]
    [InlineData(0f)]
    [InlineData(1e-42f)]
    [InlineData(float.MaxValue)]
    public void Equal_weights_stay(float value)
    {
        float[] rows = [.. Enumerable.Repeat(value, 12)];
        foreach (bool useMean in new[] { false, true })
        {
            HashedMatrix matrix = Hash(rows, 4, 1, useMean);
            Assert.Equal(value, Assert.Single(matrix.Codebook));
            Assert.Equal(rows, matrix.ToRows());
        }
    }

    [Theory]
    [InlineData(-1f, 3f)]
    [InlineData(1e-42f, 3e-42f)]
    [InlineData(1e-20f, 2e-20f)]
    [InlineData(-3.4e38f, 3.4e38f)]
    [InlineData(1000f, 1000.0001f)]
    public void Two_values_stay_two(float a, float b)
    {
        float[] rows = [a, b, b, a, a, b];
        foreach (bool useMean in new[] { false, true })
        {
            HashedMatrix matrix = Hash(rows, 3, 1, useMean);
            Assert.Equal(2, matrix.Codebook.Length);
            Assert.True(matrix.ToRows().Zip(rows).All(p => Math.Abs((double)p.First - p.Second) <= Math.Abs((double)b - a) * 0.05));
        }
    }

    [Fact]
    public void One_weight_stays()
    {
        Assert.Equal([-0.7f], Hash([-0.7f], 1, 1, false).ToRows());
        Assert.Equal([-0.7f], Hash([-0.7f], 1, 63, true).ToRows());
    }

    [Fact]
    public void Weights_of_one_sign_keep_it()
    {
        float[] rows = [.. Layers.Weights(new Random(9), 200).Select(w => -Math.Abs(w) - 0.1f)];
        Assert.All(Hash(rows, 20, 7, false).ToRows(), w => Assert.InRange(w, rows.Min(), rows.Max()));
    }

    [Fact]
    public void A_weight_on_a_border_belongs_to_the_interval_above()
    {
        // Two heaps and one weight in their middle, where the density of wide kernels is least.
        float[] rows = [.. Enumerable.Repeat(-1f, 50), .. Enumerable.Repeat(1f, 50), 0.0001f, -0.0001f];
        HashedMatrix matrix = Hash(rows, rows.Length, 1, false);
        float[] hashed = matrix.ToRows();
        Assert.True(hashed[100] >= hashed[101]);
        Assert.All(hashed.Take(50), w => Assert.Equal(-1, w, 2));
        Assert.All(hashed.Skip(50).Take(50), w => Assert.Equal(1, w, 2));
    }

    [Fact]
    public void Biases_stay() => Assert.Empty(Of([1, 2, 3, 4], 2, true).CorrectedBias(Hash([1, 2, 3, 4], 2, 1, true), [1, 1]));

    private static double Squares(float[] rows, HashedMatrix matrix) => rows.Zip(matrix.ToRows()).Sum(p => Math.Pow((double)p.First - p.Second, 2));

    private static HashedMatrix Hash(float[] rows, int columns, int magnitudes, bool useMean) => Of(rows, columns, useMean).Hash(magnitudes).Matrix;

    private static KdeHasher Of(float[] rows, int columns, bool useMean)
        => new(Layers.Dense(rows, columns), rows, Layers.Diagonal([.. Enumerable.Repeat(1.0, columns)]), useMean);
}
