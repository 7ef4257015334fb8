using System;
using RedGen.Compiler.Graphs;
using RedGen.Compiler.Options;
using RedGen.Compiler.Verify;
using RedGen.Compiler.Verify.Network;
using RedGen.Compiler.Verify.Search;
using RedGen.Compiler.Verify.VnnLib;
using RedGen.TestKit;
using Xunit;

namespace RedGen.Compiler.Tests.Verify;

/// <summary>Loops are verified run by run; implicit layers are loops that end at a fixed point.</summary>
public sealed class LoopTests
{
    private static readonly CompilerOptions Plain = new() { Hashing = Hashing.None };

    /// <summary>z = x ⁄ 2 + tanh(z) ⁄ 4, whose slope is at most a quarter: one fixed point for every x.</summary>
    private static OnnxModelWriter Equilibrium(int most = 60, float tolerance = 1e-6f) => new OnnxModelWriter().Opset(17).Opset(1, "redgen").Input("x", ElementType.Float32, 1, 2).Initializer("half", [0.5f]).Node("Mul", "x,half", "u")
        .Initializer("start", new float[2], 1, 2).Node("Implicit", "start", "y", n => n.Name("equilibrium").Domain("redgen").Int("max_iterations", most).Float("tolerance", tolerance).Graph("body", static g => g
            .Input("z", ElementType.Float32, 1, 2).Initializer("quarter", [0.25f]).Node("Tanh", "z", "t").Node("Mul", "t,quarter", "s").Node("Add", "s,u", "next").Output("next"))).Output("y", ElementType.Float32, 1, 2);

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
