using System;
using System.Linq;
using RedGen.Compiler.Diagnostics;
using RedGen.Compiler.Graphs;
using RedGen.Compiler.Options;
using RedGen.Compiler.Red;
using RedGen.Compiler.Red.Planning;
using RedGen.TestKit;
using Xunit;

namespace RedGen.Compiler.Tests.Red;

/// <summary>What the user is told when the tolerance is missed (RG0027) and when samples do not fit the model (RG0017).</summary>
public sealed class ToleranceTests
{
    private static readonly CompilerOptions Adaptive = new() { Hashing = Hashing.Adaptive };
    private static readonly ModelSource Mlp = ModelSource.FromBytes("mlp.onnx", DigitsAssets.Mlp());

    [Fact]
    public void A_missed_tolerance_is_RG0027_and_names_the_layer_with_the_largest_share()
    {
        CompilationResult result = ModelCompiler.Compile(Mlp, Adaptive with { Hashing = Hashing.Kde, Tolerance = 0.0001 });
        Assert.True(result.Success);
        Diagnostic warning = Assert.Single(result.Diagnostics, d => d.Id == "RG0027");
        Assert.Equal(Severity.Warning, warning.Severity);
        ModelReduction reduction = result.Plan!.Reduction;
        LayerReduction worst = reduction.Layers.MaxBy(l => l.ErrorShare)!;
        Assert.Equal(
            FormattableString.Invariant($"the reduction has a relative error of {reduction.MeasuredError:G4} at the outputs, more than RedGenTolerance=0.0001; most of it ({100 * worst.ErrorShare:F0} %) comes from node '{worst.Node}' ({worst.Operator})"),
            warning.Message);
    }

    [Fact]
    public void A_tolerance_that_is_met_or_the_methods_own_is_silent()
    {
        Assert.Empty(ModelCompiler.Compile(Mlp, Adaptive with { Tolerance = 0.1 }).Diagnostics);
        Assert.Empty(ModelCompiler.Compile(Mlp, Adaptive).Diagnostics);
    }

    [Theory]
    [InlineData(0.01)]
    [InlineData(0.001)]
    [InlineData(0.0001)]
    public void A_tolerance_that_was_asked_for_is_met_with_as_many_bytes_as_it_takes(double tolerance)
    {
        CompilationResult result = ModelCompiler.Compile(Mlp, Adaptive with { Tolerance = tolerance });
        Assert.Empty(result.Diagnostics);
        ModelReduction reduction = result.Plan!.Reduction;
        Assert.InRange(reduction.MeasuredError, 0, tolerance);
        Assert.NotEmpty(reduction.Layers);
    }

    [Fact]
    public void A_plan_whose_measured_error_is_larger_is_RG0027_too()
    {
        CompilerOptions options = Adaptive with { Tolerance = 0.05 };
        HashingPlan plan = Tuner.Run(Mlp, options, null, null, new DiagnosticBag(), default)!;
        string[] Ids(double measured) => [.. ModelCompiler.Compile(With(plan with { MeasuredError = measured }, options), options).Diagnostics.Select(d => d.Id)];
        Assert.Equal(["RG0027"], Ids(0.0501));
        Assert.Equal(["RG0027"], Ids(double.PositiveInfinity));
        Assert.Empty(Ids(0.05));
        // Not measured.
        Assert.Empty(Ids(double.NaN));
    }

    [Theory]
    [InlineData("a sample has 63 values, the input 'x' takes 64", 3, 63)]
    [InlineData("a sample has 4 values, the input 'x' takes 64", 16, 4)]
    [InlineData("there are no samples", 0, 64)]
    public void Samples_that_do_not_fit_are_RG0017(string problem, params int[] lengths)
        => AssertRefused(Mlp, Tensor.Of(new float[lengths[0] * lengths[1]], lengths), problem.Replace("'x'", "'" + InputOf(Mlp) + "'", StringComparison.Ordinal));

    [Fact]
    public void Samples_that_are_no_floats_or_not_finite_are_RG0017()
    {
        AssertRefused(Mlp, Tensor.Of(new long[64], 1, 64), "samples are float32, these are int64");
        var samples = new float[3 * 64];
        samples[130] = float.NaN;
        AssertRefused(Mlp, Tensor.Of(samples, 3, 64), "sample 2 holds a number that is NaN or infinite");
        AssertRefused(Mlp, Tensor.Of(new float[1], []), "there are no samples");
    }

    [Fact]
    public void Samples_serve_models_with_one_float_input()
    {
        OnnxModelWriter two = new OnnxModelWriter().Input("a", ElementType.Float32, 1, 4).Input("b", ElementType.Float32, 1, 4).Output("y", ElementType.Float32).Node("Add", "a, b", "y");
        AssertRefused(two.ToSource(), Tensor.Of(new float[8], 2, 4), "samples serve models with one input; this one has 2");
        OnnxModelWriter integer = new OnnxModelWriter().Input("i", ElementType.Int64, 1, 4).Output("y", ElementType.Int64).Node("Neg", "i", "y");
        AssertRefused(integer.ToSource(), Tensor.Of(new float[8], 2, 4), "samples are float32, the input 'i' is int64 1×4");
    }

    [Fact]
    public void Samples_in_any_shape_of_the_inputs_length_are_taken()
    {
        var diagnostics = new DiagnosticBag();
        Tensor samples = Tensor.Of([.. DigitsAssets.Images().Take(5).SelectMany(i => i)], 5, 8, 8);
        Assert.Equal("5 of the user's samples", Tuner.Run(Mlp, Adaptive, samples, null, diagnostics, default)!.Inputs);
        Assert.False(diagnostics.HasErrors);
    }

    private static string InputOf(ModelSource source) => ModelCompiler.Compile(source, new CompilerOptions { Hashing = Hashing.None }).Plan!.Graph.Inputs[0].Name;

    private static ModelSource With(HashingPlan plan, CompilerOptions options) => Mlp with { PlanText = PlanFile.Write(plan, Mlp.Sha256, PlanFile.Fingerprint(options, "")) };

    private static void AssertRefused(ModelSource source, Tensor samples, string problem)
    {
        var diagnostics = new DiagnosticBag();
        Assert.Null(Tuner.Run(source, Adaptive with { Samples = "x.npy" }, samples, null, diagnostics, default));
        Diagnostic error = Assert.Single(diagnostics.ToImmutable());
        Assert.Equal("RG0017: RedGenSamples='x.npy' is not understood: " + problem, error.ToString());
    }
}
