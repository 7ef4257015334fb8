using System;
using System.Collections.Generic;
using System.Collections.Immutable;
using System.Linq;
using System.Threading;
using RedGen.Compiler;
using RedGen.Compiler.Diagnostics;
using RedGen.Compiler.Options;

namespace RedGen.Generator;

/// <summary>The heavy step: reads a model's bytes, compiles them and keeps nothing but text.</summary>
internal static class ModelCompilation
{
    /// <summary>The compiler library marks files that are the same for every model by this start of their names.</summary>
    private const string SharedPrefix = "RedGen.Runtime.";

    internal static CompiledModel Run(ModelRequest request, CancellationToken cancellation)
    {
        cancellation.ThrowIfCancellationRequested();
        var diagnostics = new DiagnosticBag();
        CompilationResult? result = null;
        try
        {
            result = Compile(request, diagnostics, cancellation);
        }
        catch (Exception exception) when (exception is not OperationCanceledException)
        {
            // Whatever leaves a generator is one CS8785 without a place; a diagnostic says which model it was.
            diagnostics.Add(DiagnosticCatalog.InternalError.With("generator", exception.GetType().Name + ": " + exception.Message));
        }

        return Collect(request, result, diagnostics.ToImmutable());
    }

    private static CompilationResult? Compile(ModelRequest request, DiagnosticBag diagnostics, CancellationToken cancellation)
    {
        if (request.DuplicateOf is { } owner)
        {
            diagnostics.Add(DiagnosticCatalog.DuplicateClass.With(request.Class.FullName, owner));
            return null;
        }

        CompilerOptions options = Options(request, diagnostics);
        if (diagnostics.HasErrors || new ModelReader(request.Model, diagnostics).Open() is not { } source) return null;
        return ModelCompiler.Compile(source, options, cancellation);
    }

    private static CompilerOptions Options(ModelRequest request, DiagnosticBag diagnostics)
    {
        ModelManifest manifest = request.Model.Manifest;
        ImmutableSortedDictionary<string, string> texts = manifest.Options;
        if (request.Attribute is { } attribute)
        {
            // The declaration says these three; what a project sets for its other models does not hold for it.
            texts = texts.RemoveRange(["RedGenNamespace", "RedGenClassName", "RedGenAccessibility"]);
            foreach (OptionText option in attribute.Options) texts = texts.SetItem("RedGen" + option.Name, option.Text);
        }

        CompilerOptions options = OptionTable.Apply(new CompilerOptions(), texts, diagnostics);
        Accessibility accessibility = options.Accessibility;
        if (request.Attribute is { } use) accessibility = use.IsPublic ? Accessibility.Public : Accessibility.Internal;
        return options with
        {
            Accessibility = accessibility,
            Namespace = request.Class.Namespace,
            ClassName = request.Class.Name,
            IsPartial = request.Attribute is not null,
            DimsAreShared = manifest.DimsAreShared && request.Attribute?.Options.Any(static o => o.Name == "Dims") != true,

            // The resource was made with the item's options; an attribute with options of its own may lay the weights out otherwise.
            WeightResource = request.Attribute is { Options.Count: > 0 } ? null : manifest.WeightResource,
        };
    }

    private static CompiledModel Collect(ModelRequest request, CompilationResult? result, ImmutableArray<Diagnostic> own)
    {
        string path = request.Model.Manifest.Path;
        IEnumerable<Diagnostic> diagnostics = result is null ? own : own.Concat(result.Diagnostics.Where(d => !IsExplained(d, own)));
        // A property that is not proven leaves the sources beside its error.
        bool hasSources = result is { Sources.IsEmpty: false } && !own.Any(static d => d.Severity == Severity.Error);
        ImmutableArray<GeneratedSource> sources = hasSources ? result!.Sources : [];
        string prefix = request.Class.Namespace.Length == 0 ? "" : request.Class.Namespace + ".";
        return new CompiledModel(
            path,
            request.Class.ProjectPath,
            sources.Where(static s => !IsShared(s)).Select(s => new SourceFile(prefix + s.HintName, s.Text)).ToEquatableArray(),
            sources.Where(IsShared).Select(static s => new SourceFile(s.HintName, s.Text)).ToEquatableArray(),
            diagnostics.Select(d => RoslynDiagnostics.ToText(d, path) with { Use = IsOfAttribute(d, request.Attribute) ? request.Attribute : null }).ToEquatableArray(),
            hasSources ? result!.StringBytes : 0);
    }

    /// <summary>The compiler library knows only that a file could not be had; the reader has said why.</summary>
    private static bool IsExplained(Diagnostic diagnostic, ImmutableArray<Diagnostic> own)
        => diagnostic.Descriptor == DiagnosticCatalog.MissingFile && own.Any(o => o.Arguments[0] == diagnostic.Arguments[0]);

    /// <summary>Whether a diagnostic is about a property that an attribute states.</summary>
    private static bool IsOfAttribute(Diagnostic diagnostic, AttributeUse? attribute)
        => diagnostic.Place is null && diagnostic.Id.StartsWith("RG20", StringComparison.Ordinal) && attribute?.Options.Any(static o => o.Name == "Prove") == true;

    private static bool IsShared(GeneratedSource source) => source.HintName.StartsWith(SharedPrefix, StringComparison.Ordinal);
}
