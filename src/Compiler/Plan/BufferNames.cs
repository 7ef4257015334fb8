using System;
using System.Collections.Generic;
using System.Globalization;
using System.Linq;
using System.Text;
using RedGen.Compiler.Graphs;

namespace RedGen.Compiler.Plan;

/// <summary>Gives values camel-case C# names, unique in the model; inputs and outputs keep theirs as far as C# allows.</summary>
internal sealed class BufferNames
{
    private static readonly HashSet<string> Reserved = new(StringComparer.Ordinal)
    {
        "abstract", "as", "base", "bool", "break", "byte", "case", "catch", "char", "checked", "class", "const", "continue", "decimal", "default",
        "delegate", "do", "double", "else", "enum", "event", "explicit", "extern", "false", "finally", "fixed", "float", "for", "foreach", "goto",
        "if", "implicit", "in", "int", "interface", "internal", "is", "lock", "long", "namespace", "new", "null", "object", "operator", "out",
        "override", "params", "private", "protected", "public", "readonly", "ref", "return", "sbyte", "sealed", "short", "sizeof", "stackalloc",
        "static", "string", "struct", "switch", "this", "throw", "true", "try", "typeof", "uint", "ulong", "unchecked", "unsafe", "ushort",
        "using", "virtual", "void", "volatile", "while", "scratch", "workspace", "worker", "field", "value", "nameof", "var", "await", "dynamic",
    };

    /// <summary>Characters of a name: it stays readable, and with what is added to it below the 511 that .NET metadata allows.</summary>
    private const int LongestName = 100;

    private readonly Dictionary<string, string> _names = new(StringComparer.Ordinal);
    private readonly HashSet<string> _taken = new(Reserved, StringComparer.Ordinal);

    public BufferNames(Graph graph)
        : this(graph.Inputs.Select(i => i.Name))
    {
    }

    /// <summary>Starts with names that are given out first.</summary>
    public BufferNames(IEnumerable<string> names)
    {
        foreach (string name in names) For(name, name);
    }

    /// <summary>The C# name of a buffer, made from a name in the model.</summary>
    public string For(string root, string modelName)
    {
        if (_names.TryGetValue(root, out string? name)) return name;
        string plain = CamelCase(modelName);
        string candidate = plain;
        for (int i = 2; !_taken.Add(candidate); i++) candidate = plain + "_" + i.ToString(CultureInfo.InvariantCulture);
        return _names[root] = candidate;
    }

    /// <summary>A name with every character that C# does not allow dropped, and the letter behind it made upper case.</summary>
    public static string CamelCase(string text)
    {
        var name = new StringBuilder(text.Length);
        bool upper = false;
        foreach (char c in text)
        {
            if (name.Length == LongestName) break;
            bool allowed = c < 128 && (char.IsLetterOrDigit(c) || c == '_');
            if (!allowed)
            {
                upper = name.Length > 0;
                continue;
            }

            if (name.Length == 0 && char.IsDigit(c)) name.Append('v');
            name.Append(upper ? char.ToUpperInvariant(c) : name.Length == 0 ? char.ToLowerInvariant(c) : c);
            upper = false;
        }

        return name.Length == 0 ? "v" : name.ToString();
    }
}
