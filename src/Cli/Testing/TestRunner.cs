using System;
using System.Collections.Generic;
using System.Collections.Immutable;
using System.Globalization;
using System.Linq;
using System.Threading.Tasks;
using RedGen.Cli.Execution;

namespace RedGen.Cli.Testing;

/// <summary>Runs cases in batches: the code of a batch is compiled together, which costs a fraction of compiling each alone.</summary>
internal sealed class TestRunner(TestSettings settings)
{
    /// <summary>Characters of source of one assembly; beyond, memory suffers more than time gains.</summary>
    private const long SourceLimit = 16 << 20;

    /// <summary>An assembly holds 2^24 bytes of string constants, of which weights take most.</summary>
    private const long StringLimit = 12 << 20;

    /// <summary>Runs cases; results come in the order of the cases.</summary>
    public ImmutableArray<CaseResult> Run(IReadOnlyList<TestCase> cases, Action<CaseResult> onResult)
    {
        ImmutableArray<CaseResult>.Builder results = ImmutableArray.CreateBuilder<CaseResult>(cases.Count);
        int number = 0;
        foreach (TestCase[] batch in cases.Chunk(settings.BatchSize))
        {
            CaseRun[] runs = [.. batch.Select(c => new CaseRun(c, settings, "Case" + (++number).ToString(CultureInfo.InvariantCulture)))];
            Parallel.ForEach(runs, Parallelism, static run => run.Prepare());
            foreach (List<CaseRun> group in GroupBySize(runs)) Execute(group);
            foreach (CaseRun run in runs)
            {
                results.Add(run.Result!);
                onResult(run.Result!);
            }
        }

        return results.MoveToImmutable();
    }

    private static ParallelOptions Parallelism => new() { MaxDegreeOfParallelism = Environment.ProcessorCount };

    private void Execute(List<CaseRun> runs)
    {
        using GeneratedCode code = GeneratedCode.Build([.. runs.SelectMany(static r => r.Models)], new CodeSettings(IsStrict: true, IsCollectible: true) { References = settings.References });
        Parallel.ForEach(runs, Parallelism, run => run.Execute(code));
    }

    private static IEnumerable<List<CaseRun>> GroupBySize(CaseRun[] runs)
    {
        var group = new List<CaseRun>();
        long source = 0, strings = 0;
        foreach (CaseRun run in runs)
        {
            long runSource = run.Models.Sum(static m => m.Result.Sources.Sum(static s => (long)s.Text.Length));
            long runStrings = run.Models.Sum(static m => m.Result.StringBytes);
            if (group.Count > 0 && (source + runSource > SourceLimit || strings + runStrings > StringLimit))
            {
                yield return group;
                (group, source, strings) = ([], 0, 0);
            }

            group.Add(run);
            (source, strings) = (source + runSource, strings + runStrings);
        }

        if (group.Count > 0) yield return group;
    }
}
