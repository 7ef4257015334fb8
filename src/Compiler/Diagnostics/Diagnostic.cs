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

    /// <summary>The stable id.</summary>
    public string Id => Descriptor.Id;

    /// <summary>The severity.</summary>
    public Severity Severity => Descriptor.Severity;

    /// <inheritdoc/>
    public bool Equals(Diagnostic? other) => other is not null && Id == other.Id && Message == other.Message;

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as Diagnostic);

    /// <inheritdoc/>
    public override int GetHashCode() => System.StringComparer.Ordinal.GetHashCode(Message);

    /// <inheritdoc/>
    public override string ToString() => Id + ": " + Message;
}
