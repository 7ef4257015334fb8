using System;
using RedGen.Compiler.Diagnostics;

namespace RedGen.Cli.Output;

/// <summary>Diagnostics as lines of text.</summary>
internal static class DiagnosticText
{
    /// <summary>The form that editors and build logs recognise: <c>model.onnx: error RG0007: …</c>.</summary>
    public static string Of(string path, Diagnostic diagnostic)
        => (diagnostic.Place is { } place ? FormattableString.Invariant($"{place.Path}({place.Line},{place.Column})") : path) + ": " + NameOf(diagnostic.Severity) + " " + diagnostic.Id + ": " + diagnostic.Message.ReplaceLineEndings(" ");

    /// <summary>The severity's word.</summary>
    public static string NameOf(Severity severity) => severity switch
    {
        Severity.Error => "error",
        Severity.Warning => "warning",
        _ => "info",
    };
}
