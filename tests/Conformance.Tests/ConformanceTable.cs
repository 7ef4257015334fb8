using System;
using System.Collections.Generic;
using System.Collections.Immutable;
using System.Globalization;
using System.IO;
using System.Linq;
using RedGen.Cli.Testing;
using RedGen.TestKit;

namespace RedGen.Conformance.Tests;

/// <summary>
/// The checked-in table of all cases: the outcome and the largest error, in units of the last place, of generated code and of the
/// reference interpreter, and the reason where a case does not pass. What passes may only grow.
/// </summary>
internal static class ConformanceTable
{
    private const string Header = "# case\tgenerated code\treference\treason: outcomes of ONNX's cases and of trained models; a number is the largest error in ULP of a case that passes. REDGEN_ACCEPT=1 rewrites it.";

    private static string FilePath => Repository.PathOf("tests", "Conformance.Tests", "conformance.tsv");

    /// <summary>One case.</summary>
    /// <param name="Name">Group and folder, such as <c>node/test_add</c>.</param>
    /// <param name="Generated">The outcome of generated code; empty where it was not run.</param>
    /// <param name="Reference">The outcome of the reference interpreter.</param>
    /// <param name="Reason">Why it does not pass.</param>
    private sealed record Row(string Name, string Generated, string Reference, string Reason)
    {
        public string Outcome(bool isReference) => isReference ? Reference : Generated;
    }

    /// <summary>The names below the groups that passed when the table was written.</summary>
    public static IReadOnlySet<string> Passing(IEnumerable<string> groups, bool isReference)
        => ReadAll().Values.Where(r => groups.Any(g => r.Name.StartsWith(g + "/", StringComparison.Ordinal)) && IsPass(r.Outcome(isReference))).Select(static r => r.Name).ToHashSet(StringComparer.Ordinal);

    /// <summary>Takes over the outcomes of a run where the developer agrees.</summary>
    /// <returns>Whether they were taken over.</returns>
    public static bool TryAccept(ImmutableArray<CaseResult> results, bool isReference)
    {
        if (Environment.GetEnvironmentVariable("REDGEN_ACCEPT") != "1") return false;
        SortedDictionary<string, Row> rows = ReadAll();
        foreach (CaseResult result in results)
        {
            Row row = rows.TryGetValue(result.Name, out Row? known) ? known : new Row(result.Name, "", "", "");
            string outcome = Describe(result);
            row = isReference ? row with { Reference = outcome } : row with { Generated = outcome };
            rows[result.Name] = result.Outcome == Outcome.Pass && (isReference || row.Reference.Length == 0 || IsPass(row.Reference)) ? row with { Reason = "" }
                : result.Outcome != Outcome.Pass ? row with { Reason = (result.Reason ?? "").Replace('\t', ' ') } : row;
        }

        File.WriteAllText(FilePath, string.Join('\n', rows.Values.Select(static r => string.Join('\t', r.Name, r.Generated, r.Reference, r.Reason)).Prepend(Header)) + "\n");
        return true;
    }

    private static bool IsPass(string outcome) => outcome.Length > 0 && char.IsAsciiDigit(outcome[0]);

    /// <summary>Two digits say enough, and the last bits differ from processor to processor.</summary>
    private static string Describe(CaseResult result) => result.Outcome switch
    {
        Outcome.Pass => (result.MaxUlp ?? 0).ToString("G2", CultureInfo.InvariantCulture),
        _ => result.IsBadData ? "contradictory data" : result.OutcomeName.ToLowerInvariant(),
    };

    private static SortedDictionary<string, Row> ReadAll()
    {
        var rows = new SortedDictionary<string, Row>(StringComparer.Ordinal);
        if (!File.Exists(FilePath)) return rows;
        foreach (string[] cells in File.ReadAllLines(FilePath).Where(static l => l.Length > 0 && l[0] != '#').Select(static l => l.Split('\t')))
            rows[cells[0]] = new Row(cells[0], cells[1], cells[2], cells[3]);
        return rows;
    }
}
