using System;
using System.Linq;
using RedGen.Compiler.Diagnostics;
using RedGen.Compiler.Graphs;
using RedGen.Compiler.Options;
using RedGen.Compiler.Red;
using RedGen.Compiler.Red.Planning;
using RedGen.TestKit;
using Xunit;

namespace RedGen.Compiler.Tests.Red.Hash;

/// <summary>Models that are unusual: the search ends with a plan that holds, and the build with code.</summary>
public sealed class HashingEdgeTests
{
    private static readonly CompilerOptions Adaptive = new() { Hashing = Hashing.Adaptive };
    private readonly Random _random = new(7);

    [Fact]
    public void A_model_without_layers_has_an_empty_plan()
    {
        OnnxModelWriter writer = Model().Input("x", ElementType.Float32, 1, 4).Output("y", ElementType.Float32).Node("Relu", "x", "y");
        HashingPlan plan = Search(writer);
        Assert.Empty(plan.Layers);
        Assert.Equal(0, plan.MeasuredError);
    }

    [Fact]
    public void Several_inputs_and_outputs()
    {
        OnnxModelWriter writer = Model().Input("a", ElementType.Float32, 1, 20).Input("b", ElementType.Float32, 2, 3, 20)
            .Output("y", ElementType.Float32).Output("z", ElementType.Float32).Output("n", ElementType.Int64)
            .Initializer("w", Weights(20 * 30), 20, 30).Initializer("v", Weights(20 * 30), 20, 30)
            .Node("MatMul", "a, w", "y").Node("MatMul", "b, v", "h").Node("Add", "h, y", "z").Node("Shape", "b", "n");
        Assert.Equal(["w", "v"], Search(writer).Layers.Select(l => l.Weights));
    }

    [Fact]
    public void Integer_inputs()
    {
        // An embedding of one row: of the indices that are tried without data only 0 is one.
        foreach (int rows in new[] { 1, 9 })
        {
            float[] weights = Weights(16 * 40);
            OnnxModelWriter writer = Model().Input("i", ElementType.Int64, 1, 6).Output("y", ElementType.Float32)
                .Initializer("table", Weights(rows * 16), rows, 16).Initializer("w", weights, 16, 40)
                .Node("Gather", "table, i", "h").Node("MatMul", "h, w", "y");
            HashingPlan plan = Search(writer);
            Assert.Equal("w", Assert.Single(plan.Layers).Weights);
            Assert.Equal(rows == 1, plan.Inputs.EndsWith("(not taken by node 'Gather_0' (Gather): index 1 is outside an axis of length 1)", StringComparison.Ordinal));
            // Nothing is known of the layer's input: its weights alone keep the tolerance.
            HashedMatrix matrix = plan.Layers[0].Matrix;
            double noise = Enumerable.Range(0, weights.Length).Sum(i => Math.Pow(weights[i] - matrix.Weight(i % 40, i / 40), 2)) / weights.Sum(w => w * w);
            Assert.InRange(Math.Sqrt(noise), 1e-4, 0.06);
        }
    }

    [Fact]
    public void Weights_with_NaN_stay()
    {
        float[] odd = Weights(20 * 30);
        odd[17] = float.NaN;
        float[] bias = Weights(30);
        bias[3] = float.PositiveInfinity;
        OnnxModelWriter writer = Model().Input("x", ElementType.Float32, 1, 20).Output("y", ElementType.Float32).Output("z", ElementType.Float32)
            .Initializer("odd", odd, 20, 30).Initializer("w", Weights(20 * 30), 20, 30).Initializer("b", bias, 30)
            .Node("Gemm", "x, odd", "y").Node("Gemm", "x, w, b", "z");
        HashedLayer layer = Assert.Single(Search(writer, "RG0016", "RG0016").Layers);
        Assert.Equal("w", layer.Weights);
        Assert.Empty(layer.Bias);
    }

    [Fact]
    public void Weights_of_zero_stay_zero()
    {
        OnnxModelWriter writer = Model().Input("x", ElementType.Float32, 1, 20).Output("y", ElementType.Float32)
            .Initializer("w", new float[20 * 30], 20, 30).Node("MatMul", "x, w", "y");
        Assert.All(Search(writer).Layers, l => Assert.All(l.Matrix.ToRows(), w => Assert.Equal(0f, w)));
    }

    [Theory]
    [InlineData(1e38f)]
    [InlineData(1e20f)]
    [InlineData(1e-40f)]
    public void Weights_of_any_size(float size)
    {
        OnnxModelWriter writer = Model().Input("x", ElementType.Float32, 1, 20).Output("y", ElementType.Float32)
            .Initializer("w", [.. Weights(20 * 30).Select(w => Math.Clamp(w, -3, 3) * size)], 20, 30).Node("MatMul", "x, w", "y");
        Search(writer);
    }

    [Fact]
    public void Outputs_without_elements()
    {
        OnnxModelWriter writer = Model().Input("x", ElementType.Float32, 0, 3, 8, 8).Input("v", ElementType.Float32, 0, 20).Output("y", ElementType.Float32).Output("z", ElementType.Float32)
            .Initializer("w", Weights(16 * 27), 16, 3, 3, 3).Initializer("d", Weights(20 * 30), 20, 30)
            .Node("Conv", "x, w", "y").Node("MatMul", "v, d", "z");
        Assert.Empty(Search(writer).Layers);
    }

    [Fact]
    public void Values_that_are_not_finite_without_data()
    {
        // The logarithm of what is negative is NaN; half of the columns are.
        OnnxModelWriter writer = Model().Input("x", ElementType.Float32, 1, 20).Output("y", ElementType.Float32).Output("z", ElementType.Float32)
            .Initializer("w", Weights(20 * 30), 20, 30).Initializer("v", Weights(30 * 30), 30, 30)
            .Node("Log", "x", "h").Node("MatMul", "h, w", "y").Node("MatMul", "x, w2", "g").Initializer("w2", Weights(20 * 30), 20, 30).Node("Sqrt", "g", "r").Node("MatMul", "r, v", "z");
        HashingPlan plan = Search(writer);
        Assert.Equal(["w", "w2", "v"], plan.Layers.Select(l => l.Weights));
        Assert.False(double.IsNaN(plan.MeasuredError) || double.IsInfinity(plan.MeasuredError));
    }

    [Fact]
    public void One_sample_has_an_error_too()
    {
        OnnxModelWriter writer = Model().Input("x", ElementType.Float32, 1, 20).Output("y", ElementType.Float32).Initializer("w", Weights(20 * 30), 20, 30).Node("MatMul", "x, w", "y");
        HashingPlan plan = Tuner.Run(writer.ToSource(), Adaptive, Tensor.Of(Weights(20), 1, 20), null, new DiagnosticBag(), default)!;
        Assert.InRange(plan.MeasuredError, 1e-5, 0.03);
    }

    [Fact]
    public void Weights_that_serve_two_layers_are_measured_in_both()
    {
        OnnxModelWriter writer = Model().Input("x", ElementType.Float32, 1, 30).Output("y", ElementType.Float32)
            .Initializer("w", Weights(30 * 30), 30, 30).Initializer("b", Weights(30), 30).Initializer("c", Weights(30), 30)
            .Node("Gemm", "x, w, b", "h").Node("Relu", "h", "r").Node("Gemm", "r, w, c", "y");
        Assert.Equal("w", Assert.Single(Search(writer).Layers).Weights);
    }

    [Fact]
    public void Weights_that_are_read_in_two_ways_stay()
    {
        // As they are and transposed; by a node that is no layer; as an output.
        OnnxModelWriter writer = Model().Input("x", ElementType.Float32, 1, 30).Input("i", ElementType.Int64, 1).Output("y", ElementType.Float32).Output("e", ElementType.Float32).Output("u", ElementType.Float32)
            .Initializer("w", Weights(30 * 30), 30, 30).Initializer("t", Weights(30 * 30), 30, 30).Initializer("u", Weights(30 * 30), 30, 30)
            .Node("Gemm", "x, w", "h").Node("Gemm", "h, w", "g", n => n.Int("transB", 1))
            .Node("MatMul", "g, t", "p").Node("Gather", "t, i", "e").Node("MatMul", "p, u", "y");
        Assert.Empty(Search(writer).Layers);
    }

    [Fact]
    public void Tolerances_of_nought_and_one()
    {
        OnnxModelWriter writer = Model().Input("x", ElementType.Float32, 1, 40).Output("y", ElementType.Float32).Initializer("w", Weights(40 * 60), 40, 60).Node("MatMul", "x, w", "y");
        Assert.InRange(Search(writer, Adaptive with { Tolerance = 1 }).Layers[0].Matrix.Codebook.Length, 3, 7);
        // No codebook is exact here: the layer stays as it is.
        CompilerOptions exact = Adaptive with { Tolerance = 0 };
        HashingPlan plan = Tuner.Run(writer.ToSource(), exact, null, null, new DiagnosticBag(), default)!;
        Assert.Empty(plan.Layers);
        Assert.Equal(0, plan.MeasuredError);
        AssertCompiles(writer.ToSource(), exact, []);
        AssertCompiles(writer.ToSource(), exact with { Hashing = Hashing.Kde }, ["RG0027"]);
    }

    private static OnnxModelWriter Model() => new();

    private float[] Weights(int count) => Layers.Weights(_random, count);

    private static HashingPlan Search(OnnxModelWriter writer, params string[] expected) => Search(writer, Adaptive, expected);

    /// <summary>The build compiles the model as it is and with the plan of the search; both plans hold.</summary>
    private static HashingPlan Search(OnnxModelWriter writer, CompilerOptions options, params string[] expected)
    {
        ModelSource source = writer.ToSource();
        foreach (Hashing hashing in new[] { Hashing.Kde, Hashing.KdeMean, options.Hashing })
            AssertCompiles(source, options with { Hashing = hashing }, expected);
        var diagnostics = new DiagnosticBag();
        HashingPlan plan = Tuner.Run(source, options, null, null, diagnostics, default)!;
        Assert.False(diagnostics.HasErrors);
        AssertCompiles(source with { PlanText = PlanFile.Write(plan, source.Sha256, PlanFile.Fingerprint(options, "")) }, options, expected);
        return plan;
    }

    private static void AssertCompiles(ModelSource source, CompilerOptions options, string[] expected)
    {
        CompilationResult result = ModelCompiler.Compile(source, options);
        Assert.True(result.Success, options.Hashing + ": " + string.Join("; ", result.Diagnostics));
        Assert.Equal(expected, result.Diagnostics.Select(d => d.Id).Where(id => id is not "RG0024"));
    }
}
