using System;
using System.Collections.Immutable;
using System.Globalization;
using System.Linq;
using RedGen.Compiler.Diagnostics;
using RedGen.Compiler.Options;
using RedGen.Compiler.Plan;
using RedGen.Compiler.Verify.Statements;

namespace RedGen.Compiler.Verify.Build;

/// <summary>Holds a build's verdicts against the code that it emits: reports what is violated, undecided or out of date, and tells what is proven.</summary>
internal sealed class VerdictCheck
{
    /// <summary>Longer inputs are cut in messages; the test has them whole.</summary>
    private const int ShownElements = 12;

    private readonly DiagnosticBag _diagnostics;
    private readonly Severity _unknown;

    private VerdictCheck(DiagnosticBag diagnostics, Severity unknown)
    {
        _diagnostics = diagnostics;
        _unknown = unknown;
    }

    /// <summary>Checks the verdicts.</summary>
    /// <param name="request">What the build wants proven; null: nothing.</param>
    /// <param name="plan">The plan that is emitted.</param>
    /// <param name="diagnostics">Takes what is not proven.</param>
    /// <returns>What is proven, in sentences.</returns>
    public static ImmutableArray<string> Run(VerificationRequest? request, ExecutionPlan plan, DiagnosticBag diagnostics)
    {
        if (request is null || (request.Properties.IsEmpty && plan.Options.Prove.Length == 0)) return [];
        if (!TryRead(request.Unknown, out Severity unknown))
        {
            diagnostics.Add(DiagnosticCatalog.InvalidOption.With("RedGenVerifyUnknown", request.Unknown, "accepted: Warning, Error"));
            return [];
        }

        return new VerdictCheck(diagnostics, unknown).Check(request, plan);
    }

    private static bool TryRead(string text, out Severity severity)
    {
        text = text.Trim();
        severity = text.Equals("Error", StringComparison.OrdinalIgnoreCase) ? Severity.Error : Severity.Warning;
        return text.Length == 0 || severity == Severity.Error || text.Equals("Warning", StringComparison.OrdinalIgnoreCase);
    }

    private ImmutableArray<string> Check(VerificationRequest request, ExecutionPlan plan)
    {
        string problem = "the build has not verified it";
        VerdictFile? file = request.VerdictText is { } text ? VerdictFile.Read(text, out problem) : null;
        if (file is not null && file.Network != NetworkDigest.Of(plan)) (file, problem) = (null, "the verdict is about another network: the model, an option of the class or RedGen's version is not the one that was verified");
        ImmutableArray<string>.Builder proven = ImmutableArray.CreateBuilder<string>();
        foreach (ManifestFile property in request.Properties)
        {
            string name = Name(property.Path);
            if (property.Sha256.Length == 0)
            {
                Report(DiagnosticCatalog.UnreadableProperty, property.Path, 1, 1, name, "it does not exist");
                continue;
            }

            PropertyVerdict? verdict = file?.Properties.FirstOrDefault(p => p.Sha256 == property.Sha256);
            if (verdict is null) Report(DiagnosticCatalog.StaleVerdict with { Severity = _unknown }, property.Path, 1, 1, name, file is null ? problem : "the property is not the one that was verified");
            else if (verdict.Result == PropertyResult.Holds) proven.Add(Sentence(name, verdict));
            else Report(verdict, property.Path, name, "");
        }

        foreach (Statement statement in StatementReader.ReadAll(plan.Options.Prove))
        {
            string hash = statement.Sha256(plan.Options.InputRange, request.HashOf);
            if (file?.Properties.FirstOrDefault(p => p.Sha256 == hash) is { } verdict)
            {
                if (verdict.Result == PropertyResult.Holds) proven.Add(Sentence(statement.Text, verdict));
                else Report(verdict, null, statement.Text, statement.Reading);
            }
            else if (BoundedProof.Proves(statement, plan, out long regions))
            {
                proven.Add(Sentence(statement.Text, new PropertyVerdict(statement.Text, "", PropertyResult.Holds) { Nodes = regions, Detail = statement.InputsOf(plan.Options.InputRange) }));
            }
            else
            {
                Report(DiagnosticCatalog.StaleVerdict with { Severity = _unknown }, null, 1, 1, statement.Text, file is null ? problem : "what is searched is what RedGenProve says of the model's item, with the files as they are now");
            }
        }

        return proven.ToImmutable();
    }

    private void Report(PropertyVerdict verdict, string? path, string name, string reading)
    {
        switch (verdict.Result)
        {
            case PropertyResult.Violated:
                string test = reading + (verdict.Test.Length == 0 ? "" : "; a test that shows it: " + verdict.Test);
                Report(DiagnosticCatalog.PropertyViolated, path, verdict.Line, verdict.Column, name, Numbers(verdict.Input), Numbers(verdict.Output), test);
                break;
            case PropertyResult.Unknown:
                Report(DiagnosticCatalog.PropertyUndecided with { Severity = _unknown }, path, verdict.Line, verdict.Column, name, verdict.Nodes.ToString(CultureInfo.InvariantCulture), verdict.Reason);
                break;
            default:
                Report(DiagnosticCatalog.UnreadableProperty, path, verdict.Line, verdict.Column, name, verdict.Reason);
                break;
        }
    }

    private void Report(DiagnosticDescriptor descriptor, string? path, int line, int column, params string[] arguments)
    {
        // A statement stands on the model's item or its attribute: that is where diagnostics of a model are.
        Diagnostic diagnostic = descriptor.With(arguments);
        _diagnostics.Add(path is null ? diagnostic : diagnostic.At(new FilePlace(path, line, column)));
    }

    private static string Sentence(string name, PropertyVerdict verdict)
        => FormattableString.Invariant($"Proven of this code, float32 rounding included: {name} ({Of(verdict)}{verdict.Nodes:N0} {(verdict.Nodes == 1 ? "region" : "regions")}).");

    private static string Of(PropertyVerdict verdict) => verdict.Detail.Length > 0 ? verdict.Detail + ", " : "SHA-256 " + verdict.Sha256.Substring(0, 16) + "…, ";

    private static string Numbers(ImmutableArray<float> values)
    {
        string text = string.Join(", ", values.Take(ShownElements).Select(static v => v.ToString("R", CultureInfo.InvariantCulture)));
        return values.Length <= ShownElements ? "[" + text + "]" : "[" + text + ", … " + values.Length.ToString(CultureInfo.InvariantCulture) + " elements]";
    }

    private static string Name(string path) => path.Substring(path.LastIndexOfAny(['/', '\\']) + 1);
}
