using System;
using System.Collections.Generic;
using System.Linq;
using RedGen.Compiler.Graphs;
using RedGen.Compiler.Options;
using RedGen.Compiler.Plan;
using RedGen.Compiler.Red;
using RedGen.Compiler.Tests.Linear;
using RedGen.Compiler.Tests.Red;
using RedGen.TestKit;
using Xunit;

namespace RedGen.Compiler.Tests.Layouts;

/// <summary>Small convolutions compiled for their sizes: generated code computes what the operators mean.</summary>
public sealed class FixedConvTests
{
    [Fact]
    public void Random_layers_compute_what_the_operators_mean()
    {
        using var batch = new ModelBatch();
        List<(RandomModel Random, CompiledModel Compiled)> models = [.. Enumerable.Range(0, 60).Select(seed =>
        {
            RandomModel model = Layer(seed);
            return (model, batch.Add($"fixed {seed}", model.Writer, TestOptions.Exact with { Layouts = LayoutMode.ChannelsLast }));
        })];
        batch.Build();
        foreach ((RandomModel random, CompiledModel model) in models)
        {
            Assert.Contains(model.Plan.Root.Steps, s => IsFixed(s));
            model.AssertAgrees(1e-4, 1e-4, random.Values);
        }
    }

    [Fact]
    public void Hashed_weights_are_expanded_at_the_first_use()
    {
        using var batch = new ModelBatch();
        OnnxModelWriter writer = new OnnxModelWriter().Opset(17).Input("x", ElementType.Float32, 1, 8, 6, 6)
            .Initializer("w", new float[24 * 8 * 9], 24, 8, 3, 3).Node("Conv", "x, w", "y", n => n.Ints("pads", 1, 1, 1, 1)).Output("y");
        HashedMatrix matrix = HashedModel.Matrix(3, 24, 8 * 9, 31, true, true);
        var options = HashedModel.Options with { Weights = WeightTier.Expand, Layouts = LayoutMode.ChannelsLast };
        CompiledModel expanded = batch.Add("expanded", HashedModel.Source(writer, "w", matrix), options);
        batch.Build();
        Step step = Assert.Single(expanded.Plan.Root.Steps, s => s.Stem == "Conv");
        Assert.Equal("ChannelsLast.Fixed.Expanded", step.Kernel);
        HashedModel.AssertAgrees(expanded, 2e-4, "expanded", HashedModel.Inputs(expanded, 3));
        Assert.Equal(0, expanded.AllocatedBytes(HashedModel.Inputs(expanded, 3)));
    }

    private static bool IsFixed(Step step) => step.Kernel.StartsWith("ChannelsLast.Fixed", StringComparison.Ordinal);

    /// <summary>A small convolution, dense, depthwise or of one pixel, with or without bias and activation.</summary>
    private static RandomModel Layer(int seed)
    {
        RandomModel m = new RandomModel(seed, ElementType.Float32).Opset(17);
        bool depthwise = m.Chance(0.4);
        int outputs = m.Next(8, 20);
        int inputs = depthwise ? outputs : m.Any(1, m.Next(5, 7));
        int[] kernel = m.Any<int[]>([3, 3], [3, 3], [1, 1], [2, 4], [5, 1], [3]);
        int[] lengths = [.. kernel.Select(k => m.Next(Math.Max(k, 2), 8))];
        int[] pads = [.. kernel.Concat(kernel).Select(k => m.Next(0, k - 1))];
        int[] strides = [.. kernel.Select(_ => m.Any(1, 1, 2))];
        int[] dilations = [.. kernel.Select((k, i) => ((k - 1) * 2) + 1 <= lengths[i] ? m.Any(1, 1, 2) : 1)];
        string operands = m.Input("x", [1, inputs, .. lengths]) + ", " + m.Constant("w", [outputs, depthwise ? 1 : inputs, .. kernel]);
        if (m.Chance(0.5)) operands += ", " + m.Constant("b", outputs);
        m.Node("Conv", operands, "c", n => n.Ints("pads", Long(pads)).Ints("strides", Long(strides)).Ints("dilations", Long(dilations)).Int("group", depthwise ? outputs : 1));
        string last = "c";
        if (m.Chance(0.6)) m.Node(m.Any("Relu", "Sigmoid", "HardSwish"), last, last = "a");
        return m.Output(last);
    }

    private static long[] Long(int[] values) => [.. values.Select(v => (long)v)];
}
