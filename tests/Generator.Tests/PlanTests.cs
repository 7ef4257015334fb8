using System;
using System.Globalization;
using System.IO;
using System.Linq;
using Microsoft.CodeAnalysis;
using RedGen.Compiler;
using RedGen.Compiler.Options;
using RedGen.Compiler.Red;
using RedGen.Compiler.Red.Planning;
using RedGen.TestKit;
using Xunit;
using DiagnosticBag = RedGen.Compiler.Diagnostics.DiagnosticBag;

namespace RedGen.Generator.Tests;

/// <summary>The plan of the reduction comes to the generator through the manifest.</summary>
public sealed class PlanTests
{
    private static readonly byte[] Mlp = DigitsAssets.Mlp();
    private static readonly CompilerOptions Adaptive = new() { Hashing = Hashing.Adaptive };

    [Fact]
    public void The_plan_of_the_manifest_is_used()
    {
        using var project = new ConsumerProject();
        string alone = Source(project.Model("a.onnx", Mlp, "RedGenHashing=Adaptive").Run());
        WithPlan(project, OneLayer());

        GeneratorRun run = project.Run();

        Assert.Empty(run.Diagnostics);
        Assert.Empty(run.CompilerProblems);
        Assert.NotEqual(alone, Source(run));
    }

    [Fact]
    public void A_plan_that_changed_after_the_build_hashed_it_is_reported()
    {
        using var project = new ConsumerProject();
        project.Model("a.onnx", Mlp, "RedGenHashing=Adaptive");
        WithPlan(project, OneLayer());
        project.File("a.redgen.json", "{}"u8.ToArray());

        AssertSingle(project.Run(), "RG0002", "'a.redgen.json' changed after the build looked at it");
    }

    [Fact]
    public void A_plan_that_is_gone_is_reported()
    {
        using var project = new ConsumerProject();
        project.Model("a.onnx", Mlp, "RedGenHashing=Adaptive");
        WithPlan(project, OneLayer());
        File.Delete(Path.Combine(project.Folder, "a.redgen.json"));

        AssertSingle(project.Run(), "RG0001", "'a.redgen.json' cannot be read: it does not exist");
    }

    [Fact]
    public void A_plan_of_another_model_is_left_with_a_warning()
    {
        using var project = new ConsumerProject();
        string alone = Source(project.Model("a.onnx", Mlp, "RedGenHashing=Adaptive").Run());
        WithPlan(project, Text(ModelSource.FromBytes("b.onnx", DigitsAssets.Cnn()), ""));

        GeneratorRun run = project.Run();

        Assert.Equal(DiagnosticSeverity.Warning, AssertSingle(run, "RG0025", "it is for another model").DefaultSeverity);
        Assert.Equal(alone, Source(run));
    }

    [Theory]
    [InlineData("", true)]
    [InlineData("x.npy", true)]
    [InlineData("y.npy", false)]
    public void A_plan_holds_for_its_samples_and_where_none_are_named(string samples, bool isUsed)
    {
        using var project = new ConsumerProject();
        project.Model("a.onnx", Mlp, "RedGenHashing=Adaptive");
        byte[] x = [1, 2, 3];
        project.File("x.npy", x);
        string path = samples.Length == 0 ? "" : project.File(samples, samples == "x.npy" ? x : [4]);
        WithPlan(project, Text(ModelSource.FromBytes("a.onnx", Mlp), ModelSource.Hash(x)));

        GeneratorRun run = project.Manifest("a.onnx", m => m with { Samples = path }).Run();

        if (isUsed) Assert.Empty(run.Diagnostics);
        else AssertSingle(run, "RG0025", "it was made with other options");
    }

    [Fact]
    public void An_option_of_the_attribute_makes_the_plan_stale()
    {
        using var project = new ConsumerProject();
        project.Model("a.onnx", Mlp, "RedGenHashing=Adaptive").Source("[RedGen.RedGenModel(\"a.onnx\", Tolerance = \"0.2\")] static partial class A { }");
        WithPlan(project, Text(ModelSource.FromBytes("a.onnx", Mlp), ""));

        AssertSingle(project.Run(), "RG0025", "other options (hashing=Adaptive tolerance= ");
    }

    [Fact]
    public void A_raw_model_takes_the_plan_beside_it()
    {
        using var project = new ConsumerProject();
        string model = project.File("a.onnx", Mlp);
        project.File("a.redgen.json", "{"u8.ToArray());
        project.Harness.SetText(model, "");

        AssertSingle(project.Run(), "RG0025", "it is not the JSON of a plan");
        Assert.Equal(Path.Combine(project.Folder, "a.redgen.json"), ModelReader.PlanBeside(model));
        var request = (ModelRequest)project.Run().Kept(StepNames.Requests).Single();
        Assert.Equal(Path.Combine(project.Folder, "a.redgen.json"), request.Model.Manifest.Plan!.Path);
    }

    /// <summary>A plan that hashes the last layer only: its code differs from every other.</summary>
    private static string OneLayer()
    {
        ModelSource source = ModelSource.FromBytes("a.onnx", Mlp);
        HashingPlan plan = Search(source);
        return PlanFile.Write(plan with { Layers = [plan.Layers[^1]] }, source.Sha256, PlanFile.Fingerprint(Adaptive, ""));
    }

    private static string Text(ModelSource source, string samples) => PlanFile.Write(Search(source), source.Sha256, PlanFile.Fingerprint(Adaptive, samples));

    private static HashingPlan Search(ModelSource source) => Tuner.Run(source, Adaptive, null, null, new DiagnosticBag(), default)!;

    private static void WithPlan(ConsumerProject project, string text)
    {
        string path = project.File("a.redgen.json", System.Text.Encoding.UTF8.GetBytes(text));
        project.Manifest("a.onnx", m => m with { Plan = path });
    }

    private static string Source(GeneratorRun run) => string.Concat(run.Sources.Values);

    private static Diagnostic AssertSingle(GeneratorRun run, string id, string message)
    {
        Assert.Null(run.Exception);
        Diagnostic diagnostic = Assert.Single(run.Diagnostics);
        Assert.Equal(id, diagnostic.Id);
        Assert.Contains(message, diagnostic.GetMessage(CultureInfo.InvariantCulture), StringComparison.Ordinal);
        return diagnostic;
    }
}
