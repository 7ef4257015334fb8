using System;
using System.Collections.Generic;

namespace RedGen.Compiler.Import;

/// <summary>
/// The values that a graph defines, by their names in the file. A subgraph that reuses a name of the graphs around it gets a
/// new one: from here on a name means one value wherever it is visible, so passes rename without looking for shadows.
/// </summary>
internal sealed class NameScope(ReadContext context, NameScope? outer)
{
    private readonly Dictionary<string, string> _names = new(StringComparer.Ordinal);
    private readonly HashSet<string> _taken = new(StringComparer.Ordinal);

    /// <summary>Defines a value; false when this graph has one of that name already.</summary>
    public bool Define(string name)
    {
        if (_names.ContainsKey(name)) return false;
        string unique = name;
        while (IsVisible(unique)) unique = name + "_s" + ReadContext.Text(context.NextSuffix++);
        _names.Add(name, unique);
        _taken.Add(unique);
        return true;
    }

    /// <summary>Whether this graph itself defines a value of that name in the file.</summary>
    public bool Defines(string name) => _names.ContainsKey(name);

    /// <summary>Whether this graph itself defines the value of that name in the graph.</summary>
    public bool Owns(string unique) => _taken.Contains(unique);

    /// <summary>The value that a name of the file means here, or null.</summary>
    public string? Resolve(string name) => _names.TryGetValue(name, out string? unique) ? unique : outer?.Resolve(name);

    private bool IsVisible(string unique) => _taken.Contains(unique) || (outer?.IsVisible(unique) ?? false);
}
