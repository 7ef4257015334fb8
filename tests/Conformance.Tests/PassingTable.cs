using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using RedGen.TestKit;

namespace RedGen.Conformance.Tests;

/// <summary>The checked-in table of the cases that pass. It may only grow.</summary>
internal static class PassingTable
{
    private const string Header = "# Cases that pass, one a line; the tests fail when one no longer does. REDGEN_ACCEPT=1 adds the new ones.";

    private static string FilePath => Repository.PathOf("tests", "Conformance.Tests", "passing.txt");

    /// <summary>The names below a group, such as <c>node/</c>.</summary>
    public static IReadOnlySet<string> Read(string group)
        => ReadAll().Where(n => n.StartsWith(group, StringComparison.Ordinal)).ToHashSet(StringComparer.Ordinal);

    /// <summary>Adds names where the developer agrees.</summary>
    /// <returns>Whether they were added.</returns>
    public static bool TryAdd(IEnumerable<string> names)
    {
        if (Environment.GetEnvironmentVariable("REDGEN_ACCEPT") != "1") return false;
        IEnumerable<string> all = ReadAll().Concat(names).Distinct(StringComparer.Ordinal).OrderBy(static n => n, StringComparer.Ordinal);
        File.WriteAllText(FilePath, string.Join('\n', all.Prepend(Header)) + "\n");
        return true;
    }

    private static IEnumerable<string> ReadAll()
        => File.Exists(FilePath) ? [.. File.ReadAllLines(FilePath).Where(static l => l.Length > 0 && l[0] != '#')] : [];
}
