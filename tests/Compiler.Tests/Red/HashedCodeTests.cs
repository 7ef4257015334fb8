using System;
using System.Collections.Generic;
using System.Linq;
using RedGen.Compiler.Execute;
using RedGen.Compiler.Graphs;
using RedGen.Compiler.Options;
using RedGen.Compiler.Plan;
using RedGen.Compiler.Red;
using RedGen.TestKit;
using Xunit;

namespace RedGen.Compiler.Tests.Red;

/// <summary>Layers with hashed weights: which form the planner chooses, and that generated code computes what the reduced graph means.</summary>
public sealed class HashedCodeTests
{
    private static readonly (int Values, bool Levels)[] Codebooks =
        [(1, false), (2, false), (3, true), (7, true), (8, false), (9, true), (15, true), (16, false), (17, false), (31, true), (32, false), (33, false), (63, true), (92, false), (100, false), (127, true), (127, false)];

    [Theory]
    [InlineData("Gemm")]
    [InlineData("MatMul")]
    [InlineData("Rows")]
    [InlineData("Few")]
    [InlineData("Conv")]
    [InlineData("Groups")]
    [InlineData("Depthwise")]
    [InlineData("Covering")]
    public void Generated_code_computes_what_the_reduced_graph_means(string kind)
    {
        using var batch = new ModelBatch();
        var models = new List<(CompiledModel Model, string Label, float Largest)>();
        int seed = kind.Length;
        foreach ((int values, bool levels) in Codebooks)
        {
            // At these sizes Auto expands; one kind shows that.
            foreach (WeightTier tier in kind == "Gemm" ? [WeightTier.Auto, WeightTier.InPlace, WeightTier.Expand] : new[] { WeightTier.InPlace, WeightTier.Expand })
            {
                bool scaled = seed++ % 2 == 0;
                (OnnxModelWriter writer, int outputs, int columns) = Layer(kind, seed);
                HashedMatrix matrix = HashedModel.Matrix(seed, outputs, columns, values, levels, scaled);
                string label = $"{kind} {values} {(levels ? "levels" : "values")}, {tier}, {(scaled ? "scales" : "no scales")}";
                models.Add((batch.Add(label, HashedModel.Source(writer, "w", matrix), HashedModel.Options with { Weights = tier }), label, matrix.ToRows().Max(Math.Abs)));
            }
        }

        batch.Build();
        foreach ((CompiledModel model, string label, float largest) in models)
        {
            Assert.Empty(model.Result.Diagnostics);
            Step step = Assert.Single(model.Plan.Root.Steps, s => s.Weights.Length > 0); // beside it a value may change its layout
            bool inPlace = label.Contains("InPlace", StringComparison.Ordinal) && kind is "Gemm" or "MatMul" or "Covering";
            Assert.Equal(inPlace, step.Kernel.StartsWith("Dense.Hashed", StringComparison.Ordinal));
            Assert.Equal(!inPlace, step.Kernel.EndsWith(".Expanded", StringComparison.Ordinal));
            // What is left of a sum after cancellation has the rounding of its terms, which grow with the weights.
            HashedModel.AssertAgrees(model, 2e-5, 2e-6 * largest, label, HashedModel.Inputs(model, 3));
            Assert.Equal(0, model.AllocatedBytes(HashedModel.Inputs(model, 3)));
        }
    }

    [Fact]
    public void Expanded_weights_are_those_of_the_reduced_graph_to_the_bit()
    {
        using var batch = new ModelBatch();
        var models = new List<CompiledModel>();
        foreach ((int values, bool levels) in Codebooks)
        {
            HashedMatrix matrix = HashedModel.Matrix(values, 37, 29, values, levels, scaled: true);
            var writer = new OnnxModelWriter().Opset(17).Input("x", ElementType.Float32, 29, 29).Initializer("w", new float[29 * 37], 29, 37)
                .Node("MatMul", "x, w", "y").Output("y", ElementType.Float32, 29, 37);
            models.Add(batch.Add($"{values}", HashedModel.Source(writer, "w", matrix), HashedModel.Options));
        }

        batch.Build();
        foreach (CompiledModel model in models)
        {
            // The unit matrix picks each weight; what it adds to it is zero.
            float[] unit = [.. Enumerable.Range(0, 29 * 29).Select(i => i % 30 == 0 ? 1f : 0f)];
            ReferenceTensor output = model.Run(ReferenceTensor.FromTensor(Tensor.Of(unit, 29, 29)))[0];
            Assert.Equal(model.Plan.Graph.ConstantOf("w")!.AsSpan<float>().ToArray(), output.ToTensor().AsSpan<float>().ToArray());
        }
    }

    [Theory]
    [InlineData(512, 512, 15, false, "Dense.Blocks.Expanded")]
    [InlineData(512, 512, 15, true, "Dense.Pairs.Expanded")]
    [InlineData(1024, 512, 7, false, "Dense.Hashed8")]
    [InlineData(1024, 512, 15, false, "Dense.Hashed16")]
    [InlineData(1024, 512, 127, true, "Dense.Pairs.Expanded")]
    [InlineData(2048, 2048, 15, true, "Dense.Hashed16")]
    [InlineData(2048, 2048, 17, true, "Dense.HashedLevels")]
    [InlineData(1024, 512, 31, false, "Dense.Blocks.Expanded")]
    [InlineData(2048, 2048, 31, false, "Dense.Hashed32")]
    [InlineData(2048, 2048, 33, false, "Dense.Blocks.Expanded")]
    public void Auto_reads_in_place_what_waits_for_memory(int inputs, int outputs, int values, bool levels, string kernel)
    {
        HashedMatrix matrix = HashedModel.Matrix(1, outputs, inputs, values, levels, scaled: true);
        var writer = new OnnxModelWriter().Opset(17).Input("x", ElementType.Float32, 1, inputs).Initializer("w", new float[inputs * outputs], inputs, outputs)
            .Node("MatMul", "x, w", "y").Output("y", ElementType.Float32, 1, outputs);
        CompilationResult result = ModelCompiler.Compile(HashedModel.Source(writer, "w", matrix), HashedModel.Options);
        Assert.True(result.Success);
        Assert.Equal(kernel, Assert.Single(result.Plan!.Root.Steps).Kernel);
    }

    [Fact]
    public void Weight_bytes_are_those_of_indices_codebook_scales_and_biases()
    {
        HashedMatrix matrix = HashedModel.Matrix(4, 21, 27, 31, levels: true, scaled: true);
        CompilationResult expand = ModelCompiler.Compile(HashedModel.Source(Conv(21, 3, 1), "w", matrix), HashedModel.Options);
        Assert.Equal(matrix.Bytes + (4 * 21), expand.Plan!.WeightBytes);

        // In place, more than 16 levels need no codebook, and the indices fill a panel of 16 outputs.
        matrix = HashedModel.Matrix(4, 40, 100, 31, levels: true, scaled: true);
        CompilationResult inPlace = ModelCompiler.Compile(HashedModel.Source(Gemm(1, 100, 40), "w", matrix), HashedModel.Options with { Weights = WeightTier.InPlace });
        Assert.Equal((48 * 100) + (4 * 40) + (4 * 40), inPlace.Plan!.WeightBytes);
    }

    [Fact]
    public void A_resource_holds_indices_as_they_are()
    {
        HashedMatrix matrix = HashedModel.Matrix(6, 21, 27, 31, levels: true, scaled: true);
        CompilationResult result = ModelCompiler.Compile(
            HashedModel.Source(Conv(21, 3, 1), "w", matrix).InPlanes(), HashedModel.Options.InPlanes() with { Weights = WeightTier.Resource, WeightResource = "weights" });
        Assert.True(result.Success);
        Assert.Contains($"Blob.Read<byte>(0, {matrix.Count})", result.Sources[1].Text, StringComparison.Ordinal);
        Assert.Contains("HashedWeights.ToConvBlocks(Weights.Conv1Indices, HashedWeights.Levels(-15, 15), Weights.Conv1Scales, first: 48, groups: 1, outputs: 21, columns: 27)", result.Sources[1].Text, StringComparison.Ordinal);
        byte[] indices = [.. result.WeightBlob[..matrix.Count].ToArray().Select(b => (byte)(b - '0'))];
        Assert.Equal(matrix.Indices.ToArray(), indices);
    }

    [Fact]
    public void A_weight_that_two_layers_share_is_expanded_once()
    {
        HashedMatrix matrix = HashedModel.Matrix(8, 8, 72, 15, levels: true, scaled: true);
        var writer = new OnnxModelWriter().Opset(17).Input("x", ElementType.Float32, 1, 8, 10, 10).Initializer("w", new float[8 * 72], 8, 8, 3, 3)
            .Node("Conv", "x, w", "h").Node("Conv", "h, w", "y").Output("y", ElementType.Float32, 1, 8, 6, 6);
        using var model = CompiledModel.Compile(HashedModel.Source(writer, "w", matrix).InPlanes(), HashedModel.Options.InPlanes());
        Assert.Equal(matrix.Bytes, model.Plan.WeightBytes);
        Assert.Equal(2, model.Result.Sources[1].Text.Split("HashedWeights.ToConvBlocks").Length);
        HashedModel.AssertAgrees(model, 2e-5, "shared", HashedModel.Inputs(model, 5));
    }

    private static (OnnxModelWriter Writer, int Outputs, int Columns) Layer(string kind, int seed)
    {
        int size = seed % 13;
        return kind switch
        {
            "Gemm" => (Gemm(1, 65 + size, 20 + size), 20 + size, 65 + size),
            "MatMul" => (MatMul(130 + size, 33), 33, 130 + size),
            "Rows" => (Gemm(3, 40 + size, 20), 20, 40 + size),
            "Few" => (Gemm(1, 70 + size, 5), 5, 70 + size),
            "Conv" => (Conv(9 + size, 4, 1), 9 + size, 36),
            "Groups" => (Conv(10, 6, 2), 10, 27),
            "Depthwise" => (Conv(7, 7, 7), 7, 9),
            _ => (Covering(7, 24), 24, 7 * 12),
        };
    }

    private static OnnxModelWriter Gemm(int rows, int inputs, int outputs)
        => new OnnxModelWriter().Opset(17).Input("x", ElementType.Float32, rows, inputs).Initializer("w", new float[inputs * outputs], outputs, inputs)
            .Initializer("b", Numbers(outputs), outputs).Node("Gemm", "x, w, b", "h", n => n.Int("transB", 1)).Node("LeakyRelu", "h", "y")
            .Output("y", ElementType.Float32, rows, outputs);

    private static OnnxModelWriter MatMul(int inputs, int outputs)
        => new OnnxModelWriter().Opset(17).Input("x", ElementType.Float32, 1, inputs).Initializer("w", new float[inputs * outputs], inputs, outputs)
            .Node("MatMul", "x, w", "y").Output("y", ElementType.Float32, 1, outputs);

    private static OnnxModelWriter Conv(int outputs, int inputs, int groups)
        => new OnnxModelWriter().Opset(17).Input("x", ElementType.Float32, 1, inputs, 7, 9)
            .Initializer("w", new float[outputs * inputs / groups * 9], outputs, inputs / groups, 3, 3).Initializer("b", Numbers(outputs), outputs)
            .Node("Conv", "x, w, b", "h", n => n.Int("group", groups).Ints("pads", 1, 1, 1, 1)).Node("Relu", "h", "y")
            .Output("y", ElementType.Float32, 1, outputs, 7, 9);

    /// <summary>A convolution with one window: a dense layer.</summary>
    private static OnnxModelWriter Covering(int inputs, int outputs)
        => new OnnxModelWriter().Opset(17).Input("x", ElementType.Float32, 1, inputs, 3, 4).Initializer("w", new float[outputs * inputs * 12], outputs, inputs, 3, 4)
            .Node("Conv", "x, w", "y").Output("y", ElementType.Float32, 1, outputs, 1, 1);

    private static float[] Numbers(int count) => [.. Enumerable.Range(0, count).Select(i => MathF.Sin(i))];
}
