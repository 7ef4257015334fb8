using System.Collections.Generic;
using System.Collections.Immutable;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CodeActions;
using Microsoft.CodeAnalysis.CodeFixes;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.Diagnostics;
using Microsoft.CodeAnalysis.Text;
using Xunit;

namespace RedGen.TestKit;

/// <summary>Runs analyzers and code fixes over C# in memory.</summary>
public static class AnalyzerHarness
{
    /// <summary>Asserts that an analyzer reports exactly what is marked.</summary>
    /// <param name="analyzer">The analyzer.</param>
    /// <param name="marked">The user's code (<see cref="Markup"/>).</param>
    /// <param name="generated">Code that stands for what a generator made.</param>
    public static async Task<ImmutableArray<Diagnostic>> AssertAsync(DiagnosticAnalyzer analyzer, string marked, string generated)
    {
        Markup markup = Markup.Parse(marked);
        ImmutableArray<Diagnostic> found = await FindAsync(analyzer, Document(markup.Text, generated));
        Assert.Equal(
            markup.Spans.Select(static s => s.Id + " " + s.Span).Order(),
            found.Select(static d => d.Id + " " + d.Location.SourceSpan).Order());
        return found;
    }

    /// <summary>Asserts that the first fix of the first diagnostic turns code into other code; null: that there is no fix.</summary>
    public static async Task AssertFixAsync(DiagnosticAnalyzer analyzer, CodeFixProvider fix, string before, string? after, string generated)
    {
        Document document = Document(before, generated);
        Diagnostic diagnostic = (await FindAsync(analyzer, document)).First();
        var actions = new List<CodeAction>();
        await fix.RegisterCodeFixesAsync(new CodeFixContext(document, diagnostic, (action, _) => actions.Add(action), CancellationToken.None));
        if (after is null)
        {
            Assert.Empty(actions);
            return;
        }

        ApplyChangesOperation operation = (await actions.First().GetOperationsAsync(CancellationToken.None)).OfType<ApplyChangesOperation>().Single();
        Document changed = operation.ChangedSolution.GetDocument(document.Id)!;
        string text = (await changed.GetTextAsync()).ToString();
        Assert.Equal(after.ReplaceLineEndings("\n"), text.ReplaceLineEndings("\n"));
        Assert.Empty((await changed.Project.GetCompilationAsync())!.GetDiagnostics().Where(static d => d.Severity == DiagnosticSeverity.Error));
    }

    private static async Task<ImmutableArray<Diagnostic>> FindAsync(DiagnosticAnalyzer analyzer, Document document)
    {
        Compilation compilation = (await document.Project.GetCompilationAsync())!;
        Assert.Empty(compilation.GetDiagnostics().Where(static d => d.Severity == DiagnosticSeverity.Error));
        ImmutableArray<Diagnostic> all = await compilation.WithAnalyzers([analyzer]).GetAnalyzerDiagnosticsAsync();
        return [.. all.OrderBy(static d => d.Location.SourceSpan.Start)];
    }

    private static Document Document(string text, string generated)
    {
        var settings = new ConsumerSettings();
#pragma warning disable CA2000 // The workspace lives as long as the document that is handed out.
        Project project = new AdhocWorkspace().AddProject("Consumer", LanguageNames.CSharp)
            .WithCompilationOptions(new CSharpCompilationOptions(OutputKind.DynamicallyLinkedLibrary))
            .WithParseOptions(settings.ParseOptions)
            .WithMetadataReferences(settings.References);
#pragma warning restore CA2000
        return project.AddDocument("Generated.g.cs", SourceText.From(generated)).Project.AddDocument("User.cs", SourceText.From(text));
    }
}
