using System;
using System.Collections.Immutable;
using System.Linq;
using Microsoft.CodeAnalysis;
using RedGen.Compiler.Diagnostics;
using ModelDescriptor = RedGen.Compiler.Diagnostics.DiagnosticDescriptor;
using ModelDiagnostic = RedGen.Compiler.Diagnostics.Diagnostic;
using RoslynDescriptor = Microsoft.CodeAnalysis.DiagnosticDescriptor;
using RoslynDiagnostic = Microsoft.CodeAnalysis.Diagnostic;

namespace RedGen.Generator;

/// <summary>Translates the compiler library's diagnostics into Roslyn's, row by row of <see cref="DiagnosticCatalog"/>.</summary>
internal static class RoslynDiagnostics
{
    private static readonly ImmutableDictionary<string, RoslynDescriptor> Descriptors =
        DiagnosticCatalog.All.ToImmutableDictionary(static d => d.Id, Translate, StringComparer.Ordinal);

    /// <summary>Takes a diagnostic apart into text.</summary>
    internal static DiagnosticText ToText(ModelDiagnostic diagnostic, string path, SourcePlace? place = null)
        => new(diagnostic.Id, diagnostic.Arguments.ToEquatableArray(), path, diagnostic.Severity, place ?? SourcePlace.From(diagnostic.Place));

    /// <summary>A model has no lines: its diagnostics stand at the start of its file.</summary>
    internal static RoslynDiagnostic Create(DiagnosticText text)
    {
        Location location = text.Place?.ToLocation()
            ?? (text.Path.Length == 0 ? Location.None : Location.Create(text.Path, default, default));
        return RoslynDiagnostic.Create(Descriptors[text.Id], location, Translate(text.Severity), additionalLocations: null, properties: null, [.. text.Arguments.Cast<object>()]);
    }

    private static RoslynDescriptor Translate(ModelDescriptor descriptor) => new(
        descriptor.Id,
        descriptor.Title,
        descriptor.Format,
        "RedGen",
        Translate(descriptor.Severity),
        isEnabledByDefault: true,
        helpLinkUri: descriptor.HelpPath);

    private static DiagnosticSeverity Translate(Severity severity) => severity switch
    {
        Severity.Error => DiagnosticSeverity.Error,
        Severity.Warning => DiagnosticSeverity.Warning,
        _ => DiagnosticSeverity.Info,
    };
}
