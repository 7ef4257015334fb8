using System;
using System.Collections.Generic;
using System.Collections.Immutable;
using System.Globalization;
using System.Linq;
using RedGen.Cli.Commands;
using RedGen.Cli.Output;
using RedGen.Compiler.Verify.Properties;
using RedGen.Compiler.Verify.Search;
using Spectre.Console;

namespace RedGen.Cli.Verification;

/// <summary>Writes what came of a verification: as text, as JSON, or in the competition's form.</summary>
internal sealed class VerifyReport(ToolConsole console)
{
    /// <summary>Writes the competition's lines: the verdict, then the counterexample.</summary>
    public void WriteCompetition(InstanceOutcome outcome)
    {
        console.WriteLine(outcome.CompetitionResult);
        if (outcome.Verdict!.Result != VerificationResult.Violated) return;
        IEnumerable<string> values = Values("X", outcome.Verdict.Input).Concat(Values("Y", outcome.Verdict.Output));
        console.WriteLine("(" + string.Join("\n ", values) + ")");
    }

    private static IEnumerable<string> Values(string name, ImmutableArray<float> values)
        => values.Select((v, i) => "(" + name + "_" + i.ToString(CultureInfo.InvariantCulture) + " " + v.ToString("R", CultureInfo.InvariantCulture) + ")");

    private static object Json(InstanceOutcome outcome) => new
    {
        model = outcome.Instance.Name.Model,
        property = outcome.Instance.Name.Property,
        result = outcome.Result,
        seconds = outcome.Seconds,
        nodes = outcome.Verdict?.Nodes ?? 0,
        depth = outcome.Verdict?.Depth ?? 0,
        counterexample = outcome.Verdict is { Result: VerificationResult.Violated } v ? Counterexample(v, outcome.Property) : null,
        bound = outcome.Bound,
        samples = outcome.Samples.Count == 0 ? null : outcome.Samples.Select(Sample),
        reason = outcome.Error.Length > 0 ? outcome.Error : outcome.Verdict?.Reason ?? "",
    };

    /// <summary>The elements that the property numbers; of several networks also what each got and gave.</summary>
    private static object Counterexample(Verdict verdict, VerifiedProperty? property) => new
    {
        input = verdict.Input,
        output = verdict.Output,
        networks = property is { Networks.IsEmpty: false } ? Networks(verdict, property).Select(static n => new { name = n.Name, input = n.Input, output = n.Output }) : null,
    };

    private static IEnumerable<(string Name, float[] Input, float[] Output)> Networks(Verdict verdict, VerifiedProperty property)
    {
        int start = 0;
        foreach (NetworkUse network in property.Networks)
        {
            yield return (network.Name, network.InputOf(verdict.Input.AsSpan()), [.. verdict.Output.Skip(start).Take(network.Outputs)]);
            start += network.Outputs;
        }
    }

    private static object Sample(SampleOutcome sample) => new
    {
        sample = sample.Index,
        label = sample.Label < 0 ? (int?)null : sample.Label,
        misclassified = sample.IsMisclassified,
        result = InstanceOutcome.Word(sample.Verdict.Result),
        nodes = sample.Verdict.Nodes,
        counterexample = sample.Verdict.Result == VerificationResult.Violated ? new { input = sample.Verdict.Input, output = sample.Verdict.Output } : null,
        reason = sample.Verdict.Reason,
    };

    /// <summary>Reports one property.</summary>
    /// <param name="outcome">What came of it.</param>
    /// <param name="isText">Whether text is wanted.</param>
    /// <returns>The exit code.</returns>
    public int ReportOne(InstanceOutcome outcome, bool isText)
    {
        if (outcome.Verdict is not { } verdict)
        {
            console.WriteJson(Json(outcome));
            return VerifyCommand.Error;
        }

        if (console.Text is not null && verdict.Reason.Length > 0) console.Note("redgen: " + verdict.Reason);
        if (isText) console.WriteLine(FormattableString.Invariant($"{outcome.Result}: {verdict.Nodes} regions, {verdict.Depth} deep, {outcome.Seconds:F2} s"));
        if (isText) WriteDetails(outcome, verdict);
        console.WriteJson(Json(outcome));
        return ExitCode([outcome]);
    }

    private void WriteDetails(InstanceOutcome outcome, Verdict verdict)
    {
        if (outcome.Samples.Count > 0) WriteSamples(outcome.Samples);
        if (outcome.Bound is { } bound) console.WriteLine(FormattableString.Invariant($"{(outcome.Instance.Statement is Compiler.Verify.Statements.MonotoneStatement ? "slack " : "bound ")} {bound:G6}"));
        if (verdict.Result != VerificationResult.Violated) return;
        IEnumerable<(string Name, float[] Input, float[] Output)> networks = outcome.Property is { Networks.IsEmpty: false } property ? Networks(verdict, property) : [("", [.. verdict.Input], [.. verdict.Output])];
        foreach ((string name, float[] input, float[] output) in networks)
        {
            if (name.Length > 0) console.WriteLine(name + ":");
            console.WriteLine("input  " + string.Join(" ", input.Select(static v => v.ToString("R", CultureInfo.InvariantCulture))));
            console.WriteLine("output " + string.Join(" ", output.Select(static v => v.ToString("R", CultureInfo.InvariantCulture))));
        }
    }

    private void WriteSamples(IReadOnlyList<SampleOutcome> samples)
    {
        foreach (SampleOutcome sample in samples)
        {
            string label = sample.Label < 0 ? "" : FormattableString.Invariant($" class {sample.Label}");
            console.WriteLine(FormattableString.Invariant($"sample {sample.Index,4}{label}: {InstanceOutcome.Word(sample.Verdict.Result)}{(sample.IsMisclassified ? " (misclassified)" : "")}, {sample.Verdict.Nodes} regions"));
        }

        int Count(VerificationResult result) => samples.Count(s => s.Verdict.Result == result);
        int undecided = samples.Count - Count(VerificationResult.Holds) - Count(VerificationResult.Violated);
        console.WriteLine(FormattableString.Invariant($"robust: {Count(VerificationResult.Holds)} of {samples.Count} samples; {Count(VerificationResult.Violated)} are not ({samples.Count(static s => s.IsMisclassified)} of them misclassified), {undecided} undecided"));
    }

    /// <summary>Reports several properties, with a summary.</summary>
    /// <returns>The exit code.</returns>
    public int ReportAll(List<InstanceOutcome> outcomes)
    {
        int Count(string result) => outcomes.Count(o => o.Result == result);
        Table table = Tables.Create(1, "result", "instances", "seconds in all", "longest");
        foreach (IGrouping<string, InstanceOutcome> group in outcomes.GroupBy(static o => o.Result).OrderBy(static g => g.Key, StringComparer.Ordinal))
            table.Add(group.Key, group.Count().ToString(CultureInfo.InvariantCulture), group.Sum(static o => o.Seconds).ToString("F1", CultureInfo.InvariantCulture), group.Max(static o => o.Seconds).ToString("F1", CultureInfo.InvariantCulture));
        table.Write(console.Text);
        console.WriteJson(new
        {
            holds = Count("holds"),
            violated = Count("violated"),
            unknown = Count("unknown"),
            timeout = Count("timeout"),
            errors = Count("error"),
            seconds = outcomes.Sum(static o => o.Seconds),
            instances = outcomes.Select(Json),
        });
        return ExitCode(outcomes);
    }

    /// <summary>The gravest of several: an error, then a violation, then what is undecided.</summary>
    private static int ExitCode(IReadOnlyCollection<InstanceOutcome> outcomes)
        => outcomes.Any(static o => o.Verdict is null) ? VerifyCommand.Error
            : outcomes.Any(static o => o.Verdict!.Result == VerificationResult.Violated) ? VerifyCommand.Violated
            : outcomes.All(static o => o.Verdict!.Result == VerificationResult.Holds) ? 0 : VerifyCommand.Undecided;
}
