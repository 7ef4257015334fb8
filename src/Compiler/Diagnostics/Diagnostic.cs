using System.Collections.Immutable;
using System.Globalization;

namespace RedGen.Compiler.Diagnostics;

/// <summary>How much a diagnostic weighs: an error stops the compilation of its model.</summary>
public enum Severity
{
    /// <summary>Worth knowing, nothing to do.</summary>
    Info,

    /// <summary>The model compiles, but probably not to what its author means.</summary>
    Warning,

    /// <summary>The model does not compile.</summary>
    Error,
}

/// <summary>One kind of problem: a row of <see cref="DiagnosticCatalog"/>.</summary>
/// <param name="Id">The stable id, <c>RG0001</c> and up; docs/diagnostics has a page of that name.</param>
/// <param name="Severity">The default severity.</param>
/// <param name="Title">A short name of the problem.</param>
/// <param name="Format">The message, with <see cref="string.Format(string, object[])"/> placeholders.</param>
public sealed record DiagnosticDescriptor(string Id, Severity Severity, string Title, string Format)
{
    /// <summary>The help page of this diagnostic, relative to the repository.</summary>
    public string HelpPath => "docs/diagnostics/" + Id + ".md";

    /// <summary>Makes a diagnostic of this kind.</summary>
    public Diagnostic With(params string[] arguments) => new(this, [.. arguments]);
}

/// <summary>A place in a file beside the model, such as a property's.</summary>
/// <param name="Path">The file on this machine.</param>
/// <param name="Line">The line, from 1.</param>
/// <param name="Column">The column, from 1.</param>
public sealed record FilePlace(string Path, int Line, int Column);

/// <summary>A problem found in one model. The message names node, operator and shapes; the host adds the model's path.</summary>
public sealed class Diagnostic : System.IEquatable<Diagnostic>
{
    /// <summary>Makes a diagnostic; <see cref="DiagnosticDescriptor.With"/> reads better.</summary>
    public Diagnostic(DiagnosticDescriptor descriptor, ImmutableArray<string> arguments)
    {
        Descriptor = descriptor;
        Arguments = arguments;
        Message = string.Format(CultureInfo.InvariantCulture, descriptor.Format, [.. arguments]);
    }

    /// <summary>The kind of problem.</summary>
    public DiagnosticDescriptor Descriptor { get; }

    /// <summary>What fills the placeholders of the descriptor's format.</summary>
    public ImmutableArray<string> Arguments { get; }

    /// <summary>The formatted message, in English.</summary>
    public string Message { get; }

    /// <summary>Where the problem is, if that is not the model's file; null: there.</summary>
    public FilePlace? Place { get; private init; }

    /// <summary>The stable id.</summary>
    public string Id => Descriptor.Id;

    /// <summary>The severity.</summary>
    public Severity Severity => Descriptor.Severity;

    /// <summary>The same problem at a place in another file than the model's.</summary>
    public Diagnostic At(FilePlace place) => new(Descriptor, Arguments) { Place = place };

    /// <inheritdoc/>
    public bool Equals(Diagnostic? other) => other is not null && Id == other.Id && Message == other.Message && Equals(Place, other.Place);

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as Diagnostic);

    /// <inheritdoc/>
    public override int GetHashCode() => System.StringComparer.Ordinal.GetHashCode(Message);

    /// <inheritdoc/>
    public override string ToString() => Id + ": " + Message;
}
