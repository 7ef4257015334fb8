using System;
using System.Linq;
using RedGen.Compiler.Graphs;
using RedGen.Compiler.Options;
using RedGen.TestKit;
using Xunit;

namespace RedGen.Compiler.Tests.Linear;

/// <summary>Where straight-line code ends and loops begin (docs/decisions/0002).</summary>
public sealed class UnrolledTests
{
    [Theory]
    [InlineData(4, 4, true)]
    [InlineData(1, 16, true)]
    [InlineData(16, 3, true)]
    [InlineData(17, 1, false)]
    [InlineData(8, 8, false)]
    [InlineData(64, 64, false)]
    public void Small_layers_are_straight_line_code(int inputs, int outputs, bool unrolled) => AssertUnrolled(Lowering.Auto, inputs, outputs, unrolled);

    [Theory]
    [InlineData(16, 16, true)]
    [InlineData(64, 2, true)]
    [InlineData(65, 1, false)]
    [InlineData(4, 64, false)]
    [InlineData(64, 64, false)]
    public void Without_vectors_larger_layers_are_too(int inputs, int outputs, bool unrolled) => AssertUnrolled(Lowering.Scalar, inputs, outputs, unrolled);

    [Fact]
    public void An_unrolled_network_has_neither_weights_nor_loops_nor_the_runtime()
    {
        string code = Compile(8, 4, i => i - 100).Sources.Single().Text;
        string layer = code.Substring(code.IndexOf("private static void MatMul1(", StringComparison.Ordinal));
        Assert.DoesNotContain("for (", layer, StringComparison.Ordinal);
        Assert.DoesNotContain("Weights", code.Replace("WeightBytes", "", StringComparison.Ordinal), StringComparison.Ordinal);
        foreach (string kernel in new[] { "Dense.", "Gemm.", "Simd." }) Assert.DoesNotContain(kernel, layer, StringComparison.Ordinal);
    }

    [Fact]
    public void Weights_of_zero_vanish()
    {
        CompilationResult result = Compile(16, 16, i => i % 16 == 0 ? 1 : 0);
        Assert.Equal("Dense.Unrolled", Assert.Single(result.Plan!.Root.Steps).Kernel);
        Assert.DoesNotContain("0f *", result.Sources[0].Text, StringComparison.Ordinal);
    }

    private static void AssertUnrolled(Lowering lowering, int inputs, int outputs, bool unrolled)
    {
        CompilationResult result = Compile(inputs, outputs, i => i + 1, lowering);
        Assert.Equal(unrolled, Assert.Single(result.Plan!.Root.Steps).Kernel == "Dense.Unrolled");
        Assert.Equal(unrolled, result.Sources.Length == 1);
    }

    private static CompilationResult Compile(int inputs, int outputs, Func<int, float> weight, Lowering lowering = Lowering.Auto)
    {
        OnnxModelWriter model = new OnnxModelWriter().Input("x", ElementType.Float32, 1, inputs)
            .Initializer("w", [.. Enumerable.Range(0, inputs * outputs).Select(weight)], inputs, outputs)
            .Node("MatMul", "x, w", "h").Node("Relu", "h", "y").Output("y");
        CompilationResult result = ModelCompiler.Compile(model.ToSource(), TestOptions.Exact with { Lowering = lowering });
        Assert.True(result.Success, string.Join("\n", result.Diagnostics));
        return result;
    }
}
