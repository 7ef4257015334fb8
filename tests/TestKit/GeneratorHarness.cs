using System;
using System.Collections.Generic;
using System.Collections.Immutable;
using System.Linq;
using System.Threading;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.Text;

namespace RedGen.TestKit;

/// <summary>
/// Runs a generator as an IDE does: one driver that is kept from run to run, with files that are replaced only when they change.
/// </summary>
public sealed class GeneratorHarness
{
    private readonly Dictionary<string, MemoryText> _texts = new(StringComparer.Ordinal);
    private readonly Dictionary<string, SyntaxTree> _trees = new(StringComparer.Ordinal);
    private GeneratorDriver _driver;
    private CSharpCompilation _compilation;

    /// <summary>Makes a project without files.</summary>
    public GeneratorHarness(IIncrementalGenerator generator, ConsumerSettings? settings = null)
    {
        settings ??= new ConsumerSettings();
        _compilation = CSharpCompilation.Create("Consumer", [], settings.References, settings.CompilationOptions);
        _driver = CSharpGeneratorDriver.Create(
            [generator.AsSourceGenerator()],
            parseOptions: settings.ParseOptions,
            driverOptions: new GeneratorDriverOptions(IncrementalGeneratorOutputKind.None, trackIncrementalGeneratorSteps: true));
        ParseOptions = settings.ParseOptions;
    }

    private CSharpParseOptions ParseOptions { get; }

    /// <summary>Adds a C# file, or replaces it.</summary>
    public void SetSource(string path, string text)
    {
        SyntaxTree tree = CSharpSyntaxTree.ParseText(SourceText.From(text, System.Text.Encoding.UTF8), ParseOptions, path);
        _compilation = _trees.TryGetValue(path, out SyntaxTree? old)
            ? _compilation.ReplaceSyntaxTree(old, tree)
            : _compilation.AddSyntaxTrees(tree);
        _trees[path] = tree;
    }

    /// <summary>Adds an additional file, or replaces it when its text differs.</summary>
    public void SetText(string path, string text)
    {
        var file = new MemoryText(path, text);
        if (!_texts.TryGetValue(path, out MemoryText? old)) _driver = _driver.AddAdditionalTexts([file]);
        else if (old.Content != text) _driver = _driver.ReplaceAdditionalText(old, file);
        else return;
        _texts[path] = file;
    }

    /// <summary>Removes an additional file.</summary>
    public void RemoveText(string path)
    {
        _driver = _driver.RemoveAdditionalTexts([_texts[path]]);
        _texts.Remove(path);
    }

    /// <summary>Runs the generator.</summary>
    public GeneratorRun Run(CancellationToken cancellation = default)
    {
        _driver = _driver.RunGeneratorsAndUpdateCompilation(_compilation, out Compilation output, out _, cancellation);
        return new GeneratorRun(_driver.GetRunResult().Results.Single(), output);
    }

    /// <summary>An additional file that never was on a disk.</summary>
    private sealed class MemoryText(string path, string content) : AdditionalText
    {
        public override string Path => path;

        internal string Content => content;

        public override SourceText? GetText(CancellationToken cancellationToken = default)
            => path.EndsWith(".onnx", StringComparison.OrdinalIgnoreCase)
                ? throw new InvalidOperationException("the text of a binary file was asked for")
                : SourceText.From(content, System.Text.Encoding.UTF8);
    }
}

/// <summary>What one run of a generator gave.</summary>
public sealed class GeneratorRun(GeneratorRunResult result, Compilation compilation)
{
    /// <summary>The project with the generated files.</summary>
    public Compilation Compilation => compilation;

    /// <summary>The generated files by hint name.</summary>
    public ImmutableSortedDictionary<string, string> Sources { get; } = result.GeneratedSources.ToImmutableSortedDictionary(
        static s => s.HintName, static s => s.SourceText.ToString(), StringComparer.Ordinal);

    /// <summary>The generator's diagnostics.</summary>
    public ImmutableArray<Diagnostic> Diagnostics => result.Diagnostics;

    /// <summary>What the generator threw; null when it threw nothing.</summary>
    public Exception? Exception => result.Exception;

    /// <summary>Warnings and errors of the project with the generated files.</summary>
    public ImmutableArray<Diagnostic> CompilerProblems
        => [.. compilation.GetDiagnostics().Where(static d => d.Severity >= DiagnosticSeverity.Warning)];

    /// <summary>Why each output of a step came: New, Modified, Unchanged, Cached.</summary>
    public ImmutableArray<IncrementalStepRunReason> Reasons(string step) => result.TrackedSteps.TryGetValue(step, out ImmutableArray<IncrementalGeneratorRunStep> runs)
        ? [.. runs.SelectMany(static r => r.Outputs).Select(static o => o.Reason)]
        : [];

    /// <summary>Why each file was, or was not, added again.</summary>
    public ImmutableArray<IncrementalStepRunReason> OutputReasons
        => [.. result.TrackedOutputSteps.SelectMany(static s => s.Value).SelectMany(static r => r.Outputs).Select(static o => o.Reason)];

    /// <summary>Everything that the driver keeps for a step.</summary>
    public IEnumerable<object> Kept(string step) => result.TrackedSteps.TryGetValue(step, out ImmutableArray<IncrementalGeneratorRunStep> runs)
        ? runs.SelectMany(static r => r.Outputs).Select(static o => o.Value)
        : [];
}
