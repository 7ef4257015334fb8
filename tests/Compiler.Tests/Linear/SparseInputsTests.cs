using System;
using System.Linq;
using RedGen.Compiler.Execute;
using RedGen.Compiler.Graphs;
using RedGen.Compiler.Options;
using RedGen.Compiler.Red;
using RedGen.Compiler.Tests.Red;
using RedGen.TestKit;
using Xunit;

namespace RedGen.Compiler.Tests.Linear;

/// <summary>Which layers leave out inputs of zero, and that they compute the same.</summary>
public sealed class SparseInputsTests
{
    private const int Inputs = 300, Outputs = 90;

    [Theory]
    [InlineData("Relu", true)]
    [InlineData("HardSwish", true)]
    [InlineData("Identity", true)]
    [InlineData("Tanh", false)]
    [InlineData("Sigmoid", false)]
    [InlineData("LeakyRelu", false)]
    public void Zeros_are_expected_behind_functions_that_make_them(string op, bool sparse)
    {
        CompilationResult result = ModelCompiler.Compile(Behind(op, new Random(1), float.NaN).ToSource(), Plain);
        Assert.True(result.Success);
        Assert.Equal(sparse, result.Sources[0].Text.Contains("Dense.RunSparse(", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(float.PositiveInfinity)]
    [InlineData(float.NegativeInfinity)]
    public void Infinite_weights_are_never_left_out(float weight)
    {
        CompilationResult result = ModelCompiler.Compile(Behind("Relu", new Random(1), weight).ToSource(), Plain);
        Assert.True(result.Success);
        Assert.DoesNotContain("RunSparse", result.Sources[0].Text, StringComparison.Ordinal);
    }

    [Fact]
    public void Small_layers_do_not_look_for_zeros()
    {
        var writer = new OnnxModelWriter().Opset(17).Input("x", ElementType.Float32, 1, 64).Initializer("w", Weights(new Random(2), 64 * 128), 64, 128)
            .Node("MatMul", "x, w", "y").Output("y", ElementType.Float32, 1, 128);
        CompilationResult result = ModelCompiler.Compile(writer.ToSource(), Plain);
        Assert.DoesNotContain("RunSparse", result.Sources[0].Text, StringComparison.Ordinal);
    }

    [Fact]
    public void Generated_code_agrees_with_the_interpreter_for_any_share_of_zeros()
    {
        var random = new Random(3);
        var writer = new OnnxModelWriter().Opset(17).Input("x", ElementType.Float32, 1, 2100).Initializer("w", Weights(random, 2100 * 67), 2100, 67)
            .Node("MatMul", "x, w", "y").Output("y", ElementType.Float32, 1, 67);
        using var model = CompiledModel.Compile(writer.ToSource(), Plain);
        Assert.Contains("Dense.RunSparse(", model.Result.Sources[0].Text, StringComparison.Ordinal);
        foreach (int percent in new[] { 0, 30, 55, 80, 99, 100 }) model.AssertAgrees(1e-5, 1e-5, Input(random, 2100, percent));
    }

    [Fact]
    public void Hashed_layers_leave_out_zeros_too()
    {
        HashedMatrix matrix = HashedModel.Matrix(5, 130, 601, 15, levels: true, scaled: true);
        var writer = new OnnxModelWriter().Opset(17).Input("x", ElementType.Float32, 1, 601).Initializer("w", new float[601 * 130], 601, 130)
            .Node("MatMul", "x, w", "y").Output("y", ElementType.Float32, 1, 130);
        using var model = CompiledModel.Compile(HashedModel.Source(writer, "w", matrix), HashedModel.Options);
        Assert.Contains("HashedDense.RunSparsePairs(", model.Result.Sources[0].Text, StringComparison.Ordinal);
        var random = new Random(4);
        foreach (int percent in new[] { 0, 60, 70, 95, 100 }) HashedModel.AssertAgrees(model, 2e-5, $"{percent} %", Input(random, 601, percent));
    }

    private static CompilerOptions Plain => new() { Hashing = Hashing.None };

    private static OnnxModelWriter Behind(string op, Random random, float special)
    {
        float[] second = Weights(random, Inputs * Outputs);
        if (float.IsInfinity(special)) second[17] = special;
        return new OnnxModelWriter().Opset(17).Input("x", ElementType.Float32, 1, 40)
            .Initializer("v", Weights(random, 40 * Inputs), 40, Inputs).Initializer("w", second, Inputs, Outputs)
            .Node("MatMul", "x, v", "h").Node("Relu", "h", "r").Node(op, op == "Identity" ? "r" : "h", "a").Node("MatMul", "a, w", "y")
            .Output("y", ElementType.Float32, 1, Outputs).Output("r", ElementType.Float32, 1, Inputs);
    }

    private static float[] Weights(Random random, int count) => [.. Enumerable.Range(0, count).Select(_ => (random.NextSingle() - 0.5f) / 4)];

    private static ReferenceTensor Input(Random random, int count, int percent)
        => ReferenceTensor.FromTensor(Tensor.Of([.. Enumerable.Range(0, count).Select(_ => random.Next(100) < percent ? 0f : random.NextSingle() - 0.5f)], 1, count));
}
