using System.Collections.Generic;
using System.Collections.Immutable;

namespace RedGen.Compiler.Diagnostics;

/// <summary>Collects a model's problems, so that all of them are reported at once.</summary>
public sealed class DiagnosticBag
{
    /// <summary>More than this many problems of one model help nobody; the rest is counted.</summary>
    private const int Limit = 200;

    private readonly List<Diagnostic> _items = [];
    private readonly HashSet<Diagnostic> _seen = [];

    /// <summary>Whether an error was added.</summary>
    public bool HasErrors { get; private set; }

    /// <summary>How many diagnostics were dropped beyond the limit.</summary>
    public int Dropped { get; private set; }

    /// <summary>Adds a diagnostic once.</summary>
    public void Add(Diagnostic diagnostic)
    {
        if (!_seen.Add(diagnostic)) return;
        HasErrors |= diagnostic.Severity == Severity.Error;
        if (_items.Count < Limit) _items.Add(diagnostic);
        else
        {
            _seen.Remove(diagnostic);
            Dropped++;
        }
    }

    /// <summary>The diagnostics in the order they were found.</summary>
    public ImmutableArray<Diagnostic> ToImmutable() => [.. _items];
}
