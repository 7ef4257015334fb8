using System;
using System.Linq;
using RedGen.Compiler.Execute;
using RedGen.Compiler.Graphs;
using RedGen.Compiler.Options;
using RedGen.Compiler.Red.Probe;
using RedGen.TestKit;
using Xunit;

namespace RedGen.Compiler.Tests.Red.Probe;

/// <summary>Inputs made without data, and the user's.</summary>
public sealed class ProbeInputsTests
{
    [Fact]
    public void Two_calls_make_the_same_inputs_and_no_two_samples_are_alike()
    {
        Graph graph = Inputs(("x", ElementType.Float32, [1, 3, 16, 16]), ("v", ElementType.Float32, [1, 20]));
        ProbeInputs one = ProbeInputs.Synthetic(graph, new InputBox(""), 5), two = ProbeInputs.Synthetic(graph, new InputBox(""), 5);
        Assert.Equal(5, one.Samples.Length);
        Assert.False(one.AreReal);
        for (int i = 0; i < 5; i++)
        {
            Assert.Equal(one.Samples[i]["x"].Floats, two.Samples[i]["x"].Floats);
            Assert.Equal([1, 3, 16, 16], one.Samples[i]["x"].Lengths);
            Assert.NotEqual(one.Samples[i]["v"].Floats, one.Samples[(i + 1) % 5]["v"].Floats);
        }
    }

    [Fact]
    public void Declared_ranges_are_kept_and_used()
    {
        Graph graph = Inputs(("x", ElementType.Float32, [1, 3, 32, 32]), ("s", ElementType.Float64, [40]), ("n", ElementType.Int64, [50]), ("b", ElementType.Bool, [50]));
        ProbeInputs inputs = ProbeInputs.Synthetic(graph, new InputBox("x=0..255,s=-2..-1,3..7"), 24);
        float[] x = [.. inputs.Samples.SelectMany(s => s["x"].Floats)];
        Assert.All(x, v => Assert.InRange(v, 0, 255));
        Assert.InRange(x.Average(), 100, 155);
        Assert.True(x.Min() < 20 && x.Max() > 235);
        Assert.All(inputs.Samples.SelectMany(s => s["s"].ToReference().Reals!), v => Assert.InRange(v, -2, -1));
        Assert.Equal([3L, 4, 5, 6, 7], inputs.Samples.SelectMany(s => s["n"].ToReference().Integers!).Distinct().Order());
        Assert.Equal([0L, 1], inputs.Samples.SelectMany(s => s["b"].ToReference().Integers!).Distinct().Order());
    }

    [Fact]
    public void Noise_has_mean_nought_and_deviation_one()
    {
        float[] values = [.. Enumerable.Range(0, 200).SelectMany(i => SmoothNoise.Make([1, 2, 12, 12], 288, new SplitMix64((ulong)i)))];
        Assert.InRange(values.Average(), -0.1, 0.1);
        Assert.InRange(Math.Sqrt(values.Average(v => (double)v * v)), 0.95, 1.05);
    }

    [Fact]
    public void Noise_of_images_is_smooth_and_that_of_vectors_is_not()
    {
        double Neighbours(int[] lengths, int step)
        {
            int count = lengths.Aggregate(1, (a, b) => a * b);
            float[][] samples = [.. Enumerable.Range(0, 60).Select(i => SmoothNoise.Make(lengths, count, new SplitMix64((ulong)i)))];
            return samples.Average(s => Enumerable.Range(0, count - step).Average(i => (double)s[i] * s[i + step]));
        }

        Assert.InRange(Neighbours([1, 3, 24, 24], 1), 0.5, 1);
        Assert.InRange(Neighbours([1, 3, 24, 24], 24), 0.5, 1);
        // Channels are alike: the same place of the next one.
        Assert.InRange(Neighbours([1, 3, 24, 24], 576), 0.5, 0.9);
        Assert.InRange(Neighbours([1, 1, 100], 1), 0.5, 1);
        Assert.InRange(Neighbours([1, 400], 1), -0.1, 0.1);
        // Short axes are features.
        Assert.InRange(Neighbours([1, 40, 3], 1), -0.1, 0.1);
    }

    [Fact]
    public void Samples_are_taken_from_the_whole_file()
    {
        Graph graph = Inputs(("x", ElementType.Float32, [1, 2]));
        ProbeInputs inputs = ProbeInputs.FromSamples(graph, Tensor.Of([.. Enumerable.Range(0, 20).Select(i => (float)i)], 10, 2), 5)!;
        Assert.True(inputs.AreReal);
        Assert.Equal([[0f, 1], [4, 5], [8, 9], [12, 13], [16, 17]], inputs.Samples.Select(s => s["x"].Floats));
        Assert.Equal(10, ProbeInputs.FromSamples(graph, Tensor.Of(new float[20], 10, 2), 50)!.Samples.Length);
        Assert.Null(ProbeInputs.FromSamples(graph, Tensor.Of(new float[21], 7, 3), 50));
    }

    private static Graph Inputs(params (string Name, ElementType Type, int[] Lengths)[] inputs)
    {
        var writer = new OnnxModelWriter();
        foreach ((string name, ElementType type, int[] lengths) in inputs) writer.Input(name, type, [.. lengths.Select(l => (OnnxDim)l)]).Node("Identity", name, name + "_out").Output(name + "_out", type);
        return Passes.Rewriting.Infer(writer.ToModel().Graph);
    }
}
