using System;
using System.Linq;
using RedGen.Compiler.Graphs;
using RedGen.Compiler.Options;
using RedGen.Compiler.Verify;
using RedGen.Compiler.Verify.FixedPoints;
using RedGen.Compiler.Verify.Network;
using RedGen.Compiler.Verify.Properties;
using RedGen.Compiler.Verify.Search;
using RedGen.Compiler.Verify.VnnLib;
using RedGen.TestKit;
using Xunit;

namespace RedGen.Compiler.Tests.Verify;

/// <summary>Loops are verified run by run; implicit layers are loops that end at a fixed point.</summary>
public sealed class LoopTests
{
    /// <summary>Inputs near zero.</summary>
    private const string Small = "(declare-const X_0 Real)(declare-const X_1 Real)(declare-const Y_0 Real)(declare-const Y_1 Real)(assert (>= X_0 -0.1))(assert (<= X_0 0.1))(assert (>= X_1 -0.1))(assert (<= X_1 0.1))";

    private static readonly CompilerOptions Plain = new() { Hashing = Hashing.None };

    /// <summary>z = x ⁄ 2 + tanh(z) ⁄ 4, whose slope is at most a quarter: one fixed point for every x; or with another factor.</summary>
    private static OnnxModelWriter Equilibrium(int most = 60, float tolerance = 1e-6f, float slope = 0.25f) => new OnnxModelWriter().Opset(17).Opset(1, "redgen").Input("x", ElementType.Float32, 1, 2).Initializer("half", [0.5f]).Node("Mul", "x,half", "u")
        .Initializer("start", new float[2], 1, 2).Node("Implicit", "start", "y", n => n.Name("equilibrium").Domain("redgen").Int("max_iterations", most).Float("tolerance", tolerance).Graph("body", g => g
            .Input("z", ElementType.Float32, 1, 2).Initializer("quarter", [slope]).Node("Tanh", "z", "t").Node("Mul", "t,quarter", "s").Node("Add", "s,u", "next").Output("next"))).Output("y", ElementType.Float32, 1, 2);

    [Fact]
    public void An_implicit_layer_gives_the_fixed_point()
    {
        using CompiledModel model = CompiledModel.Compile(Equilibrium(), Plain);
        foreach (float x in new[] { -3f, -0.4f, 0, 0.7f, 2.5f })
        {
            float[] y = VerifierTests.Predict(model, [x, -x]);
            double z = 0;
            for (int k = 0; k < 100; k++) z = (Math.Tanh(z) / 4) + (x / 2);
            Assert.Equal(z, y[0], 5);
            Assert.Equal(-z, y[1], 5);
        }
    }

    [Fact]
    public void An_implicit_layer_ends_after_its_limit()
    {
        using CompiledModel model = CompiledModel.Compile(Equilibrium(most: 2, tolerance: 0), Plain);
        float x = 1.5f, once = x * 0.5f, twice = (MathF.Tanh(once) * 0.25f) + once;
        Assert.Equal(twice, VerifierTests.Predict(model, [x, 0])[0], 6);
    }

    [Theory]
    [InlineData("(assert (>= Y_0 0.75))", VerificationResult.Holds)]
    [InlineData("(assert (<= Y_0 0.19))", VerificationResult.Holds)]
    [InlineData("(assert (>= Y_0 0.6))", VerificationResult.Violated)]
    [InlineData("(assert (<= Y_1 (+ Y_0 -0.9)))", VerificationResult.Holds)]
    public void Properties_of_an_implicit_layer_have_the_verdict_that_is_known(string assertion, VerificationResult expected)
    {
        // x from 0.3 to 1 has fixed points from 0.199 to 0.648.
        using CompiledModel model = CompiledModel.Compile(Equilibrium(most: 30, tolerance: 1e-4f), Plain);
        string names = "(declare-const X_0 Real)(declare-const X_1 Real)(declare-const Y_0 Real)(declare-const Y_1 Real)";
        string box = "(assert (>= X_0 0.3))(assert (<= X_0 1))(assert (>= X_1 0.3))(assert (<= X_1 1))";
        Verdict verdict = Verifier.Run(model.Plan, VnnLibReader.Read(names + box + assertion, 2, 2), x => VerifierTests.Predict(model, x), new VerificationLimits { Nodes = 20_000 });
        Assert.Equal(expected, verdict.Result);
    }

    [Theory]
    [InlineData(0.25f, "")]
    [InlineData(0.99f, "")]
    [InlineData(1.5f, "may move values apart")]
    public void An_implicit_layer_needs_exactly_one_fixed_point_for_a_proof(float slope, string reason)
    {
        // z = x ⁄ 2 + s·tanh(z) has one fixed point for every x where s < 1, and three for small x where s > 1.
        using CompiledModel model = CompiledModel.Compile(Equilibrium(most: 3, tolerance: 1e-4f, slope: slope), Plain);
        Verdict verdict = Verifier.Run(model.Plan, VnnLibReader.Read(Small + "(assert (>= Y_0 9))", 2, 2), x => VerifierTests.Predict(model, x), new VerificationLimits { Nodes = 20_000 });
        Assert.Equal(reason.Length == 0 ? VerificationResult.Holds : VerificationResult.Unknown, verdict.Result);
        Assert.Contains(reason, verdict.Reason, StringComparison.Ordinal);
        if (reason.Length > 0) Assert.Contains("is not known to have exactly one fixed point", verdict.Reason, StringComparison.Ordinal);
        Verdict violated = Verifier.Run(model.Plan, VnnLibReader.Read(Small + "(assert (>= Y_0 -9))", 2, 2), x => VerifierTests.Predict(model, x), new VerificationLimits { Nodes = 20_000 });
        Assert.Equal(VerificationResult.Violated, violated.Result);
    }

    [Theory]
    [InlineData("0.1 5 0.01 0.1", "")]
    [InlineData("0.1 5 0.3 0.1", "by a factor of 1.32")]
    [InlineData("0.5 -0.6 0.6 0.5", "may move values apart, by a factor of 1.1")]
    public void Contraction_is_measured_in_the_norm_that_suits_it(string weights, string reason)
    {
        // z = Relu(z·W + x) as an ONNX loop; the first W has the row sums 5.1 and 0.11, and the spectral radius 0.32.
        float[] matrix = [.. weights.Split(' ').Select(static w => float.Parse(w, System.Globalization.CultureInfo.InvariantCulture))];
        OnnxModelWriter writer = new OnnxModelWriter().Opset(17).Input("x", ElementType.Float32, 1, 2).Initializer("start", new float[2], 1, 2).Initializer("most", [3L]).Node("Loop", "most,,start", "y", n => n.Name("iterates").Graph("body", g => g
            .Input("i", ElementType.Int64).Input("c", ElementType.Bool).Input("z", ElementType.Float32, 1, 2).Initializer("w", matrix, 2, 2).Initializer("small", [1e-4f]).Node("MatMul", "z,w", "p").Node("Add", "p,x", "q").Node("Relu", "q", "next")
            .Node("Sub", "next,z", "d").Node("Abs", "d", "m").Node("ReduceMax", "m", "n", static k => k.Int("keepdims", 0)).Node("Greater", "n,small", "on").Output("on").Output("next"))).Output("y", ElementType.Float32, 1, 2);
        string problem = FixedPointTest.Problem(ModelCompiler.Compile(writer.ToSource(), Plain).Plan!.Graph, new VerifiedBox([-0.3, -0.3], [0.3, 0.3]), default);
        Assert.True(problem.Contains(reason, StringComparison.Ordinal), problem);
        Assert.Equal(reason.Length == 0, problem.Length == 0);
    }

    [Fact]
    public void A_loop_that_counts_needs_no_fixed_point()
    {
        OnnxModelWriter writer = new OnnxModelWriter().Opset(17).Input("x", ElementType.Float32, 1, 2).Initializer("most", [3L]).Initializer("go", Tensor.FromSpan<byte>(ElementType.Bool, [1], [])).Node("Loop", "most,go,x", "y", static n => n.Graph("body", static g => g
            .Input("i", ElementType.Int64).Input("c", ElementType.Bool).Input("s", ElementType.Float32, 1, 2).Initializer("two", [2f]).Node("Mul", "s,two", "t").Node("Identity", "c", "on").Output("on").Output("t"))).Output("y", ElementType.Float32, 1, 2);
        Assert.Equal("", FixedPointTest.Problem(ModelCompiler.Compile(writer.ToSource(), Plain).Plan!.Graph, new VerifiedBox([-1, -1], [1, 1]), default));
    }

    [Theory]
    [InlineData("max_iterations")]
    [InlineData("tolerance")]
    public void Parameters_without_a_meaning_are_refused(string attribute)
    {
        OnnxModelWriter writer = attribute == "tolerance" ? Equilibrium(tolerance: -1) : Equilibrium(most: 0);
        CompilationResult result = ModelCompiler.Compile(writer.ToSource(), Plain);
        Assert.False(result.Success);
        Assert.Contains(result.Diagnostics, d => d.Message.Contains("'" + attribute + "'", StringComparison.Ordinal) && d.Message.Contains("equilibrium", StringComparison.Ordinal));
    }

    [Fact]
    public void A_loop_without_a_limit_is_refused()
    {
        OnnxModelWriter writer = new OnnxModelWriter().Opset(17).Input("x", ElementType.Float32, 1, 2).Initializer("go", Tensor.FromSpan<byte>(ElementType.Bool, [1], [])).Node("Loop", ",go,x", "y", static n => n.Name("endless").Graph("body", static g => g
            .Input("i", ElementType.Int64).Input("c", ElementType.Bool).Input("s", ElementType.Float32, 1, 2).Initializer("half", [0.5f]).Initializer("least", [1e-3f]).Node("Mul", "s,half", "t").Node("ReduceL1", "t", "n", static k => k.Int("keepdims", 0)).Node("Greater", "n,least", "on").Output("on").Output("t")))
            .Output("y", ElementType.Float32, 1, 2);
        UnverifiableException problem = Assert.Throws<UnverifiableException>(() => NetworkBuilder.Build(ModelCompiler.Compile(writer.ToSource(), Plain).Plan!));
        Assert.Contains("node 'endless' (Loop) runs as often as values of run time say", problem.Message, StringComparison.Ordinal);
    }
}
