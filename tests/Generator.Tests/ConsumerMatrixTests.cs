using System;
using System.Linq;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using RedGen.TestKit;
using Xunit;

namespace RedGen.Generator.Tests;

/// <summary>Generated code compiles without a warning and gives the right numbers, whatever a user's project is set to.</summary>
public sealed class ConsumerMatrixTests
{
    private const string Driver = """
        static class Driver
        {
            static float[] Run(float[] input)
            {
                var output = new float[Consumer.Digits.LogitsLength];
                Consumer.Digits.Predict(input, output);
                return output;
            }
        }
        """;

    public static TheoryData<string, ConsumerSettings> Settings => new()
    {
        { "default", new ConsumerSettings() },
        { "checked", new ConsumerSettings { IsChecked = true } },
        { "nullable", new ConsumerSettings { Nullable = NullableContextOptions.Enable } },
        { "unsafe", new ConsumerSettings { AllowUnsafe = true } },
        { "latest", new ConsumerSettings { Language = LanguageVersion.Latest } },
        { "debug", new ConsumerSettings { Optimization = OptimizationLevel.Debug, IsChecked = true } },
    };

    [Theory]
    [MemberData(nameof(Settings))]
    public void The_package_mode_compiles_and_predicts(string name, ConsumerSettings settings)
    {
        Assert.NotEmpty(name);
        AssertPredicts(settings);
    }

    [Theory]
    [MemberData(nameof(Settings))]
    public void The_source_mode_compiles_and_predicts(string name, ConsumerSettings settings)
    {
        Assert.NotEmpty(name);
        AssertPredicts(settings with { HasRuntime = false }, "RedGenRuntime=Source");
    }

    [Theory]
    [InlineData("Literal")]
    [InlineData("String")]
    public void A_weight_tier_compiles_and_predicts(string tier) => AssertPredicts(new ConsumerSettings(), "RedGenWeights=" + tier);

    [Fact]
    public void A_public_class_is_documented()
        => AssertPredicts(new ConsumerSettings(), "RedGenAccessibility=Public");

    [Fact]
    public void Two_models_in_source_mode_share_the_kernels()
    {
        using var project = new ConsumerProject(new ConsumerSettings { HasRuntime = false });
        project.Model("a.onnx", DigitsAssets.Mlp(), "RedGenRuntime=Source").Model("b.onnx", DigitsAssets.Mlp(), "RedGenRuntime=Source");

        GeneratorRun run = project.Run();

        Assert.Empty(run.Diagnostics);
        Assert.Empty(run.CompilerProblems);
        Assert.Contains(run.Sources.Keys, static k => k.StartsWith("RedGen.Runtime.", StringComparison.Ordinal));
    }

    private static void AssertPredicts(ConsumerSettings settings, params string[] options)
    {
        using var project = new ConsumerProject(settings);
        project.Model("digits.onnx", DigitsAssets.Mlp(), [.. options, "RedGenHashing=None"]).Source(Driver);
        Assert.InRange(LargestError(project), 0, 1e-4);

        // As users get it, hashed, the same predictions.
        using var reduced = new ConsumerProject(settings);
        reduced.Model("digits.onnx", DigitsAssets.Mlp(), options).Source(Driver);
        Assert.InRange(LargestError(reduced), 1e-4, 1);
    }

    private static double LargestError(ConsumerProject project)
    {
        GeneratorRun run = project.Run();
        Assert.Empty(run.Diagnostics.Where(static d => d.Severity >= DiagnosticSeverity.Warning));
        using GeneratedAssembly assembly = GeneratedAssembly.Load(run.Compilation);
        return DigitsAssets.LargestError(DigitsAssets.MlpExpected(), assembly.Method<Func<float[], float[]>>("Driver", "Run"));
    }
}
