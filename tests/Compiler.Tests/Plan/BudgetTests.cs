using System;
using RedGen.Compiler.Diagnostics;
using RedGen.Compiler.Options;
using RedGen.TestKit;
using Xunit;

namespace RedGen.Compiler.Tests.Plan;

/// <summary>Budgets fail the build at the byte, and name the layers.</summary>
public sealed class BudgetTests
{
    [Theory]
    [InlineData(Profile.Auto)]
    [InlineData(Profile.Micro)]
    public void A_budget_holds_at_its_byte_and_fails_below(Profile profile)
    {
        CompilerOptions options = TestOptions.Exact with { Profile = profile };
        CompilationResult free = Compile(options);
        Assert.True(Compile(options with { FlashBudget = free.Plan!.WeightBytes, RamBudget = free.Plan.ArenaBytes }).Success);

        Diagnostic flash = Assert.Single(Compile(options with { FlashBudget = free.Plan.WeightBytes - 1 }).Diagnostics);
        Assert.Equal("RG0029", flash.Id);
        Assert.StartsWith("the constants take " + free.Plan.WeightBytes + " bytes, more than RedGenFlashBudget=" + (free.Plan.WeightBytes - 1) + "; the largest layers: ", flash.Message, StringComparison.Ordinal);
        Assert.Contains("Conv", flash.Message, StringComparison.Ordinal);

        // Where a budget is missed, layers are computed row by row before the build fails: that is the least there is.
        long least = profile == Profile.Micro ? Compile(options with { Goal = OptimiseGoal.Size }).Plan!.ArenaBytes : free.Plan.ArenaBytes;
        Assert.Equal(least, Compile(options with { RamBudget = least }).Plan!.ArenaBytes);
        Diagnostic ram = Assert.Single(Compile(options with { RamBudget = least - 1 }).Diagnostics);
        Assert.Equal("RG0030", ram.Id);
        Assert.Contains("Conv", ram.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_budget_is_a_number_of_bytes()
    {
        var diagnostics = new DiagnosticBag();
        CompilerOptions options = OptionTable.Apply(new CompilerOptions(), [new("RedGenFlashBudget", "4096"), new("ram-budget", "12k")], diagnostics);
        Assert.Equal(4096, options.FlashBudget);
        Assert.Null(options.RamBudget);
        Assert.Single(diagnostics.ToImmutable());
    }

    private static CompilationResult Compile(CompilerOptions options) => ModelCompiler.Compile(ModelSource.FromBytes("digits.onnx", DigitsAssets.Cnn()), options);
}
