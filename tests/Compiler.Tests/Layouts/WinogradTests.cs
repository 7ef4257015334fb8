using System;
using System.Collections.Generic;
using System.Collections.Immutable;
using System.Linq;
using RedGen.Compiler.Graphs;
using RedGen.Compiler.Kernels.ChannelsLast;
using RedGen.Compiler.Kernels.Linear;
using RedGen.Compiler.Operators.Pooling;
using RedGen.Compiler.Options;
using RedGen.Compiler.Plan;
using RedGen.Compiler.Plan.Choices;
using RedGen.Compiler.Plan.Costs;
using RedGen.Compiler.Red;
using RedGen.Compiler.Tests.Linear;
using RedGen.Compiler.Tests.Red;
using RedGen.TestKit;
using Xunit;

namespace RedGen.Compiler.Tests.Layouts;

/// <summary>Convolutions by Winograd: which layers, with which error, and that generated code computes what the operators mean.</summary>
public sealed class WinogradTests
{
    [Fact]
    public void Random_layers_compute_what_the_operators_mean()
    {
        using var batch = new ModelBatch();
        List<(RandomModel Random, CompiledModel Compiled)> models = [.. Enumerable.Range(0, 40).Select(seed =>
        {
            RandomModel model = Layer(seed);
            return (model, batch.Add($"winograd {seed}", model.Writer, TestOptions.Exact with { Kernels = Tiles(model, seed) }));
        })];
        batch.Build();
        foreach ((RandomModel random, CompiledModel model) in models)
        {
            Assert.Contains(model.Plan.Root.Steps, s => IsWinograd(s));
            model.AssertAgrees(1e-4, 1e-4, random.Values);
        }
    }

    [Fact]
    public void Hashed_weights_are_transformed_at_the_first_use()
    {
        using var batch = new ModelBatch();
        OnnxModelWriter writer = new OnnxModelWriter().Opset(17).Input("x", ElementType.Float32, 1, 32, 16, 16)
            .Initializer("w", new float[32 * 32 * 9], 32, 32, 3, 3).Node("Conv", "x, w", "y", n => n.Ints("pads", 1, 1, 1, 1)).Output("y");
        HashedMatrix matrix = HashedModel.Matrix(3, 32, 32 * 9, 31, true, true);
        CompiledModel expanded = batch.Add("expanded", HashedModel.Source(writer, "w", matrix), HashedModel.Options with { Weights = WeightTier.Expand });
        CompiledModel inPlace = batch.Add("in place", HashedModel.Source(writer, "w", matrix), HashedModel.Options with { Weights = WeightTier.InPlace });
        batch.Build();
        Step step = Assert.Single(expanded.Plan.Root.Steps, s => s.Stem == "Conv");
        Assert.Equal("Conv 3×3, 32 → 32 channels, pad 1, Winograd F(4×4), channels last, 31 weight values", step.Summary);
        Assert.Equal(32 * 32 * 9, step.Weights[0].Emitted.Where(w => w.IsText).Sum(w => w.Length));
        Assert.DoesNotContain(inPlace.Plan.Root.Steps, s => IsWinograd(s));
        HashedModel.AssertAgrees(expanded, 2e-4, "expanded", HashedModel.Inputs(expanded, 3));
        Assert.Equal(0, expanded.AllocatedBytes(HashedModel.Inputs(expanded, 3)));
    }

    [Theory]
    [InlineData(64, 64, 8, 3, 3, 1, "F(4×4)")]
    [InlineData(16, 16, 32, 3, 3, 1, "F(4×4)")]
    [InlineData(64, 64, 4, 3, 3, 1, "F(2×2)")]
    [InlineData(32, 32, 16, 5, 5, 1, "F(2×2)")]
    [InlineData(32, 32, 32, 1, 3, 1, "F(1×4)")]
    [InlineData(3, 16, 32, 3, 3, 1, "")]
    [InlineData(1, 1, 5, 3, 3, 1, "")]
    [InlineData(64, 64, 16, 3, 3, 2, "")]
    [InlineData(64, 64, 16, 1, 1, 1, "")]
    [InlineData(64, 64, 16, 7, 7, 1, "")]
    public void Layers_get_the_tiles_that_pay(int inChannels, int outChannels, int size, int height, int width, int stride, string expected)
    {
        ConvLayer layer = Square(inChannels, outChannels, size, height, width, stride);
        foreach (CostTable table in new[] { CostTable.X64, CostTable.X64Narrow, CostTable.Arm64 })
        {
            double direct = table.Microseconds("ChannelsLast.Direct", ConvWork.OverChannels(layer))!.Value;
            double Time(WinogradTiles t) => table.Microseconds($"ChannelsLast.Winograd.{t.Height}x{t.Width}", ConvWork.OfTiles(layer, t))!.Value;
            WinogradTiles[] tiles = [.. WinogradTiles.Of(layer).Where(t => 1.15 * Time(t) < direct).OrderBy(Time)];
            Assert.Equal(expected, tiles.Length == 0 ? "" : tiles[0].Text(layer.Window));
        }
    }

    [Theory]
    [InlineData(3, 4, 2e-7, 2e-6)]
    [InlineData(3, 2, 1e-8, 1e-6)]
    [InlineData(5, 2, 2e-7, 3e-6)]
    public void Errors_of_usual_weights_are_those_of_floats(int kernel, int tile, double least, double most)
    {
        var random = new Random(9);
        ConvLayer layer = Square(32, 32, 16, kernel, kernel, 1);
        float[] weights = [.. Enumerable.Range(0, 32 * layer.Taps).Select(_ => (float)(random.NextDouble() - 0.5))];
        Assert.InRange(WinogradAccuracy.Error(layer, weights, new WinogradTiles(tile, tile)), least, most);
    }

    [Fact]
    public void Weights_that_overflow_or_need_exact_sums_are_left_alone()
    {
        ConvLayer layer = Square(16, 16, 16, 3, 3, 1);
        float[] Fill(Func<int, float> value) => [.. Enumerable.Range(0, 16 * layer.Taps).Select(value)];
        bool Suffices(float[] weights, int tile) => WinogradAccuracy.Suffices(new FloatConvolution(null!, layer, weights, null, null!, null), new WinogradTiles(tile, tile));
        Assert.True(Suffices(Fill(i => (i % 7) - 2.5f), 4));
        Assert.False(Suffices(Fill(i => i % 2 == 0 ? 3e38f : -3e38f), 4));
        Assert.False(Suffices(Fill(_ => 0), 4));
        Assert.False(Suffices(Fill(_ => float.NaN), 2));
        Assert.False(Suffices(Fill(i => i % 3 == 0 ? 1 : -1), 4));
        Assert.True(Suffices(Fill(i => i % 3 == 0 ? 1 : -1), 2));
    }

    private static bool IsWinograd(Step step) => step.Kernel.StartsWith("ChannelsLast.Winograd", StringComparison.Ordinal);

    /// <summary>Some tiles for the convolution, whether they pay or not.</summary>
    private static ImmutableDictionary<string, string> Tiles(RandomModel model, int seed)
    {
        StepCandidates step = ModelCompiler.Compile(model.Writer.ToSource(), TestOptions.Exact with { ListsKernels = true }).Plan!.Candidates.Single();
        string[] tiles = [.. step.Kernels.Where(static k => k.StartsWith("ChannelsLast.Winograd", StringComparison.Ordinal))];
        return ImmutableDictionary<string, string>.Empty.Add(step.Node, tiles[seed % tiles.Length]);
    }

    /// <summary>A convolution of a size that may pay, with or without bias, residual and activation.</summary>
    private static RandomModel Layer(int seed)
    {
        RandomModel m = new RandomModel(seed, ElementType.Float32).Opset(17);
        int inputs = m.Next(24, 40);
        int outputs = m.Chance(0.5) ? inputs : m.Next(24, 50);
        int[] kernel = m.Any<int[]>([3, 3], [3, 3], [5, 5], [1, 3], [3, 1], [3]);
        int[] pads = [.. kernel.Select(k => k / 2)];
        int[] lengths = [.. kernel.Select(_ => m.Next(14, 21))];
        if (kernel.Length == 1) lengths = [m.Next(100, 200)];
        int batch = m.Any(1, 1, 3);
        string inputsText = m.Input("x", [batch, inputs, .. lengths]) + ", " + m.Constant("w", [outputs, inputs, .. kernel]);
        if (m.Chance(0.5)) inputsText += ", " + m.Constant("b", outputs);
        m.Node("Conv", inputsText, "c", n => n.Ints("pads", [.. pads.Concat(pads).Select(p => (long)p)]));
        string last = "c";
        if (inputs == outputs)
        {
            m.Node("Add", "c, x", "r");
            last = "r";
        }

        if (m.Chance(0.6)) m.Node(m.Any("Relu", "Sigmoid", "HardSwish"), last, last = "a");
        return m.Output(last);
    }

    private static ConvLayer Square(int inChannels, int outChannels, int size, int height, int width, int stride)
    {
        WindowAxis Axis(int kernel) => new(size, ((size - 1) / stride) + 1, kernel, stride, 1, kernel / 2, kernel / 2);
        return new ConvLayer(1, 1, inChannels, outChannels, new WindowGeometry(2, WindowAxis.Missing, Axis(height), Axis(width)));
    }
}
