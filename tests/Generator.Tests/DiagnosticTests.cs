using System;
using System.IO;
using System.Linq;
using System.Threading;
using Microsoft.CodeAnalysis;
using RedGen.TestKit;
using Xunit;

namespace RedGen.Generator.Tests;

/// <summary>Everything that goes wrong ends in a diagnostic with the model as its place.</summary>
public sealed class DiagnosticTests
{
    private static readonly byte[] Mlp = DigitsAssets.Mlp();

    [Fact]
    public void A_missing_model_is_reported()
    {
        using var project = new ConsumerProject();
        project.Model("a.onnx", Mlp);
        File.Delete(Path.Combine(project.Folder, "a.onnx"));

        AssertSingle(project.Build().Run(), "RG0001", "'a.onnx' cannot be read: it does not exist", Path.Combine(project.Folder, "a.onnx"));
    }

    [Fact]
    public void A_model_that_changed_after_the_build_hashed_it_is_reported()
    {
        using var project = new ConsumerProject();
        project.Model("a.onnx", Mlp);
        File.WriteAllBytes(Path.Combine(project.Folder, "a.onnx"), DigitsAssets.Cnn());

        AssertSingle(project.Run(), "RG0002", "'a.onnx' changed after the build looked at it", Path.Combine(project.Folder, "a.onnx"));
    }

    [Fact]
    public void A_text_file_is_reported_as_no_model()
    {
        using var project = new ConsumerProject();
        project.Model("a.onnx", "# notes"u8.ToArray());

        Diagnostic diagnostic = Assert.Single(project.Run().Diagnostics);
        Assert.Contains(diagnostic.Id, new[] { "RG0003", "RG0004" });
    }

    [Fact]
    public void A_broken_model_does_not_stop_the_others()
    {
        using var project = new ConsumerProject();
        project.Model("bad.onnx", Mlp[..200]).Model("good.onnx", Mlp);

        GeneratorRun run = project.Run();

        Assert.Single(run.Diagnostics);
        Assert.Contains("Consumer.Good.g.cs", run.Sources.Keys);
        Assert.DoesNotContain("Consumer.Bad.g.cs", run.Sources.Keys);
    }

    [Fact]
    public void External_data_that_the_manifest_does_not_list_is_not_used()
    {
        (byte[] model, byte[] data) = ExternalDataModel.MoveWeights(Mlp, "odd.name");
        using var project = new ConsumerProject();
        project.Model("a.onnx", model).File("odd.name", data);

        GeneratorRun run = project.Run();

        AssertSingle(run, "RG0001", "add RedGenExternalData=\"odd.name\"", Path.Combine(project.Folder, "a.onnx"));
        Assert.DoesNotContain("Consumer.A.g.cs", run.Sources.Keys);
    }

    [Fact]
    public void External_data_that_changed_is_reported()
    {
        (byte[] model, byte[] data) = ExternalDataModel.MoveWeights(Mlp, "weights.bin");
        using var project = new ConsumerProject();
        project.Model("a.onnx", model).External("a.onnx", "weights.bin", data).File("weights.bin", new byte[data.Length]);

        AssertSingle(project.Run(), "RG0002", "'weights.bin'", Path.Combine(project.Folder, "a.onnx"));
    }

    [Theory]
    [InlineData("RedGenWeights=Tape", "RedGenWeights='Tape' is not understood: accepted: Auto, InPlace, Expand, Literal, String, Resource")]
    [InlineData("RedGenHashing=kmeans", "accepted: None, Kde, KdeMean, Adaptive")]
    [InlineData("RedGenTolerance=much", "accepted: a number such as 0.05, from 0 to 1")]
    [InlineData("RedGenInputRange=1..0", "accepted: low..high")]
    [InlineData("RedGenState=h", "accepted: none, or input=output pairs")]
    [InlineData("RedGenClassName=my class", "accepted: a C# identifier that is no keyword")]
    [InlineData("RedGenNamespace=a.1", "accepted: C# identifiers separated by dots")]
    [InlineData("RedGenDims=batch", "'batch' is none")]
    [InlineData("RedGenOptimise=yes", "accepted: true, false")]
    [InlineData("project.RedGenFloat=Exact", "accepted: Fast, Strict")]
    public void An_option_that_is_not_understood_is_reported(string line, string message)
    {
        using var project = new ConsumerProject();
        project.Model("a.onnx", Mlp, line);

        AssertSingle(project.Run(), "RG0017", message, Path.Combine(project.Folder, "a.onnx"));
    }

    [Fact]
    public void Two_models_of_one_class_are_reported_once()
    {
        using var project = new ConsumerProject();
        project.Model("x/net.onnx", Mlp).Model("y/net.onnx", Mlp);

        GeneratorRun run = project.Run();

        AssertSingle(run, "RG0018", "'Consumer.Net' is already generated from 'x/net.onnx'", Path.Combine(project.Folder, "y/net.onnx"));
        Assert.Contains("Consumer.Net.g.cs", run.Sources.Keys);
    }

    [Fact]
    public void Two_models_of_one_name_live_in_two_namespaces()
    {
        using var project = new ConsumerProject();
        project.Model("x/net.onnx", Mlp).Model("y/net.onnx", Mlp, "RedGenNamespace=Other");

        GeneratorRun run = project.Run();

        Assert.Empty(run.Diagnostics);
        Assert.Empty(run.CompilerProblems);
        Assert.Contains("Other.Net.g.cs", run.Sources.Keys);
    }

    [Fact]
    public void The_string_budget_counts_all_models()
    {
        StringUse[] uses = [new("/p/a.onnx", "a.onnx", 10_000_000), new("/p/b.onnx", "b.onnx", 6_777_217)];

        DiagnosticText? text = StringUse.Check([.. uses]);

        Assert.NotNull(text);
        Assert.Contains("16777217 bytes of string constants, more than the 16777216", Message(RoslynDiagnostics.Create(text)), StringComparison.Ordinal);
        Assert.Contains("('a.onnx')", Message(RoslynDiagnostics.Create(text)), StringComparison.Ordinal);
        Assert.Null(StringUse.Check([uses[0], uses[1] with { Bytes = 6_777_216 }]));
    }

    [Fact]
    public void A_cancelled_run_stops()
    {
        using var project = new ConsumerProject();
        project.Model("a.onnx", Mlp);
        using var cancelled = new CancellationTokenSource();
        cancelled.Cancel();

        Assert.ThrowsAny<OperationCanceledException>(() => project.Run(cancelled.Token));
        Assert.Contains("Consumer.A.g.cs", project.Run().Sources.Keys);
    }

    [Fact]
    public void A_cancelled_compilation_leaves_no_result()
    {
        using var project = new ConsumerProject();
        project.Model("a.onnx", Mlp);
        var request = (ModelRequest)project.Run().Kept(StepNames.Requests).Single();

        Assert.ThrowsAny<OperationCanceledException>(() => ModelCompilation.Run(request, new CancellationToken(canceled: true)));
    }

    private static void AssertSingle(GeneratorRun run, string id, string message, string path)
    {
        Assert.Null(run.Exception);
        Diagnostic diagnostic = Assert.Single(run.Diagnostics);
        Assert.Equal(id, diagnostic.Id);
        Assert.Contains(message, Message(diagnostic), StringComparison.Ordinal);
        Assert.Equal(path, diagnostic.Location.GetLineSpan().Path);
        Assert.Equal("docs/diagnostics/" + id + ".md", diagnostic.Descriptor.HelpLinkUri);
    }

    private static string Message(Diagnostic diagnostic) => diagnostic.GetMessage(System.Globalization.CultureInfo.InvariantCulture);
}
