using System;
using System.Collections.Generic;
using System.Linq;
using RedGen.Compiler.Red.Hash;
using Xunit;

namespace RedGen.Compiler.Tests.Red.Hash;

/// <summary>The nearest value of a codebook, and codebooks that fit.</summary>
public sealed class CodebookTests
{
    [Fact]
    public void The_short_way_of_uniform_values_is_the_long_one()
    {
        foreach (int n in new[] { 1, 2, 7, 31, 63 })
        {
            Codebook uniform = Codebook.Uniform(n);
            Assert.Equal((2 * n) + 1, uniform.Values.Length);
            Assert.Equal(n, uniform.Largest);
            // With one value more at an end the values are not −n … n, and the borders of the others the same.
            var general = new Codebook([.. uniform.Values, n + 1f]);
            foreach (float value in Places(n)) Assert.Equal(Math.Min(general.Nearest(value), 2 * n), uniform.Nearest(value));
        }
    }

    [Theory]
    [InlineData(0.49999997f, 0)]
    [InlineData(0.5f, 1)]
    [InlineData(-0.5f, 0)]
    [InlineData(-0.50000006f, -1)]
    [InlineData(2.5f, 3)]
    [InlineData(3.4999998f, 3)]
    [InlineData(1e30f, 3)]
    [InlineData(float.NegativeInfinity, -3)]
    [InlineData(-0f, 0)]
    public void A_border_belongs_to_the_value_above(float value, int level)
    {
        Codebook codebook = Codebook.Uniform(3);
        Assert.Equal(level, codebook.Values[codebook.Nearest(value)]);
    }

    [Fact]
    public void No_other_value_is_nearer() => Layers.Check(100, random =>
    {
        float[] values = [.. new SortedSet<float>(Layers.Weights(random, random.Next(1, 40)))];
        var codebook = new Codebook([.. values]);
        Assert.Equal(values.Max(Math.Abs), codebook.Largest);
        foreach (float value in Layers.Weights(random, 50, 2).Concat(values))
        {
            double chosen = Math.Abs((double)value - values[codebook.Nearest(value)]);
            // Borders are floats: a number at one may be off by its rounding.
            Assert.InRange(chosen, 0, values.Min(v => Math.Abs((double)value - v)) + 1e-6);
        }
    });

    [Fact]
    public void A_fitted_codebook_is_symmetric_with_a_zero() => Layers.Check(40, random =>
    {
        int n = random.Next(1, 16);
        Codebook codebook = FittedCodebook.Of(Layers.Weights(random, random.Next(1, 400), n / 3.0), n);
        Assert.InRange(codebook.Values.Length, 3, (2 * n) + 1);
        Assert.Equal(0f, codebook.Values[codebook.Values.Length / 2]);
        Assert.Equal(codebook.Values.Reverse().Select(v => -v), codebook.Values);
        for (int k = 1; k < codebook.Values.Length; k++) Assert.True(codebook.Values[k] > codebook.Values[k - 1]);
    });

    [Fact]
    public void Lloyds_condition_holds_where_clusters_are_clear()
    {
        // |w| in heaps around 0, 1.1, 2.4, 3: each value is the mean of the weights that it is nearest to.
        var random = new Random(8);
        float[] centres = [0, 1.1f, 2.4f, 3f];
        float[] weights = [.. Enumerable.Range(0, 2000).Select(_ => (random.Next(2) == 0 ? 1 : -1) * (centres[random.Next(4)] + (0.05f * (random.NextSingle() - 0.5f))))];
        Codebook codebook = FittedCodebook.Of(weights, 3);
        for (int k = 1; k <= 3; k++)
        {
            double mean = weights.Where(w => Math.Abs(codebook.Values[codebook.Nearest(Math.Abs(w))] - codebook.Values[3 + k]) < 1e-6).Average(w => Math.Abs((double)w));
            Assert.Equal(mean, codebook.Values[3 + k], 5);
            Assert.Equal(centres[k], codebook.Values[3 + k], 1);
        }
    }

    [Fact]
    public void Fitting_does_not_raise_the_error() => Layers.Check(30, random =>
    {
        int n = random.Next(2, 16);
        float[] weights = Layers.Weights(random, 500, n / 2.5);
        Assert.InRange(Error(FittedCodebook.Of(weights, n)), 0, Error(Codebook.Uniform(n)));

        double Error(Codebook codebook) => weights.Sum(w => Math.Pow((double)w - codebook.Values[codebook.Nearest(w)], 2)) + 1e-6;
    });

    [Fact]
    public void Weights_of_zero_leave_the_uniform_values()
        => Assert.Equal([-3f, -2, -1, 0, 1, 2, 3], FittedCodebook.Of(new float[20], 3).Values.AsEnumerable());

    private static IEnumerable<float> Places(int n)
    {
        for (int k = -2 * (n + 1); k <= 2 * (n + 1); k++)
        {
            float border = k / 2f;
            yield return border;
            yield return MathF.BitIncrement(border);
            yield return MathF.BitDecrement(border);
            yield return border + 0.21f;
        }
    }
}
