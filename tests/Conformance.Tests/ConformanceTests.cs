using System;
using System.Collections.Generic;
using System.Collections.Immutable;
using System.IO;
using System.Linq;
using RedGen.Cli.Testing;
using RedGen.Compiler.Options;
using RedGen.TestKit;
using Xunit;
using Xunit.Abstractions;

namespace RedGen.Conformance.Tests;

/// <summary>
/// ONNX's own backend cases and trained models through the machinery of <c>redgen test</c>, by generated code and by the reference
/// interpreter. A wrong result fails; only a diagnostic of the compiler skips a case.
/// </summary>
public sealed class ConformanceTests(ITestOutputHelper log)
{
    private static readonly string[] OnnxGroups = ["node", "simple", "pytorch-converted", "pytorch-operator"];

    [OnnxDataFact]
    public void Onnx_cases_by_generated_code() => RunOnnx(new TestSettings());

    [OnnxDataFact]
    public void Onnx_cases_by_the_reference() => RunOnnx(new TestSettings { UseReference = true });

    [SharedFact("onnx-node")]
    public void Newer_onnx_cases_by_generated_code() => RunNewer(new TestSettings());

    [SharedFact("onnx-node")]
    public void Newer_onnx_cases_by_the_reference() => RunNewer(new TestSettings { UseReference = true });

    /// <summary>C# 7.3 over netstandard2.0: what generated code of the other profile passes, but for what only .NET has.</summary>
    [OnnxDataFact]
    public void Onnx_cases_by_portable_code()
    {
        var settings = new TestSettings { References = ConsumerSettings.Portable.References };
        settings = settings with { Options = settings.Options with { Profile = Profile.Portable } };
        ImmutableArray<CaseResult> results = Run(OnnxGroups, SharedData.OnnxTestData, settings);
        CaseResult[] failed = [.. results.Where(static r => r.Outcome == Outcome.Fail && !r.IsBadData)];
        Assert.True(failed.Length == 0, string.Join('\n', failed.Select(static f => f.ToString())));
        HashSet<string> passed = [.. results.Where(static r => r.Outcome == Outcome.Pass).Select(static r => r.Name)];
        ILookup<string, CaseResult> byName = results.ToLookup(static r => r.Name);
        string[] lost = [.. ConformanceTable.Passing(OnnxGroups, isReference: false).Except(passed).Where(n => byName[n].First().Reason?.Contains("RG0028", StringComparison.Ordinal) != true)];
        Assert.True(lost.Length == 0, "not served and without RG0028:\n" + string.Join('\n', lost));
        log.WriteLine($"{passed.Count} passed, {results.Length - passed.Count} refused");
    }

    [SharedFact("models")]
    public void Trained_models_by_generated_code()
        => Check(["models"], Run(["models"], SharedData.Root, new TestSettings()), isReference: false);

    private void RunOnnx(TestSettings settings) => Check(OnnxGroups, Run(OnnxGroups, SharedData.OnnxTestData, settings), settings.UseReference);

    private void RunNewer(TestSettings settings) => Check(["onnx-node"], Run(["onnx-node"], SharedData.Root, settings), settings.UseReference);

    /// <summary>Runs the cases below the groups' folders; names start with the group.</summary>
    private static ImmutableArray<CaseResult> Run(string[] groups, string root, TestSettings settings)
    {
        IEnumerable<TestCase> cases = groups.SelectMany(g => TestCase.Find([Path.Combine(root, g)], []).Select(c => c with { Name = g + "/" + c.Name }));
        return new TestRunner(settings).Run([.. cases], static _ => { });
    }

    private void Check(string[] groups, ImmutableArray<CaseResult> results, bool isReference)
    {
        HashSet<string> passed = [.. results.Where(static r => r.Outcome == Outcome.Pass).Select(static r => r.Name)];
        // Some of ONNX's models state other shapes than their data have; no program can be right there.
        CaseResult[] bad = [.. results.Where(static r => r.IsBadData)];
        CaseResult[] failed = [.. results.Where(static r => r.Outcome == Outcome.Fail && !r.IsBadData)];
        IReadOnlySet<string> listed = ConformanceTable.Passing(groups, isReference);
        string[] fresh = [.. passed.Except(listed).OrderBy(static n => n, StringComparer.Ordinal)];
        int skipped = results.Count(static r => r.Outcome == Outcome.Unsupported);
        log.WriteLine($"{passed.Count} passed, {failed.Length} failed, {skipped} skipped, {bad.Length} with contradictory data");
        foreach (CaseResult result in bad) log.WriteLine(result.ToString());

        Assert.True(failed.Length == 0, string.Join('\n', failed.Select(static f => f.ToString())));
        ILookup<string, CaseResult> byName = results.ToLookup(static r => r.Name);
        string[] lost = [.. listed.Except(passed).Select(n => byName[n].FirstOrDefault()?.ToString() ?? "MISSING " + n)];
        Assert.True(lost.Length == 0, "no longer passing:\n" + string.Join('\n', lost));
        if (!ConformanceTable.TryAccept(results, isReference) && fresh.Length > 0)
            log.WriteLine("newly passing (REDGEN_ACCEPT=1 takes them over):\n" + string.Join('\n', fresh));
    }
}
