using System;
using System.Collections.Generic;
using System.CommandLine;
using System.IO;
using System.Linq;
using RedGen.Cli.Output;
using RedGen.Compiler;
using RedGen.Compiler.Options;
using RedGen.Compiler.Plan;
using RedGen.Compiler.Verify.Build;
using RedGen.Compiler.Verify.Properties;
using RedGen.Compiler.Verify.Search;
using RedGen.Compiler.Verify.Statements;

namespace RedGen.Cli.Verification;

/// <summary>What a build asks of <c>redgen verify</c>: a file of verdicts, which the generator reads, and tests that show what is violated.</summary>
internal sealed class BuildVerdicts
{
    private readonly Option<string?> _verdict = new("--verdict") { Description = "For builds: write the verdicts to a file, for the options of a build (hashing included). The exit code is 0 once it is written.", HelpName = "file" };
    private readonly Option<string?> _tests = new("--tests") { Description = "With --verdict: the folder that gets a test for each violated property.", HelpName = "folder" };
    private readonly Option<bool> _keepsCertificates = new("--keep-certificates") { Description = "With --verdict: write a certificate beside each property that a search proved, p.redgen.proof.json. Later builds check it instead of searching." };
    private readonly Option<bool> _checksOnly = new("--check-only") { Description = "With --verdict: search nothing, check the certificates that lie beside the properties." };
    private readonly Option<string?> _rootNamespace = new("--root-namespace") { Description = "For builds: the project's root namespace.", Hidden = true };

    /// <summary>The options.</summary>
    public IEnumerable<System.CommandLine.Option> Options => [_verdict, _tests, _keepsCertificates, _checksOnly, _rootNamespace];

    /// <summary>Whether verdicts shall be written.</summary>
    public bool IsAsked(ParseResult parsed) => parsed.GetValue(_verdict) is not null;

    /// <summary>What to do with certificates beside properties.</summary>
    public KeptCertificates CertificatesOf(ParseResult parsed) => new(IsAsked(parsed), parsed.GetValue(_keepsCertificates), parsed.GetValue(_checksOnly));

    /// <summary>The compiler's options where a build says nothing.</summary>
    public CompilerOptions Defaults(ParseResult parsed) => new() { Namespace = ClassNames.NamespaceFrom(parsed.GetValue(_rootNamespace) ?? "") };

    /// <summary>Writes the verdicts and the tests.</summary>
    /// <param name="parsed">The arguments.</param>
    /// <param name="outcomes">What came of the properties.</param>
    /// <param name="plan">The model's plan.</param>
    /// <param name="options">The options of the build.</param>
    /// <returns>The exit code.</returns>
    public int Write(ParseResult parsed, IReadOnlyList<InstanceOutcome> outcomes, ExecutionPlan plan, CompilerOptions options)
    {
        string? folder = parsed.GetValue(_tests);
        var file = new VerdictFile(NetworkDigest.Of(plan), [.. outcomes.Select(o => VerdictOf(o, plan, folder, options))]);
        WholeFile.Write(parsed.GetValue(_verdict)!, file.Write());
        return 0;
    }

    private static PropertyVerdict VerdictOf(InstanceOutcome outcome, ExecutionPlan plan, string? folder, CompilerOptions options)
    {
        string path = outcome.Instance.Property;
        Statement? statement = outcome.Instance.Statement;
        string hash = statement?.Sha256(options.InputRange, HashOf) ?? HashOf(path);
        string name = statement?.Text ?? Path.GetFileName(path);
        if (outcome.Verdict is not { } verdict)
        {
            string problem = outcome.Problem?.Message ?? outcome.Error;
            return new PropertyVerdict(name, hash, PropertyResult.Error) { Reason = problem, Line = outcome.Problem?.Line ?? 1, Column = outcome.Problem?.Column ?? 1 };
        }

        return new PropertyVerdict(name, hash, ResultOf(verdict.Result))
        {
            Nodes = verdict.Nodes,
            Line = outcome.Property!.Line,
            Detail = DetailOf(outcome, options),
            Reason = verdict.Reason,
            Input = verdict.Input,
            Output = verdict.Output,
            Test = verdict.Result == VerificationResult.Violated && folder is not null ? WriteTest(folder, statement is null ? name : TestName(statement.Text, hash), outcome.Property, verdict, plan, options.Namespace) : "",
        };
    }

    /// <summary>The hash of a file that a statement names; empty where it does not exist.</summary>
    public static string HashOf(string path) => File.Exists(path) ? ModelSource.Hash(File.ReadAllBytes(path)) : "";

    /// <summary>A statement's keyword, and what tells it from others.</summary>
    private static string TestName(string text, string hash) => text[..text.IndexOf(' ', StringComparison.Ordinal)] + "-" + hash[..6];

    private static string DetailOf(InstanceOutcome outcome, CompilerOptions options)
    {
        if (outcome.Instance.Statement is not { } statement) return outcome.IsChecked ? "a certificate checked" : "";
        string bound = outcome.Bound is { } value ? FormattableString.Invariant($", {(statement is MonotoneStatement ? "slack" : "difference at most")} {value:G3}") : "";
        return statement.InputsOf(options.InputRange) + bound + (outcome.Samples.Count > 0 ? FormattableString.Invariant($", {outcome.Samples.Count} samples") : "");
    }

    private static PropertyResult ResultOf(VerificationResult result) => result switch
    {
        VerificationResult.Holds => PropertyResult.Holds,
        VerificationResult.Violated => PropertyResult.Violated,
        _ => PropertyResult.Unknown,
    };

    private static string WriteTest(string folder, string name, VerifiedProperty property, Verdict verdict, ExecutionPlan plan, string space)
    {
        // A test can call the class that the build generates, and no other.
        if (property.Networks.Any(static n => n.Model != 0)) return "";
        string file = Path.Combine(folder, CounterexampleTest.ClassName(plan.ClassName, name) + ".cs");
        WholeFile.Write(file, CounterexampleTest.Write(plan, space, name, property, verdict.Input, verdict.Output));
        return file;
    }
}
