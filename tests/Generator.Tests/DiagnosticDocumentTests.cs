using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using RedGen.Compiler.Diagnostics;
using RedGen.TestKit;
using Xunit;

namespace RedGen.Generator.Tests;

/// <summary>Every diagnostic is tracked for releases and has a page that helps.</summary>
public sealed class DiagnosticDocumentTests
{
    public static TheoryData<string> Ids => [.. DiagnosticCatalog.All.Select(static d => d.Id)];

    [Theory]
    [MemberData(nameof(Ids))]
    public void A_diagnostic_has_a_page(string id)
    {
        DiagnosticDescriptor descriptor = DiagnosticCatalog.All.Single(d => d.Id == id);

        string page = File.ReadAllText(Repository.PathOf([.. descriptor.HelpPath.Split('/')]));

        Assert.StartsWith("# " + id + ": " + descriptor.Title + "\n", page, StringComparison.Ordinal);
        Assert.Contains("\nSeverity: " + descriptor.Severity.ToString().ToLowerInvariant() + "\n", page, StringComparison.Ordinal);
        foreach (string part in new[] { "\n## What it means\n", "\n## Example\n", "\n## What to do\n" }) Assert.Contains(part, page, StringComparison.Ordinal);
        Assert.Contains(id + ": ", page[(page.IndexOf("## Example", StringComparison.Ordinal))..], StringComparison.Ordinal);
    }

    [Fact]
    public void The_release_files_list_the_catalog()
    {
        IEnumerable<string> rows = new[] { "Shipped", "Unshipped" }
            .SelectMany(static f => File.ReadLines(Repository.PathOf("src", "Generator", "AnalyzerReleases." + f + ".md")))
            .Where(static l => l.StartsWith("RG", StringComparison.Ordinal))
            .Order(StringComparer.Ordinal);

        Assert.Equal(DiagnosticCatalog.All.Select(static d => d.Id + " | RedGen | " + d.Severity + " | " + d.Title), rows);
    }

    [Fact]
    public void Ids_are_unique_and_in_order()
        => Assert.Equal(DiagnosticCatalog.All.Select(static d => d.Id).Distinct().Order(StringComparer.Ordinal), DiagnosticCatalog.All.Select(static d => d.Id));

    [Fact]
    public void No_page_is_left_over()
    {
        string[] pages = [.. new[] { "RG0*.md", "RG2*.md" }.SelectMany(static p => Directory.GetFiles(Repository.PathOf("docs", "diagnostics"), p)).Select(static p => Path.GetFileNameWithoutExtension(p)!).Order(StringComparer.Ordinal)];
        Assert.Equal(DiagnosticCatalog.All.Select(static d => d.Id), pages);
    }
}
