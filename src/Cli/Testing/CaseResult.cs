using System.Collections.Generic;
using System.Collections.Immutable;
using System.Globalization;
using System.Linq;
using RedGen.Compiler.Diagnostics;

namespace RedGen.Cli.Testing;

/// <summary>How a case ended.</summary>
internal enum Outcome
{
    /// <summary>The generated code ran and all outputs agree.</summary>
    Pass,

    /// <summary>An output disagrees, or something broke on the way.</summary>
    Fail,

    /// <summary>The compiler said that it cannot compile the model.</summary>
    Unsupported,
}

/// <summary>The result of one case.</summary>
/// <param name="Name">The case.</param>
/// <param name="Outcome">How it ended.</param>
/// <param name="MaxError">The largest |actual − expected| / max(1, |expected|); null when nothing ran.</param>
/// <param name="Reason">Why it did not pass.</param>
internal sealed record CaseResult(string Name, Outcome Outcome, double? MaxError, string? Reason)
{
    private const int ShownDiagnostics = 3;

    /// <summary>The largest |actual − expected| in units of the last place; null when nothing ran. Large where a small value is a difference of large ones.</summary>
    public double? MaxUlp { get; init; }

    /// <summary>Whether it failed because the data contradict themselves or the model, not because of what was computed.</summary>
    public bool IsBadData { get; private init; }

    /// <summary>A case whose data cannot be used.</summary>
    public static CaseResult BadData(string name, string reason) => Fail(name, reason) with { IsBadData = true };

    /// <summary>A case that failed without an error to measure.</summary>
    public static CaseResult Fail(string name, string reason) => new(name, Outcome.Fail, null, reason);

    /// <summary>A case that the compiler rejected. A bug of the compiler is no rejection.</summary>
    public static CaseResult Rejected(string name, ImmutableArray<Diagnostic> diagnostics)
    {
        Diagnostic[] errors = [.. diagnostics.Where(static d => d.Severity == Severity.Error)];
        bool isBug = errors.Any(static d => d.Id == DiagnosticCatalog.InternalError.Id);
        IEnumerable<string> shown = errors.OrderByDescending(static d => d.Id == DiagnosticCatalog.InternalError.Id).Take(ShownDiagnostics).Select(static d => d.ToString().ReplaceLineEndings(" "));
        string more = errors.Length > ShownDiagnostics ? " (and " + (errors.Length - ShownDiagnostics).ToString(CultureInfo.InvariantCulture) + " more)" : "";
        return new CaseResult(name, isBug ? Outcome.Fail : Outcome.Unsupported, null, string.Join("; ", shown) + more);
    }

    /// <summary>The line of a report.</summary>
    public override string ToString()
    {
        string error = MaxError is { } e ? " (max error " + e.ToString("G3", CultureInfo.InvariantCulture) + ")" : "";
        return OutcomeName + " " + Name + error + (Reason is null ? "" : ": " + Reason);
    }

    /// <summary>The outcome as reports write it.</summary>
    public string OutcomeName => Outcome.ToString().ToUpperInvariant();
}
