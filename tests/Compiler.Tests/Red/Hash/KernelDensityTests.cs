using System;
using System.Linq;
using RedGen.Compiler.Red.Hash;
using Xunit;

namespace RedGen.Compiler.Tests.Red.Hash;

/// <summary>The density of weights: what it is, its extrema, and its borders.</summary>
public sealed class KernelDensityTests
{
    [Fact]
    public void On_the_grid_it_is_the_sum_of_the_kernels() => Layers.Check(40, random =>
    {
        double width = 0.01 + random.NextDouble();
        // Numbers on the grid of Δ/3 fall into their bins exactly.
        float[] numbers = [.. Enumerable.Range(0, 1 + random.Next(60)).Select(_ => random.Next(100) * (float)width / 3)];
        KernelDensity density = Of(numbers, width);
        for (int i = 0; i < density.Values.Count; i++)
        {
            double naive = numbers.Sum(v => Math.Exp(-Math.Pow((density.At(i) - v) / width, 2) / 2));
            // Beyond five Δ a kernel is taken to be nothing: e^(−12.5) a number.
            Assert.InRange(density.Values[i] - naive, -(4e-6 * numbers.Length) - 1e-5, 1e-5 * numbers.Length);
        }
    });

    [Fact]
    public void Binning_moves_the_density_by_little() => Layers.Check(20, random =>
    {
        float[] numbers = Layers.Weights(random, 300);
        KernelDensity density = Of(numbers, 0.3);
        for (int i = 0; i < density.Values.Count; i++)
        {
            double naive = numbers.Sum(v => Math.Exp(-Math.Pow((density.At(i) - v) / 0.3, 2) / 2));
            // Half a bin is Δ/6, and the kernel's slope at most e^(−1/2)/Δ.
            Assert.InRange(Math.Abs(density.Values[i] - naive), 0, numbers.Length * 0.61 / 6);
        }
    });

    [Fact]
    public void It_reaches_three_widths_beyond_the_numbers_in_steps_of_a_third()
    {
        KernelDensity density = Of([-1f, 0.5f, 2f], 0.3);
        Assert.Equal(-1 - 0.9, density.At(0), 9);
        Assert.Equal(0.1, density.At(1) - density.At(0), 9);
        Assert.InRange(density.At(density.Values.Count - 1), 2 + 0.9 - 1e-9, 2 + 0.9 + 0.1 + 1e-9);
    }

    [Fact]
    public void Bells_apart_have_their_extrema_where_they_are()
    {
        var random = new Random(5);
        float[] numbers = [.. Layers.Weights(random, 3000, 0.1).Select(v => v - 2), .. Layers.Weights(random, 3000, 0.1), .. Layers.Weights(random, 3000, 0.1).Select(v => v + 3)];
        KernelDensity density = Of(numbers, 0.25);
        double[] minima = density.Minima();
        Assert.Equal(2, minima.Length);
        // Between the bells the density is nothing for long: the border is the left end of that.
        Assert.InRange(minima[0], -2 + 0.4, -0.4);
        Assert.InRange(minima[1], 0.4, 3 - 0.4);
        double[] maxima = density.Maxima(minima);
        foreach ((double expected, double place) in new[] { -2.0, 0, 3 }.Zip(maxima)) Assert.InRange(place, expected - 0.1, expected + 0.1);
    }

    [Fact]
    public void A_minimum_of_two_equal_bells_is_in_their_middle()
    {
        // Four widths apart: nowhere zero in between.
        KernelDensity density = Of([-2f, 2f], 1);
        Assert.Equal(0, Assert.Single(density.Minima()), 9);
        Assert.Equal([-2.0, 2.0], density.Maxima([0.0]).Select(p => Math.Round(p, 9)));
    }

    [Fact]
    public void A_plateau_counts_once_at_its_left_end()
    {
        // Kernels end five Δ from their centres: from there on nothing, up to five Δ before the next.
        KernelDensity density = Of([0f, 20f], 1);
        Assert.Equal(5 + (1.0 / 3), Assert.Single(density.Minima()), 9);
    }

    [Fact]
    public void Equal_densities_are_won_by_the_left()
    {
        KernelDensity density = Of([-1f, 1f], 0.25);
        Assert.Equal(-1, Assert.Single(density.Maxima([])), 9);
    }

    [Fact]
    public void Ends_are_no_minima()
    {
        Assert.Empty(Of([1f], 0.1).Minima());
        Assert.Empty(Of([.. Enumerable.Range(0, 50).Select(i => i * 0.01f)], 1).Minima());
    }

    [Fact]
    public void A_narrow_kernel_has_no_more_cells_than_the_limit()
    {
        KernelDensity density = Of([-1f, 0f, 1f], 1e-30);
        Assert.InRange(density.Values.Count, KernelDensity.MostCells, KernelDensity.MostCells + 20);
        Assert.Equal(2, density.Minima().Length);
    }

    [Theory]
    [InlineData(float.MaxValue)]
    [InlineData(1e30f)]
    [InlineData(float.Epsilon)]
    [InlineData(-1000f)]
    public void Equal_numbers_of_any_size_have_one_maximum(float value)
    {
        KernelDensity density = Of([value, value, value], Math.Abs(value) * 1e-9);
        Assert.Empty(density.Minima());
        Assert.Equal(value, (float)Assert.Single(density.Maxima([])));
    }

    private static KernelDensity Of(float[] numbers, double width) => KernelDensity.Of(numbers, numbers.Min(), numbers.Max(), width);
}
