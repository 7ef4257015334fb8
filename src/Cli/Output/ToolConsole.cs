using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Text.Json;
using System.Text.Json.Serialization;
using System.Threading;
using RedGen.Compiler.Diagnostics;

namespace RedGen.Cli.Output;

/// <summary>
/// Where a command writes: results to standard output, all else to standard error. In JSON mode standard output gets exactly
/// one object, whatever happens.
/// </summary>
internal sealed class ToolConsole(TextWriter output, TextWriter error)
{
    private static readonly JsonSerializerOptions JsonOptions = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
        DefaultIgnoreCondition = JsonIgnoreCondition.Never,
        // A counterexample may be an input for which code gives infinity: "Infinity", "-Infinity" or "NaN".
        NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals,
        Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        WriteIndented = true,
    };

    private readonly List<JsonDiagnostic> _diagnostics = [];
    private bool _hasResult;

    /// <summary>Whether standard output is one JSON object.</summary>
    public bool IsJson { get; set; }

    /// <summary>Ends commands that take long.</summary>
    public CancellationToken Cancellation { get; init; }

    /// <summary>Standard output for text; null in JSON mode.</summary>
    public TextWriter? Text => IsJson ? null : output;

    /// <summary>Standard error.</summary>
    public TextWriter Error => error;

    /// <summary>The diagnostics printed so far, as JSON results list them.</summary>
    public IReadOnlyList<JsonDiagnostic> Diagnostics => _diagnostics;

    /// <summary>Writes a line of the result; nothing in JSON mode.</summary>
    public void WriteLine(string line = "") => Text?.WriteLine(line);

    /// <summary>Writes a line beside the result.</summary>
    public void Note(string line) => error.WriteLine(line);

    /// <summary>Prints the diagnostics of a file as compilers do.</summary>
    /// <param name="path">The file as the user named it.</param>
    /// <param name="diagnostics">Its problems.</param>
    public void Print(string path, IReadOnlyCollection<Diagnostic> diagnostics)
    {
        foreach (Diagnostic diagnostic in diagnostics.OrderByDescending(static d => d.Severity))
        {
            error.WriteLine(DiagnosticText.Of(path, diagnostic));
            _diagnostics.Add(new JsonDiagnostic(path, diagnostic.Id, DiagnosticText.NameOf(diagnostic.Severity), diagnostic.Message));
        }

        // The message shows the line for a project; the tool takes the same text as an option.
        Diagnostic? unpinned = diagnostics.FirstOrDefault(static d => d.Id == DiagnosticCatalog.UnpinnedDimension.Id);
        if (unpinned is not null) Note("redgen: here this is --dims \"" + unpinned.Arguments[^1] + "\"");
    }

    /// <summary>Ends a command that failed.</summary>
    public void Fail(string message)
    {
        error.WriteLine("redgen: error: " + message);
        if (IsJson && !_hasResult) WriteJson(new { error = message, diagnostics = _diagnostics });
    }

    /// <summary>The text of an object as all verbs write JSON: camelCase, indented.</summary>
    public static string JsonOf(object result) => JsonSerializer.Serialize(result, result.GetType(), JsonOptions);

    /// <summary>Writes the result object; nothing in text mode.</summary>
    public void WriteJson(object result)
    {
        if (!IsJson) return;
        output.WriteLine(JsonOf(result));
        _hasResult = true;
    }
}

/// <summary>A diagnostic in JSON output.</summary>
internal sealed record JsonDiagnostic(string File, string Id, string Severity, string Message);
