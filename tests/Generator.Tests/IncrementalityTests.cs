using System.Collections.Generic;
using System.Collections.Immutable;
using System.IO;
using System.Linq;
using System.Reflection;
using Microsoft.CodeAnalysis;
using RedGen.TestKit;
using Xunit;

namespace RedGen.Generator.Tests;

/// <summary>What runs again when something changes. Every needless run is a pause in someone's editor.</summary>
public sealed class IncrementalityTests
{
    private static readonly byte[] Mlp = DigitsAssets.Mlp();

    /// <summary>The same model with a producer's version (field 3) of "x".</summary>
    private static readonly byte[] OtherMlp = [.. Mlp, 0x1A, 1, (byte)'x'];

    [Fact]
    public void An_unrelated_edit_compiles_no_model()
    {
        using ConsumerProject project = TwoModels();
        project.Run();
        project.Source("class Program { int edited; }");

        GeneratorRun second = project.Run();

        AssertReused(second.Reasons(StepNames.Compiled), 2);
        Assert.DoesNotContain(second.OutputReasons, static r => r is IncrementalStepRunReason.New or IncrementalStepRunReason.Modified);
    }

    [Fact]
    public void A_touched_model_compiles_nothing()
    {
        using ConsumerProject project = TwoModels();
        project.Run();
        File.SetLastWriteTimeUtc(Path.Combine(project.Folder, "a.onnx"), System.DateTime.UnixEpoch);

        AssertReused(project.Build().Run().Reasons(StepNames.Compiled), 2);
    }

    [Fact]
    public void A_manifest_that_is_written_anew_with_the_same_content_compiles_nothing()
    {
        using ConsumerProject project = TwoModels();
        project.Run();
        project.Harness.RemoveText("/obj/redgen/a.onnx.redgen");
        project.Build();

        GeneratorRun second = project.Run();

        Assert.Equal(2, second.Sources.Keys.Count(static k => !k.Contains("Weights", System.StringComparison.Ordinal) && k.StartsWith("Consumer.", System.StringComparison.Ordinal)));
    }

    [Fact]
    public void One_changed_model_of_two_is_the_only_one_compiled()
    {
        using ConsumerProject project = TwoModels();
        GeneratorRun first = project.Run();
        project.Model("b.onnx", OtherMlp);

        GeneratorRun second = project.Run();

        AssertOneCompiled(second, of: 2);
        Assert.Equal(first.Sources["Consumer.A.g.cs"], second.Sources["Consumer.A.g.cs"]);
        Assert.NotEqual(first.Sources["Consumer.B.g.cs"], second.Sources["Consumer.B.g.cs"]);
    }

    [Theory]
    [InlineData("0.onnx")]
    [InlineData("z.onnx")]
    public void A_new_model_leaves_the_others_alone(string name)
    {
        using ConsumerProject project = TwoModels();
        project.Run();
        project.Model(name, Mlp);

        ImmutableArray<IncrementalStepRunReason> reasons = project.Run().Reasons(StepNames.Compiled);

        Assert.Single(reasons, IncrementalStepRunReason.New);
        AssertReused([.. reasons.Where(static r => r != IncrementalStepRunReason.New)], 2);
    }

    [Fact]
    public void A_model_that_goes_leaves_the_others_alone()
    {
        using ConsumerProject project = TwoModels();
        project.Run();
        project.Remove("a.onnx");

        GeneratorRun second = project.Run();

        AssertReused([.. second.Reasons(StepNames.Compiled).Where(static r => r != IncrementalStepRunReason.Removed)], 1);
        Assert.DoesNotContain("Consumer.A.g.cs", second.Sources.Keys);
    }

    [Fact]
    public void Changed_external_data_is_compiled_again()
    {
        (byte[] model, byte[] data) = ExternalDataModel.MoveWeights(Mlp, "weights.bin");
        using var project = new ConsumerProject();
        project.Model("a.onnx", model, "RedGenHashing=None").External("a.onnx", "weights.bin", data).Model("b.onnx", Mlp);
        GeneratorRun first = project.Run();
        Assert.Empty(first.Diagnostics);

        // The first weight changes a bit of its mantissa.
        data[1] ^= 0x40;
        project.External("a.onnx", "weights.bin", data);
        GeneratorRun second = project.Run();

        AssertOneCompiled(second, of: 2);
        Assert.NotEqual(Text(first, "Consumer.A"), Text(second, "Consumer.A"));
        Assert.Equal(Text(first, "Consumer.B"), Text(second, "Consumer.B"));
    }

    [Fact]
    public void A_changed_option_compiles_only_its_model()
    {
        using ConsumerProject project = TwoModels();
        project.Run();
        project.Manifest("b.onnx", static m => m with { Options = ["RedGenAccessibility=public"] });

        AssertOneCompiled(project.Run(), of: 2);
    }

    [Fact]
    public void An_attribute_that_moves_compiles_nothing()
    {
        using ConsumerProject project = TwoModels();
        project.Source("[RedGen.RedGenModel(\"a.onnx\")] static partial class Mine;", "Mine.cs").Run();
        project.Source("\n\n// moved\n[RedGen.RedGenModel(\"a.onnx\")] static partial class Mine;", "Mine.cs");

        GeneratorRun second = project.Run();

        AssertReused(second.Reasons(StepNames.Compiled), 2);
        Assert.Contains("Mine.g.cs", second.Sources.Keys);
    }

    [Fact]
    public void Equal_input_gives_equal_output_in_two_drivers()
    {
        using ConsumerProject one = TwoModels();
        using ConsumerProject two = TwoModels();

        Assert.Equal(one.Run().Sources, two.Run().Sources);
    }

    [Fact]
    public void No_output_names_the_folder_of_the_model()
    {
        using ConsumerProject project = TwoModels();

        Assert.DoesNotContain(project.Run().Sources.Values, t => t.Contains(project.Folder, System.StringComparison.Ordinal));
    }

    [Fact]
    public void Nothing_heavy_stays_in_the_cache()
    {
        using ConsumerProject project = TwoModels();
        project.Source("[RedGen.RedGenModel(\"a.onnx\", Dims = \"batch=1\")] static partial class Mine;", "Mine.cs");
        GeneratorRun run = project.Run();

        IEnumerable<string> steps = typeof(StepNames).GetFields(BindingFlags.Static | BindingFlags.NonPublic).Select(static f => (string)f.GetValue(null)!);
        foreach (string step in steps)
        {
            object[] kept = [.. run.Kept(step)];
            Assert.NotEmpty(kept);
            foreach (object value in kept) ObjectGraph.AssertLight(value);
        }
    }

    private static ConsumerProject TwoModels()
        => new ConsumerProject().Source("class Program { }").Model("a.onnx", Mlp).Model("b.onnx", Mlp);

    private static string Text(GeneratorRun run, string start)
        => string.Concat(run.Sources.Where(s => s.Key.StartsWith(start, System.StringComparison.Ordinal)).Select(static s => s.Value));

    private static void AssertReused(ImmutableArray<IncrementalStepRunReason> reasons, int count)
    {
        Assert.Equal(count, reasons.Length);
        Assert.All(reasons, static r => Assert.True(r is IncrementalStepRunReason.Cached or IncrementalStepRunReason.Unchanged, r.ToString()));
    }

    private static void AssertOneCompiled(GeneratorRun run, int of)
    {
        ImmutableArray<IncrementalStepRunReason> reasons = run.Reasons(StepNames.Compiled);
        Assert.Equal(of, reasons.Length);
        Assert.Single(reasons, IncrementalStepRunReason.Modified);
        AssertReused([.. reasons.Where(static r => r != IncrementalStepRunReason.Modified)], of - 1);
    }
}
