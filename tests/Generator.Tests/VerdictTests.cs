using System.Globalization;
using System.IO;
using System.Text;
using Microsoft.CodeAnalysis;
using RedGen.Compiler;
using RedGen.Compiler.Options;
using RedGen.Compiler.Verify.Build;
using RedGen.TestKit;
using Xunit;

namespace RedGen.Generator.Tests;

/// <summary>The generator reads verdicts, holds them against what it emits, and searches nothing.</summary>
public sealed class VerdictTests
{
    private const string Property = "(assert (>= Y_0 2.0))";
    private static readonly byte[] Model = DigitsAssets.Mlp();

    [Fact]
    public void What_is_proven_is_documented()
    {
        using ConsumerProject project = With(v => v with { Nodes = 1234 });

        GeneratorRun run = project.Run();

        Assert.Empty(run.Diagnostics);
        Assert.Empty(run.CompilerProblems);
        Assert.Contains("/// <para>Proven of this code, float32 rounding included: p.vnnlib (SHA-256 " + Hash(Property)[..16] + "…, 1,234 regions).</para>", Source(run), System.StringComparison.Ordinal);
    }

    [Fact]
    public void What_is_violated_is_an_error_at_the_propertys_line_and_leaves_the_class()
    {
        using ConsumerProject project = With(v => v with { Result = PropertyResult.Violated, Line = 7, Input = [1.5f, -0.25f], Output = [3], Test = "obj/ATests.cs" });

        GeneratorRun run = project.Run();

        Diagnostic diagnostic = AssertSingle(run, "RG2001", DiagnosticSeverity.Error, "violates 'p.vnnlib': for the input [1.5, -0.25] it gives [3]; a test that shows it: obj/ATests.cs");
        FileLinePositionSpan place = diagnostic.Location.GetLineSpan();
        Assert.Equal((Path.Combine(project.Folder, "p.vnnlib"), 6), (place.Path, place.StartLinePosition.Line));
        Assert.Contains("static partial class A", Source(run), System.StringComparison.Ordinal);
        Assert.DoesNotContain("Proven", Source(run), System.StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("", DiagnosticSeverity.Warning)]
    [InlineData("warning", DiagnosticSeverity.Warning)]
    [InlineData("Error", DiagnosticSeverity.Error)]
    public void What_is_undecided_is_what_the_project_says(string unknown, DiagnosticSeverity severity)
    {
        using ConsumerProject project = With(v => v with { Result = PropertyResult.Unknown, Nodes = 7, Reason = "the limit is reached" }, "verify-unknown=" + unknown);

        Diagnostic diagnostic = AssertSingle(project.Run(), "RG2002", severity, "'p.vnnlib' is neither proven nor refuted after 7 regions: the limit is reached");
        Assert.EndsWith("p.vnnlib", diagnostic.Location.GetLineSpan().Path, System.StringComparison.Ordinal);
    }

    [Fact]
    public void Another_word_for_what_is_undecided_is_reported()
    {
        using ConsumerProject project = With(v => v, "verify-unknown=maybe");

        AssertSingle(project.Run(), "RG0017", DiagnosticSeverity.Error, "RedGenVerifyUnknown='maybe' is not understood: accepted: Warning, Error");
    }

    [Fact]
    public void What_cannot_be_read_is_an_error_where_reading_ended()
    {
        using ConsumerProject project = With(v => v with { Result = PropertyResult.Error, Reason = "'sin' is not supported", Line = 3, Column = 5 });

        Diagnostic diagnostic = AssertSingle(project.Run(), "RG2003", DiagnosticSeverity.Error, "the property 'p.vnnlib' cannot be read: 'sin' is not supported");
        Assert.Equal((2, 4), (diagnostic.Location.GetLineSpan().StartLinePosition.Line, diagnostic.Location.GetLineSpan().StartLinePosition.Character));
    }

    [Fact]
    public void A_property_that_is_missing_is_reported()
    {
        using ConsumerProject project = With(v => v);
        File.Delete(Path.Combine(project.Folder, "p.vnnlib"));

        AssertSingle(project.Build().Run(), "RG2003", DiagnosticSeverity.Error, "the property 'p.vnnlib' cannot be read: it does not exist");
    }

    [Fact]
    public void A_verdict_holds_for_one_text_of_a_property()
    {
        using ConsumerProject project = With(v => v);
        project.File("p.vnnlib", Encoding.UTF8.GetBytes(Property + "\n"));

        AssertSingle(project.Build().Run(), "RG2004", DiagnosticSeverity.Warning, "the property is not the one that was verified");
    }

    [Theory]
    [InlineData("RedGenHashing=None")]
    [InlineData("RedGenTolerance=0.3")]
    public void A_verdict_holds_for_one_network(string option)
    {
        using ConsumerProject project = With(v => v);
        project.Manifest("a.onnx", m => m with { Options = [option] });

        AssertSingle(project.Run(), "RG2004", DiagnosticSeverity.Warning, "'p.vnnlib' is not verified for this code: the verdict is about another network");
    }

    [Fact]
    public void An_attribute_that_changes_the_network_has_no_verdict()
    {
        using ConsumerProject project = With(v => v);
        project.Source("[RedGen.RedGenModel(\"a.onnx\", Hashing = \"None\")] static partial class A { }");

        AssertSingle(project.Run(), "RG2004", DiagnosticSeverity.Warning, "the verdict is about another network");
    }

    [Theory]
    [InlineData(null, "the build has not verified it")]
    [InlineData("{", "it is not the JSON of verdicts")]
    [InlineData("{ \"format\": 9 }", "its format is not this version's")]
    [InlineData("{ \"format\": 1, \"properties\": [ { \"result\": \"Yes\" } ] }", "'Yes' is no verdict")]
    public void Without_a_verdict_nothing_is_claimed(string? text, string message)
    {
        using ConsumerProject project = With(v => v);
        string path = text is null ? "" : project.File("bad.json", Encoding.UTF8.GetBytes(text));
        project.Manifest("a.onnx", m => m with { Verdict = path });

        AssertSingle(project.Run(), "RG2004", DiagnosticSeverity.Warning, message);
    }

    /// <summary>A project whose model has one property and a verdict about it: it holds, and what the change says.</summary>
    private static ConsumerProject With(System.Func<PropertyVerdict, PropertyVerdict> change, params string[] lines)
    {
        var project = new ConsumerProject(new ConsumerSettings { WarningsAreErrors = false });
        project.Model("a.onnx", Model, lines);
        string property = project.File("p.vnnlib", Encoding.UTF8.GetBytes(Property));
        string network = NetworkDigest.Of(ModelCompiler.Compile(ModelSource.FromBytes("a.onnx", Model), new CompilerOptions()).Plan!);
        var file = new VerdictFile(network, [change(new PropertyVerdict("p.vnnlib", Hash(Property), PropertyResult.Holds))]);
        string verdict = project.File("obj/a.verdicts.json", Encoding.UTF8.GetBytes(file.Write()));
        return project.Manifest("a.onnx", m => m with { Properties = [property], Verdict = verdict });
    }

    private static string Hash(string text) => ModelSource.Hash(Encoding.UTF8.GetBytes(text));

    private static string Source(GeneratorRun run) => string.Concat(run.Sources.Values);

    private static Diagnostic AssertSingle(GeneratorRun run, string id, DiagnosticSeverity severity, string message)
    {
        Assert.Null(run.Exception);
        Diagnostic diagnostic = Assert.Single(run.Diagnostics);
        Assert.Equal((id, severity), (diagnostic.Id, diagnostic.Severity));
        Assert.Contains(message, diagnostic.GetMessage(CultureInfo.InvariantCulture), System.StringComparison.Ordinal);
        return diagnostic;
    }
}
