using System.Linq;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Text;
using RedGen.Compiler.Diagnostics;
using RedGen.Compiler.Options;

namespace RedGen.Generator;

// What flows through the pipeline: strings, numbers and arrays of them. The driver keeps these for every project that is open,
// and compares them to decide what runs again, so no syntax, symbol, model or tensor may be in them.

/// <summary>An option given in an attribute.</summary>
internal sealed record OptionText(string Name, string Text);

/// <summary>A place in a file.</summary>
internal sealed record SourcePlace(string Path, TextSpan Span, LinePositionSpan Lines)
{
    internal static SourcePlace? From(Location location)
        => location.SourceTree is { } tree ? new(tree.FilePath, location.SourceSpan, location.GetLineSpan().Span) : null;

    internal static SourcePlace? From(FilePlace? place)
    {
        if (place is null) return null;
        var position = new LinePosition(place.Line - 1, place.Column - 1);
        return new(place.Path, default, new LinePositionSpan(position, position));
    }

    internal Location ToLocation() => Location.Create(Path, Span, Lines);
}

/// <summary>What a [RedGenModel] attribute says, without where it says it: moving a line must not compile a model again.</summary>
/// <param name="Model">The model's path or file name, as written.</param>
/// <param name="Namespace">The class's namespace; empty is the global one.</param>
/// <param name="ClassName">The class.</param>
/// <param name="IsPublic">Whether the class is public.</param>
/// <param name="Options">The options given as named arguments.</param>
/// <param name="Problem">Why the class cannot be completed; null when it can.</param>
internal sealed record AttributeUse(string Model, string Namespace, string ClassName, bool IsPublic, EquatableArray<OptionText> Options, string? Problem);

/// <summary>A [RedGenModel] attribute and its place.</summary>
internal sealed record PlacedAttribute(AttributeUse Use, SourcePlace? Place);

/// <summary>A manifest, or a model that arrived without one.</summary>
/// <param name="Manifest">The manifest.</param>
/// <param name="IsRaw">Whether the targets were not there: external data is then read without a hash.</param>
internal sealed record ModelRef(ModelManifest Manifest, bool IsRaw);

/// <summary>Which model an attribute means.</summary>
/// <param name="Path">The model's path on this machine; null when the attribute means none.</param>
/// <param name="Use">The attribute.</param>
/// <param name="Problem">What is wrong; null when nothing is.</param>
internal sealed record AttributeBinding(string? Path, AttributeUse Use, string? Problem);

/// <summary>The class that a model becomes.</summary>
internal sealed record ClassIdentity(string Namespace, string Name, string ProjectPath, string Path)
{
    internal string FullName => Namespace.Length == 0 ? Name : Namespace + "." + Name;
}

/// <summary>One compilation to be done.</summary>
/// <param name="Model">The model.</param>
/// <param name="Attribute">The attribute that asked for it; null for the class made from the file's name.</param>
/// <param name="Class">The class.</param>
/// <param name="DuplicateOf">The model that has the class already; null when the class is free.</param>
internal sealed record ModelRequest(ModelRef Model, AttributeUse? Attribute, ClassIdentity Class, string? DuplicateOf);

/// <summary>One file to be added.</summary>
internal sealed record SourceFile(string HintName, string Text);

/// <summary>A diagnostic as text; <see cref="RoslynDiagnostics"/> makes the compiler's own of it.</summary>
internal sealed record DiagnosticText(string Id, EquatableArray<string> Arguments, string Path, Severity Severity, SourcePlace? Place = null)
{
    /// <summary>The attribute that it stands at, by what it says; null: it stands at <see cref="Place"/>.</summary>
    internal AttributeUse? Use { get; init; }

    /// <summary>The diagnostic at its attribute's place.</summary>
    internal DiagnosticText PlacedAt(System.Collections.Generic.IEnumerable<PlacedAttribute> attributes)
        => Use is null ? this : this with { Place = attributes.FirstOrDefault(a => a.Use.Equals(Use))?.Place ?? Place };
}

/// <summary>What became of a request.</summary>
/// <param name="Path">The model's path on this machine, for diagnostics only.</param>
/// <param name="ProjectPath">The model's path as the project sees it.</param>
/// <param name="Sources">The model's own files.</param>
/// <param name="Shared">Files that every model of the project may bring, such as the runtime as source.</param>
/// <param name="Diagnostics">The model's problems.</param>
/// <param name="StringBytes">Bytes of string constants in the sources.</param>
internal sealed record CompiledModel(
    string Path,
    string ProjectPath,
    EquatableArray<SourceFile> Sources,
    EquatableArray<SourceFile> Shared,
    EquatableArray<DiagnosticText> Diagnostics,
    long StringBytes);
