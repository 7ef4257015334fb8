using System.Linq;
using System.Threading;
using RedGen.Compiler.Diagnostics;
using RedGen.Compiler.Emit;
using RedGen.Compiler.Options;
using RedGen.Compiler.Plan;
using RedGen.Compiler.Plan.Choices;
using RedGen.Compiler.Plan.Costs;
using RedGen.Compiler.Red;
using RedGen.Compiler.Tests.Report;
using RedGen.TestKit;
using Xunit;

namespace RedGen.Compiler.Tests.Emit;

/// <summary>What generated classes say about the reduction.</summary>
public sealed class ReductionTextTests
{
    private static string Code(ModelReduction reduction)
    {
        ExecutionPlan plan = HashedGemm.Plan(HashedGemm.Source(), HashedGemm.Options);
        var diagnostics = new DiagnosticBag();
        ExecutionPlan changed = PlanBuilder.Build(plan.Graph, reduction, CostTable.X64, KernelChoices.None, plan.Info, plan.Options, plan.ClassName, diagnostics, CancellationToken.None)!;
        return ModelEmitter.Emit(changed, [], CancellationToken.None).Sources[0].Text;
    }

    private static ModelReduction Reduction => HashedGemm.Plan(HashedGemm.Source(), HashedGemm.Options).Reduction with { Certificate = null };

    [Fact]
    public void A_measured_error_is_a_constant_and_a_sentence()
    {
        string code = Code(Reduction);
        Assert.Contains("public const double MultiplicationsRemoved = ", code);
        Assert.Contains("public const double ReductionMeasuredError = 0.05d;", code);
        Assert.Contains("Reduced by hashing Adaptive: 6 weights of 1 layer take 3 distinct values a layer, 26 bytes as indices, codebooks and scales instead of 24 as floats.", code);
        Assert.Contains("Relative error at the outputs: 0.05, measured on 8 samples.", code);
        Assert.DoesNotContain("ReductionMaxError", code);
    }

    [Fact]
    public void An_error_that_is_not_known_has_no_constant()
    {
        string code = Code(Reduction with { MeasuredError = double.NaN, Certificate = new ErrorCertificate("x in [0, 1]", double.PositiveInfinity, [], "") });
        Assert.DoesNotContain("ReductionMeasuredError", code);
        Assert.DoesNotContain("ReductionMaxError", code);
        Assert.Contains("Relative error at the outputs: 0.06, estimated.", code);
    }

    [Fact]
    public void A_certified_error_is_a_constant_and_a_sentence()
    {
        string code = Code(Reduction with { Certificate = new ErrorCertificate("x & z in [0, 1]", 1.5, [], "") });
        Assert.Contains("public const double ReductionMaxError = 1.5d;", code);
        Assert.Contains("Largest error of any output element: 1.5, certified for x &amp; z in [0, 1].", code);
    }

    [Fact]
    public void Without_a_reduction_nothing_is_said()
    {
        string code = ModelCompiler.Compile(HashedGemm.Source(), HashedGemm.Options with { Hashing = Hashing.None }).Sources[0].Text;
        Assert.DoesNotContain("Reduc", code);
        Assert.DoesNotContain("MultiplicationsRemoved", code);
    }

    [Fact]
    public void Multiplications_that_merging_removed_count()
    {
        ExecutionPlan plan = HashedGemm.Plan(HashedGemm.Source(), HashedGemm.Options);
        ModelReduction merged = plan.Reduction with { MultiplyAddsMerged = 6 };
        ExecutionPlan changed = PlanBuilder.Build(plan.Graph, merged, CostTable.X64, KernelChoices.None, plan.Info, plan.Options, plan.ClassName, new DiagnosticBag(), CancellationToken.None)!;
        Assert.Equal(1 - (plan.Multiplications / 12.0), changed.MultiplicationsRemoved, 12);
    }

    [Theory]
    [InlineData("MultiplicationsRemoved")]
    [InlineData("ReductionMeasuredError")]
    [InlineData("ReductionMaxError")]
    public void Constants_are_no_names_for_classes(string name) => Assert.True(ClassNames.IsReserved(name));

    [Fact]
    public void The_class_compiles()
    {
        CompilationResult result = ModelCompiler.Compile(HashedGemm.Source(), HashedGemm.Options);
        using GeneratedAssembly assembly = GeneratedAssembly.Compile(result.Sources.ToDictionary(s => s.HintName, s => s.Text));
        Assert.Equal(0.05, assembly.Assembly.GetType("Tiny")!.GetField("ReductionMeasuredError")!.GetRawConstantValue());
    }
}
