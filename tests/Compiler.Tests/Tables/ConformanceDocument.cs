using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Text;
using RedGen.TestKit;

namespace RedGen.Compiler.Tests.Tables;

/// <summary>The part of docs/operators.md that says which of ONNX's cases pass, from the checked-in conformance table.</summary>
internal static class ConformanceDocument
{
    public static void Append(StringBuilder text)
    {
        string[][] rows = [.. File.ReadAllLines(Repository.PathOf("tests", "Conformance.Tests", "conformance.tsv")).Where(static l => l.Length > 0 && l[0] != '#').Select(static l => l.Split('\t'))];
        text.Append("\n# ONNX's cases\n\n");
        text.Append("From `tests/Conformance.Tests/conformance.tsv`, which holds the outcome and the largest error of every case. `onnx-node` are cases of newer opsets.\n\n");
        text.Append("| cases | all | pass by generated code | pass by the reference interpreter |\n|---|---|---|---|\n");
        foreach (IGrouping<string, string[]> group in rows.GroupBy(static r => r[0].Split('/')[0]).OrderBy(static g => g.Key, StringComparer.Ordinal))
        {
            string reference = group.Any(static r => r[2].Length > 0) ? group.Count(static r => IsPass(r[2])).ToString() : "not run";
            text.Append("| ").Append(group.Key).Append(" | ").Append(group.Count()).Append(" | ").Append(group.Count(static r => IsPass(r[1]))).Append(" | ").Append(reference).Append(" |\n");
        }

        text.Append("\n## Cases that do not pass\n\n| case | reason |\n|---|---|\n");
        foreach (IGrouping<string, string[]> group in rows.Where(static r => !IsPass(r[1])).GroupBy(static r => Reason(r)).OrderBy(static g => g.Key, StringComparer.Ordinal))
            text.Append("| ").AppendJoin(", ", Names(group)).Append(" | ").Append(group.Key).Append(" |\n");
    }

    private static IEnumerable<string> Names(IEnumerable<string[]> rows) => rows.Select(static r => r[0]);

    private static bool IsPass(string outcome) => outcome.Length > 0 && char.IsAsciiDigit(outcome[0]);

    /// <summary>The diagnostic without the node's own name, so that cases with one cause stand together.</summary>
    private static string Reason(string[] row)
    {
        string reason = row[3].Length > 0 ? row[3] : row[1];
        int inputs = reason.IndexOf(" (inputs:", StringComparison.Ordinal);
        if (inputs > 0) reason = reason[..inputs];
        int start = reason.IndexOf("node '", StringComparison.Ordinal), end = reason.IndexOf("' (", StringComparison.Ordinal);
        if (start >= 0 && end > start) reason = reason[..start] + reason[(end + 3)..].Replace("):", ":", StringComparison.Ordinal);
        return reason.Replace("|", "\\|", StringComparison.Ordinal);
    }
}
