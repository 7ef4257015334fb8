using System.Globalization;
using System.IO;
using System.Linq;
using System.Text;
using Microsoft.CodeAnalysis;
using RedGen.Compiler;
using RedGen.Compiler.Options;
using RedGen.Compiler.Verify.Build;
using RedGen.Compiler.Verify.Statements;
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

    [Fact]
    public void Statements_are_proven_violated_or_not_verified_at_the_models_item()
    {
        const string Holds = "range Y:-1000..1000", Violated = "monotone X[0]:+:Y[1]", Robust = "robust x.npy epsilon 0.5", Other = "range Y[0]:0..1";
        using var project = new ConsumerProject(new ConsumerSettings { WarningsAreErrors = false });
        project.Model("a.onnx", Model, "RedGenProve=" + Holds, Violated, Robust + "; " + Other, "RedGenInputRange=0..16");
        string samples = project.File("x.npy", [1, 2, 3]);
        var file = new VerdictFile(Network("0..16"), [
            new PropertyVerdict(Holds, Key(Holds), PropertyResult.Holds) { Nodes = 3, Detail = "inputs 0..16" },
            new PropertyVerdict(Violated, Key(Violated), PropertyResult.Violated) { Input = [1, 2], Output = [3, 4] },
            new PropertyVerdict(Robust, Key(Robust), PropertyResult.Holds) { Nodes = 9, Detail = "inputs 0..16, 5 samples" }]);
        string verdict = project.File("obj/a.verdicts.json", Encoding.UTF8.GetBytes(file.Write()));
        project.Manifest("a.onnx", m => m with { StatementFiles = [samples], Verdict = verdict });

        GeneratorRun run = project.Run();

        Assert.Equal(["RG2001", "RG2004"], run.Diagnostics.Select(static d => d.Id).Order());
        Diagnostic violated = run.Diagnostics.Single(static d => d.Id == "RG2001");
        Assert.Contains("violates 'monotone X[0]:+:Y[1]': for the input [1, 2] it gives [3, 4]; the last number of the input is X[0] after it rose", violated.GetMessage(CultureInfo.InvariantCulture), System.StringComparison.Ordinal);
        Assert.Contains("'range Y[0]:0..1' is not verified for this code", run.Diagnostics.Single(static d => d.Id == "RG2004").GetMessage(CultureInfo.InvariantCulture), System.StringComparison.Ordinal);
        Assert.Contains("included: range Y:-1000..1000 (inputs 0..16, 3 regions).", Source(run), System.StringComparison.Ordinal);
        Assert.Contains("included: robust x.npy epsilon 0.5 (inputs 0..16, 5 samples, 9 regions).", Source(run), System.StringComparison.Ordinal);

        // Other samples: nothing is claimed of them.
        project.File("x.npy", [1, 2, 4]);
        Assert.Equal(["RG2001", "RG2004", "RG2004"], project.Build().Run().Diagnostics.Select(static d => d.Id).Order());
    }

    [Fact]
    public void What_a_few_bounds_prove_of_an_attributes_range_needs_no_verdict()
    {
        using var project = new ConsumerProject(new ConsumerSettings { WarningsAreErrors = false });
        project.Model("a.onnx", Model).Source("[RedGen.RedGenModel(\"a.onnx\", Prove = \"range Y:-1e6..1e6; range Y[0]:0..0.5\", InputRange = \"0..16\")] static partial class A { }");

        GeneratorRun run = project.Run();

        Assert.Contains("included: range Y:-1000000..1000000 (inputs 0..16, 1 region).", Source(run), System.StringComparison.Ordinal);
        Diagnostic diagnostic = AssertSingle(run, "RG2004", DiagnosticSeverity.Warning, "'range Y[0]:0..0.5' is not verified for this code");
        Assert.Equal("Program.cs", System.IO.Path.GetFileName(diagnostic.Location.GetLineSpan().Path));
    }

    [Fact]
    public void What_is_no_statement_is_an_option_that_is_not_understood()
    {
        using var project = new ConsumerProject(new ConsumerSettings { WarningsAreErrors = false });
        project.Model("a.onnx", Model, "RedGenProve=rang Y:0..1");

        AssertSingle(project.Run(), "RG0017", DiagnosticSeverity.Error, "'rang' is no statement");
    }

    private static string Network(string inputRange = "") => NetworkDigest.Of(ModelCompiler.Compile(ModelSource.FromBytes("a.onnx", Model), new CompilerOptions { InputRange = inputRange }).Plan!);

    /// <summary>What tells a statement apart whose file has the bytes 1, 2, 3.</summary>
    private static string Key(string text) => StatementReader.ReadAll(text).Single().Sha256("0..16", static _ => ModelSource.Hash(new byte[] { 1, 2, 3 }));

    /// <summary>A project whose model has one property and a verdict about it: it holds, and what the change says.</summary>
    private static ConsumerProject With(System.Func<PropertyVerdict, PropertyVerdict> change, params string[] lines)
    {
        var project = new ConsumerProject(new ConsumerSettings { WarningsAreErrors = false });
        project.Model("a.onnx", Model, lines);
        string property = project.File("p.vnnlib", Encoding.UTF8.GetBytes(Property));
        var file = new VerdictFile(Network(), [change(new PropertyVerdict("p.vnnlib", Hash(Property), PropertyResult.Holds))]);
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
