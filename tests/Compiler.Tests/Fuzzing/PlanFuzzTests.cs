using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using RedGen.Compiler.Diagnostics;
using RedGen.Compiler.Options;
using RedGen.TestKit;
using Xunit;
using Xunit.Abstractions;

namespace RedGen.Compiler.Tests.Fuzzing;

/// <summary>The whole compiler, from bytes to sources, survives every file: it ends soon, with sources or with errors of the model.</summary>
public sealed class PlanFuzzTests(ITestOutputHelper output)
{
    /// <summary>Larger models would only make the run slower.</summary>
    private const long LargestSeed = 120 << 10;

    private static readonly TimeSpan TimeLimit = TimeSpan.FromSeconds(2);

    [Fact]
    public void Hostile_operators_end_in_sources_or_errors() => Run(0.5, HostileOperators.Make);

    [Fact]
    public void Long_chains_end_in_sources_or_errors() => Run(0.002, HostileOperators.MakeLong);

    [Fact]
    public void Damaged_models_end_in_sources_or_errors()
    {
        // Trained models beside the small ones, where the machine has them: their mutants reach the passes and the planner.
        IEnumerable<byte[]> trained = SharedData.ModelsIn(Path.Combine(SharedData.Root, "models")).Where(p => new FileInfo(p).Length <= LargestSeed).Select(File.ReadAllBytes);
        var cases = new FuzzCases(FuzzSeeds.All.Concat(trained));
        int count = Share(0.498);
        // The reduction runs the network some dozens of times: trained models go through it one time in sixteen.
        Report(cases.Range(0, count), reducedEvery: 16);
    }

    private void Run(double share, Func<Random, byte[]> make)
        => Report(Enumerable.Range(0, Share(share)).Select(number => make(new Random(unchecked((number * 104_729) + 31)))));

    private static int Share(double share) => Math.Max(10, (int)(FuzzHarness.CasesFromEnvironment(3000) * share));

    private void Report(IEnumerable<byte[]> cases, int reducedEvery = 1)
    {
        int number = 0;
        int compiled = 0;
        var errors = new SortedDictionary<string, int>(StringComparer.Ordinal);
        FuzzReport report = new FuzzHarness(bytes =>
        {
            CompilationResult result = ModelCompiler.Compile(ModelSource.FromBytes("fuzz.onnx", bytes), number++ % reducedEvery == 0 ? new CompilerOptions() : TestOptions.Exact);
            if (result.Diagnostics.FirstOrDefault(d => d.Id == "RG0023") is { } bug) throw new InvalidOperationException(bug.Message);
            if (result.Diagnostics.FirstOrDefault(d => d.Severity == Severity.Error) is { } error) errors[error.Id] = errors.GetValueOrDefault(error.Id) + 1;
            else compiled++;
        })
        { TimeLimit = TimeLimit }.Run(cases);
        output.WriteLine(report + $", {compiled} compiled, the others ended in " + string.Join(", ", errors.Select(e => e.Key + " × " + e.Value)));
        Assert.True(report.Failures.Count == 0, string.Join("\n", report.Failures));
    }
}
