using System;
using System.Collections.Generic;
using System.Linq;
using FsCheck;
using FsCheck.Fluent;
using RedGen.Compiler.Kernels.Linear;
using RedGen.Compiler.Operators.Pooling;
using RedGen.Compiler.Red;
using RedGen.Compiler.Red.Splitting;
using Xunit;

namespace RedGen.Compiler.Tests.Red.Splitting;

/// <summary>Counts against their definition, pixel by pixel, over random layers.</summary>
public sealed class LoweringCounterTests
{
    private const int Cases = 200;

    [Fact]
    public void Tap_products_are_the_magnitudes_of_a_column_at_every_output_pixel() => ForAll(layer =>
    {
        long products = 0;
        foreach (int channel in Enumerable.Range(0, layer.Geometry.InChannels))
            foreach (int tap in Enumerable.Range(0, layer.Taps))
                products += Different(layer, OutputsOf(layer, channel).Select(o => (o, ((channel % layer.GroupInputs) * layer.Taps) + tap)));
        Assert.Equal((products + Scales(layer)) * layer.Pixels, LoweringCounter.TapProducts(layer).Multiplications);
    });

    [Fact]
    public void Channel_products_are_the_magnitudes_of_a_channel_at_every_input_pixel() => ForAll(layer =>
    {
        long products = 0;
        foreach (int channel in Enumerable.Range(0, layer.Geometry.InChannels))
            products += Different(layer, OutputsOf(layer, channel).SelectMany(o => Enumerable.Range(channel % layer.GroupInputs * layer.Taps, layer.Taps).Select(j => (o, j))));
        long pixels = layer.Geometry.Batch * layer.Plane.ReadPixels;
        Assert.Equal((products * pixels) + (Scales(layer) * layer.Pixels), LoweringCounter.ChannelProducts(layer).Multiplications);
    });

    [Fact]
    public void Output_sums_are_the_magnitudes_of_a_row_at_every_output_pixel() => ForAll(layer =>
    {
        // With scales every factor is its own number; without them 1 is free.
        long products = Enumerable.Range(0, layer.Geometry.OutChannels).Sum(o => Different(layer, Enumerable.Range(0, layer.Matrix.Columns).Select(j => (o, j)), oneCounts: !layer.Matrix.Scales.IsEmpty));
        LoweringWork work = LoweringCounter.OutputSums(layer);
        Assert.Equal(products * layer.Pixels, work.Multiplications);
        Assert.True(work.Multiplications <= layer.Geometry.MultiplyAdds);
    });

    [Fact]
    public void Separate_kernels_give_the_weights_and_none_is_a_multiple_of_another() => ForAll(layer =>
    {
        KernelSeparation separation = KernelSeparation.Of(layer);
        var weights = new double[layer.Geometry.OutChannels, layer.Matrix.Columns];
        for (int c = 0; c < layer.Geometry.InChannels; c++)
        {
            for (int k = separation.KernelStarts[c]; k < separation.KernelStarts[c + 1]; k++)
            {
                float[] kernel = [.. separation.Kernels.Skip(k * layer.Taps).Take(layer.Taps)];
                for (int other = separation.KernelStarts[c]; other < k; other++)
                    Assert.False(AreProportional(kernel, [.. separation.Kernels.Skip(other * layer.Taps).Take(layer.Taps)]));
                foreach (KernelUse use in separation.Uses.Skip(separation.UseStarts[k]).Take(separation.UseStarts[k + 1] - separation.UseStarts[k]))
                    for (int t = 0; t < layer.Taps; t++) weights[use.Output, (c % layer.GroupInputs * layer.Taps) + t] = (double)kernel[t] * use.Factor * (layer.Magnitudes.Scales.IsEmpty ? 1 : layer.Magnitudes.Scales[use.Output]);
            }
        }

        AssertWeights(layer, (o, j) => weights[o, j]);
    });

    [Fact]
    public void Magnitudes_signs_and_scales_give_the_weights() => ForAll(layer => AssertWeights(layer, (o, j) =>
    {
        int map = layer.Magnitudes.Maps[layer.Matrix.Indices[(o * layer.Matrix.Columns) + j]];
        return map == 0 ? 0 : Math.Sign(map) * (double)layer.Magnitudes.Values[Math.Abs(map) - 1] * (layer.Magnitudes.Scales.IsEmpty ? 1 : layer.Magnitudes.Scales[o]);
    }));

    [Fact]
    public void The_pixels_that_are_multiplied_hold_all_that_taps_read() => ForAll(layer =>
    {
        foreach ((WindowAxis axis, ReadRange reads) in layer.Geometry.Window.Axes.Zip(layer.Plane.Reads))
        {
            HashSet<int> read = [.. Enumerable.Range(0, axis.Out).SelectMany(o => Enumerable.Range(0, axis.Kernel).Select(k => axis.Position(o, k))).Where(p => p >= 0 && p < axis.In)];
            int[] multiplied = [.. Enumerable.Range(0, reads.Count).Select(i => reads.First + (i * reads.Step))];
            Assert.Superset(read, multiplied.ToHashSet());
            Assert.All(multiplied, p => Assert.InRange(p, 0, axis.In - 1));
            if (axis.Kernel >= axis.Stride && axis.Dilation == 1) Assert.Equal(read.Count, multiplied.Length);
        }
    });

    [Fact]
    public void The_cost_is_the_least_and_doublings_never_add_to_it() => ForAll(layer =>
    {
        IReadOnlyList<LoweringWork> works = LoweringCounter.All(layer);
        long least = works.Min(w => w.Multiplications);
        // Two codes that share too little have no cost but the dense one.
        Assert.Equal(layer.IsPaired && least >= layer.MultiplyAdds ? null : least, LoweringCounter.CostOf(layer)?.Multiplications);
        Assert.All(works, w => Assert.True(w.TrueMultiplications <= w.Multiplications));
        Assert.InRange(layer.ValuesPerColumn, 1, layer.Matrix.Count);
    });

    [Theory]
    [InlineData(16, 0.89)]
    [InlineData(64, 0.97)]
    public void Fifteen_magnitudes_take_most_products_of_a_convolution_away(int channels, double least)
    {
        // redpp.md §4: K = 15 products an input pixel instead of 9 · n_out; here with a scale an output element, and 1 among the magnitudes.
        var indices = new byte[channels * channels * 9];
        for (int i = 0; i < indices.Length; i++) indices[i] = (byte)(i % 31);
        var matrix = new HashedMatrix(channels, channels * 9, [.. Enumerable.Range(-15, 31).Select(k => (float)k)], [.. Enumerable.Repeat(0.25f, channels)], indices);
        var axis = new WindowAxis(16, 16, 3, 1, 1, 1, 1);
        var layer = new SplitLayer(new ConvLayer(1, 1, channels, channels, new WindowGeometry(2, WindowAxis.Missing, axis, axis)), matrix);
        LoweringWork work = LoweringCounter.ChannelProducts(layer);
        Assert.Equal(((channels * 14) + channels) * 256, work.Multiplications);
        Assert.True(1 - ((double)work.Multiplications / layer.Geometry.MultiplyAdds) > least);
    }

    [Fact]
    public void Kernels_that_are_multiples_of_one_another_pay_for_separation()
    {
        // One kernel of nine different numbers for all of 4 → 8 channels, times small factors.
        var codebook = new SortedSet<float>();
        foreach (int factor in new[] { 1, 2, 4, 8 })
            for (int t = 0; t < 9; t++) codebook.Add(factor * (1.0625f + (0.0625f * t)));
        float[] values = [.. codebook];
        byte[] indices = [.. Enumerable.Range(0, 8 * 4 * 9).Select(i => (byte)Array.IndexOf(values, (1 << (i / 9 % 4)) * (1.0625f + (0.0625f * (i % 9)))))];
        var axis = new WindowAxis(9, 4, 3, 2, 1, 0, 0);
        var layer = new SplitLayer(new ConvLayer(1, 1, 4, 8, new WindowGeometry(2, WindowAxis.Missing, axis, axis)), new HashedMatrix(8, 36, [.. values], [], indices));
        Assert.Equal(4, KernelSeparation.Of(layer).KernelStarts[^1]);
        Assert.Equal(4 * 9 * 16, LoweringCounter.Of(layer, SplitLowering.SeparateKernels).Multiplications);
    }

    private static void ForAll(Action<SplitLayer> assert)
        => Prop.ForAll(Arb.From(Gen.Choose(0, int.MaxValue - 1)), seed => assert(Layer(new Random(seed)))).Check(Config.QuickThrowOnFailure.WithMaxTest(Cases).WithReplay(20261125, 77));

    private static SplitLayer Layer(Random random)
    {
        int groups = random.Next(1, 4), inputs = random.Next(1, 5), outputs = random.Next(1, 7);
        WindowAxis[] axes = [random.Next(4) == 0 ? Axis(random) : WindowAxis.Missing, Axis(random), Axis(random)];
        var geometry = new ConvLayer(random.Next(1, 3), groups, groups * inputs, groups * outputs, new WindowGeometry(3, axes[0], axes[1], axes[2]));
        return new SplitLayer(geometry, RandomHashed.NewMatrix(new Linear.RandomModel(random.Next(), Graphs.ElementType.Float32), groups * outputs, inputs * geometry.Window.KernelLength));
    }

    private static WindowAxis Axis(Random random)
    {
        int kernel = random.Next(1, 4), stride = random.Next(1, 4), dilation = random.Next(1, 3), before = random.Next(0, 3), after = random.Next(0, 3), input = random.Next(5, 12);
        return new WindowAxis(input, ((input + before + after - ((kernel - 1) * dilation) - 1) / stride) + 1, kernel, stride, dilation, before, after);
    }

    private static IEnumerable<int> OutputsOf(SplitLayer layer, int channel) => Enumerable.Range(channel / layer.GroupInputs * layer.GroupOutputs, layer.GroupOutputs);

    /// <summary>The different magnitudes among weights, without 0 and, unless it counts, the one that is 1.</summary>
    private static int Different(SplitLayer layer, IEnumerable<(int Output, int Column)> weights, bool oneCounts = false)
        => weights.Select(w => Math.Abs(layer.Matrix.Code(w.Output, w.Column))).Where(v => v != 0 && (oneCounts || v != One(layer))).Distinct().Count();

    /// <summary>The magnitude that is 1: itself, or the most frequent one where outputs have scales.</summary>
    private static float One(SplitLayer layer)
    {
        if (layer.Matrix.Scales.IsEmpty) return 1;
        IEnumerable<float> all = Enumerable.Range(0, layer.Matrix.Count).Select(i => Math.Abs(layer.Matrix.Codebook[layer.Matrix.Indices[i]])).Where(v => v != 0);
        return all.GroupBy(v => v).OrderByDescending(g => g.Count()).ThenBy(g => g.Key).Select(g => g.Key).FirstOrDefault();
    }

    private static long Scales(SplitLayer layer)
        => layer.Matrix.Scales.IsEmpty ? 0 : Enumerable.Range(0, layer.Matrix.Outputs).Count(o => layer.Magnitudes.Scales[o] != 1);

    private static bool AreProportional(float[] a, float[] b)
        => Enumerable.Range(0, a.Length).All(s => Enumerable.Range(0, a.Length).All(t => (double)a[s] * b[t] == (double)a[t] * b[s]));

    private static void AssertWeights(SplitLayer layer, Func<int, int, double> weight)
    {
        for (int o = 0; o < layer.Matrix.Outputs; o++)
            for (int j = 0; j < layer.Matrix.Columns; j++)
                Assert.True(Math.Abs(layer.Matrix.Weight(o, j) - weight(o, j)) <= 4e-7 * Math.Abs(layer.Matrix.Weight(o, j)));
    }
}
