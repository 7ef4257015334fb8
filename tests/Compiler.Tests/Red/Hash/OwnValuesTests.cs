using System;
using System.Collections.Immutable;
using System.Linq;
using RedGen.Compiler.Red.Hash;
using Xunit;

namespace RedGen.Compiler.Tests.Red.Hash;

/// <summary>Layers that have few different weights already.</summary>
public sealed class OwnValuesTests
{
    [Fact]
    public void Weights_that_a_codebook_can_hold_stay_as_they_are() => Layers.Check(20, random =>
    {
        // Integers of a byte around a zero point, under one scale.
        int zero = random.Next(0, 100), columns = random.Next(20, 60);
        float[] rows = [.. Enumerable.Range(0, 12 * columns).Select(_ => (random.Next(0, 100) - zero) * 0.0173f)];
        HashedRows hashed = Of(rows, columns).Hash(63);
        Assert.Equal(rows, hashed.Matrix.ToRows());
        Assert.Equal(0, hashed.Noise);
        Assert.Empty(hashed.Matrix.Scales);
    });

    [Fact]
    public void More_weights_than_a_codebook_holds_lose_the_rare_ones_differences() => Layers.Check(10, random =>
    {
        // A bell of 8-bit integers: most weights are near the middle.
        float[] rows = [.. Enumerable.Range(0, 40 * 50).Select(_ => (float)Math.Round(Layers.Weights(random, 1)[0] * 30) / 64)];
        AdaptiveHasher hasher = Of(rows, 50);
        HashedRows hashed = hasher.Hash(63);
        Assert.InRange(hashed.Matrix.Codebook.Length, 100, 127);
        Assert.InRange(hashed.Noise, 0, hasher.UniformNoise(63) / 2);
        float[] after = hashed.Matrix.ToRows();
        Assert.InRange(rows.Where((w, i) => w != after[i]).Count(), 0, rows.Length / 5);
        for (int i = 0; i < rows.Length; i++)
            if (rows[i] == 0) Assert.Equal(0f, after[i]);
    });

    [Fact]
    public void The_runs_are_those_of_least_error() => Layers.Check(60, random =>
    {
        float[] values = [.. Enumerable.Range(0, random.Next(3, 8)).Select(_ => random.Next(-9, 10) / 4f).Distinct().OrderBy(v => v)];
        float[] weights = [.. values.SelectMany(v => Enumerable.Repeat(v, random.Next(2, 6)))];
        int most = random.Next(1, values.Length + 1);
        Codebook codebook = OwnValues.TryRead(weights)!.Codebook(most);
        Assert.InRange(codebook.Values.Length, 1, most);
        Assert.InRange(Error(weights, codebook.Values), 0, BestError(weights, values, most) + 1e-6);
        if (values.Contains(0f)) Assert.Contains(0f, codebook.Values);
    });

    [Fact]
    public void A_continuum_has_no_values_of_its_own()
    {
        Assert.Null(OwnValues.TryRead(Layers.Weights(new Random(3), 300)));
        Assert.Null(OwnValues.TryRead([.. Enumerable.Range(0, 4000).Select(i => (float)(i % 600))]));
        Assert.Equal(2, OwnValues.TryRead([0f, -0f, 1f, 1f])!.Count);
    }

    private static AdaptiveHasher Of(float[] rows, int columns)
        => new(Layers.Dense(rows, columns), rows, Layers.Diagonal([.. Enumerable.Repeat(1.0, columns)]));

    private static double Error(float[] weights, ImmutableArray<float> codebook)
        => weights.Sum(w => codebook.Min(c => Math.Pow((double)c - w, 2)));

    /// <summary>By trying every set of borders.</summary>
    private static double BestError(float[] weights, float[] values, int most)
    {
        double best = double.PositiveInfinity;
        for (int borders = 0; borders < 1 << (values.Length - 1); borders++)
        {
            int runs = 0;
            int[] runOf = [.. values.Select((_, i) => i == 0 ? 0 : runs += (borders >> (i - 1)) & 1)];
            if (runs + 1 > most) continue;
            best = Math.Min(best, Enumerable.Range(0, runs + 1).Sum(run =>
            {
                float[] members = [.. weights.Where(w => runOf[Array.IndexOf(values, w)] == run)];
                double mean = members.Contains(0f) ? 0 : members.Average(w => (double)w);
                return members.Sum(w => Math.Pow(w - mean, 2));
            }));
        }

        return best;
    }
}
