using System;
using System.Linq;
using FsCheck;
using FsCheck.Fluent;
using RedGen.Compiler.Report;
using Xunit;

namespace RedGen.Compiler.Tests.Report;

public sealed class WeightHistogramTests
{
    [Fact]
    public void Values_fall_into_their_bins()
    {
        WeightHistogram histogram = WeightHistogram.Of([-1, 0, 0.001, 1, 0.999, double.NaN, double.PositiveInfinity], []);
        Assert.Equal((-1, 1), (histogram.From, histogram.To));
        int[] expected = new int[WeightHistogram.Bins];
        (expected[0], expected[48], expected[95]) = (1, 2, 2);
        Assert.Equal(expected, histogram.Counts);
    }

    [Fact]
    public void Marks_widen_the_range()
    {
        WeightHistogram histogram = WeightHistogram.Of([0, 1], [-3, 2, double.NaN]);
        Assert.Equal((-3, 2), (histogram.From, histogram.To));
        Assert.Equal(2, histogram.Counts.Sum());
    }

    [Theory]
    [InlineData(4, 2, 6)]
    [InlineData(0, -1, 1)]
    public void One_value_has_a_range_around_it(double value, double from, double to)
    {
        WeightHistogram histogram = WeightHistogram.Of([value, value], []);
        Assert.Equal((from, to, 2), (histogram.From, histogram.To, histogram.Counts[48]));
        Assert.All(histogram.Density, d => Assert.True(double.IsFinite(d)));
    }

    [Fact]
    public void Nothing_has_no_histogram() => Assert.Same(WeightHistogram.Empty, WeightHistogram.Of([double.NaN], [1]));

    [Fact]
    public void The_density_of_one_cell_is_the_kernel()
    {
        // The bandwidth is a bin's width. All values lie in the first quarter of bin 48, whose centre is three eighths from the bin's: n · φ(0.375) there.
        WeightHistogram histogram = WeightHistogram.Of(Enumerable.Repeat(0.0, 1000), [-48, 48]);
        Assert.Equal((1, 1000), (histogram.Bandwidth, histogram.Counts[48]));
        double distance = 0.375;
        Assert.Equal(1000 / Math.Sqrt(2 * Math.PI) * Math.Exp(-distance * distance / 2), histogram.Density[48], 2);
        double next = 1.375;
        Assert.Equal(1000 / Math.Sqrt(2 * Math.PI) * Math.Exp(-next * next / 2), histogram.Density[49], 2);
    }

    [Fact]
    public void Counts_and_density_hold_every_value() => Prop.ForAll(ArbMap.Default.ArbFor<float[]>(), values =>
    {
        double[] finite = [.. values.Where(float.IsFinite).Select(v => (double)v)];
        WeightHistogram histogram = WeightHistogram.Of(values.Select(v => (double)v), []);
        if (finite.Length == 0) return histogram.Counts.IsEmpty;
        // What the kernel spreads beyond the range is missing, so the density holds at most all of them.
        return histogram.Counts.Sum() == finite.Length && histogram.From <= finite.Min() && histogram.To >= finite.Max()
            && histogram.Density.Sum() <= (finite.Length * 1.001) + (0.001 * WeightHistogram.Bins) && histogram.Density.All(d => d >= 0);
    }).QuickCheckThrowOnFailure();

    [Fact]
    public void Extrema_are_the_turns_of_the_density()
    {
        static int[] Turns(params double[] density) => [.. new WeightHistogram(0, 1, [], [.. density], 1).Extrema];

        Assert.Equal([2, 3, 5], Turns(0, 1, 3, 1, 1, 2, 0));
        Assert.Equal([1], Turns(0, 2, 2, 1, 0));
        Assert.Equal([0, 1, 2], Turns(5, 4, 6));
        Assert.Equal([0], Turns(1, 1, 1));
        Assert.Empty(Turns());
        WeightHistogram two = WeightHistogram.Of(Enumerable.Range(0, 400).Select(i => (i % 2 == 0 ? -1 : 1) + (i * 0.0005)), []);
        Assert.Equal(3, two.Extrema.Length);
        Assert.InRange(two.Density[two.Extrema[1]], 0, two.Density[two.Extrema[0]] / 2);
    }
}
