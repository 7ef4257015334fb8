using System;
using System.Linq;
using RedGen.Compiler.Execute;
using Xunit;

namespace RedGen.Compiler.Tests.Execute;

/// <summary>The random numbers behind inputs made without data.</summary>
public sealed class SplitMix64Tests
{
    [Fact]
    public void The_bits_are_those_of_the_published_generator()
    {
        // The reference implementation (Vigna, splitmix64.c) with seed 1234567.
        var random = new SplitMix64(1234567);
        Assert.Equal(
            [6457827717110365317UL, 3203168211198807973UL, 9817491932198370423UL, 4593380528125082431UL, 16408922859458223821UL],
            Enumerable.Range(0, 5).Select(_ => random.Next()));
    }

    [Fact]
    public void Units_and_indices_stay_in_their_ranges()
    {
        var random = new SplitMix64(3);
        double[] units = [.. Enumerable.Range(0, 20000).Select(_ => random.NextUnit())];
        Assert.All(units, u => Assert.InRange(u, 0, 0.9999999999999999));
        Assert.Equal(0.5, units.Average(), 2);
        int[] counts = new int[7];
        for (int i = 0; i < 7000; i++) counts[random.NextIndex(7)]++;
        Assert.All(counts, c => Assert.InRange(c, 850, 1150));
        Assert.Equal(0, random.NextIndex(1));
    }

    [Fact]
    public void Normals_have_mean_nought_and_deviation_one()
    {
        var random = new SplitMix64(9);
        double[] normals = [.. Enumerable.Range(0, 40000).Select(_ => random.NextNormal())];
        Assert.InRange(normals.Average(), -0.02, 0.02);
        Assert.InRange(Math.Sqrt(normals.Average(n => n * n)), 0.98, 1.02);
        // A normal distribution's: 68.3 and 95.4 %.
        Assert.InRange(normals.Count(n => Math.Abs(n) < 1) / 40000.0, 0.66, 0.70);
        Assert.InRange(normals.Count(n => Math.Abs(n) < 2) / 40000.0, 0.945, 0.965);
    }
}
