using System;
using System.Collections.Generic;
using System.Collections.Immutable;
using System.Globalization;
using System.Linq;

namespace RedGen.Compiler.Verify.Statements;

/// <summary>Reads statements: a keyword, what it is about, and clauses of a word and a value each.</summary>
public static class StatementReader
{
    private const string Form = "accepted: range Y[0]:-1..1, monotone X[2]:+:Y[0], robust samples.npy epsilon 0.01, equivalent other.onnx within 0.01; each with over X[0]:0..1";
    private static readonly char[] Separators = [';', '|', '\n', '\r'];
    private static readonly string[] Clauses = ["over", "slack", "epsilon", "labels", "within"];

    /// <summary>Reads statements that semicolons, bars or lines separate.</summary>
    /// <exception cref="FormatException">One is none; the message says what is accepted.</exception>
    public static ImmutableArray<Statement> ReadAll(string text)
        => [.. text.Split(Separators, StringSplitOptions.RemoveEmptyEntries).Select(static p => p.Trim()).Where(static p => p.Length > 0).SelectMany(Read)];

    private static IEnumerable<Statement> Read(string text)
    {
        string[] words = text.Split([' ', '\t'], StringSplitOptions.RemoveEmptyEntries);
        var values = new Dictionary<string, string>(StringComparer.Ordinal);
        string keyword = words[0], at = keyword;
        foreach (string word in words.Skip(1))
        {
            if (Clauses.Contains(word, StringComparer.Ordinal))
            {
                at = word;
                if (values.ContainsKey(at)) throw new FormatException("'" + text + "' says '" + at + "' twice");
                values.Add(at, "");
                continue;
            }

            values[at] = values.TryGetValue(at, out string? begun) && begun.Length > 0 ? begun + " " + word : word;
        }

        var parts = new StatementParts(text, values);
        Statement[] statements = keyword switch
        {
            "range" => [Range(parts)],
            "monotone" => [.. Monotone(parts)],
            "robust" => [Robust(parts)],
            "equivalent" => [Equivalent(parts)],
            _ => throw new FormatException("'" + keyword + "' is no statement; " + Form),
        };
        return statements;
    }

    private static RangeStatement Range(StatementParts parts)
    {
        parts.Allow("range", "over");
        ImmutableArray<ElementRange> ranges = ElementRange.ReadAll(parts.Text("range"));
        return new RangeStatement("range " + string.Join(",", ranges) + parts.Over, parts.Ranges, ranges);
    }

    private static IEnumerable<MonotoneStatement> Monotone(StatementParts parts)
    {
        parts.Allow("monotone", "over", "slack");
        double? slack = parts.Number("slack");
        string clause = slack is { } s ? " slack " + Statement.Number(s) : "";
        foreach (string pair in ElementRange.Parts(parts.Text("monotone")))
        {
            string[] items = pair.Split(':');
            if (items.Length != 3 || items[1].Trim() is not ("+" or "-")) throw new FormatException("'" + pair + "' is no pair such as X[2]:+:Y[0]");
            (ElementName input, ElementName output) = (ElementName.Read(items[0].Trim()), ElementName.Read(items[2].Trim()));
            yield return new MonotoneStatement("monotone " + input + ":" + items[1].Trim() + ":" + output + clause + parts.Over, parts.Ranges, input, items[1].Trim() == "+", output, slack);
        }
    }

    private static RobustStatement Robust(StatementParts parts)
    {
        parts.Allow("robust", "epsilon", "labels", "within", "over");
        string samples = parts.Text("robust"), labels = parts.Has("labels") ? parts.Text("labels") : "";
        double epsilon = parts.Number("epsilon") ?? throw new FormatException("robust " + samples + " says no epsilon");
        double? within = parts.Number("within");
        if (within is not null && labels.Length > 0) throw new FormatException("robust " + samples + ": the class counts (labels), or how far outputs move (within), not both");
        string text = "robust " + samples + " epsilon " + Statement.Number(epsilon) + (labels.Length > 0 ? " labels " + labels : "") + (within is { } w ? " within " + Statement.Number(w) : "") + parts.Over;
        return new RobustStatement(text, parts.Ranges, samples, epsilon, labels, within);
    }

    private static EquivalenceStatement Equivalent(StatementParts parts)
    {
        parts.Allow("equivalent", "within", "over");
        string other = parts.Text("equivalent");
        double within = parts.Number("within") ?? throw new FormatException("equivalent " + other + " says not within what");
        return new EquivalenceStatement("equivalent " + other + " within " + Statement.Number(within) + parts.Over, parts.Ranges, other, within);
    }

    /// <summary>The clauses of a statement.</summary>
    private sealed class StatementParts(string text, Dictionary<string, string> values)
    {
        public ImmutableArray<ElementRange> Ranges => Has("over") ? ElementRange.ReadAll(Text("over")) : [];

        /// <summary>The inputs, as the plain form has them.</summary>
        public string Over => Has("over") ? " over " + string.Join(",", Ranges) : "";

        public bool Has(string clause) => values.ContainsKey(clause);

        public void Allow(params string[] clauses)
        {
            if (values.Keys.FirstOrDefault(k => !clauses.Contains(k, StringComparer.Ordinal)) is { } other) throw new FormatException("'" + text + "': '" + other + "' has no meaning here");
        }

        public string Text(string clause) => values.TryGetValue(clause, out string? value) && value.Length > 0 ? value : throw new FormatException("'" + text + "' says nothing after '" + clause + "'");

        public double? Number(string clause)
        {
            if (!Has(clause)) return null;
            bool isNumber = double.TryParse(Text(clause), NumberStyles.Float, CultureInfo.InvariantCulture, out double value);
            return isNumber && value >= 0 && !double.IsInfinity(value) ? value : throw new FormatException("'" + text + "': '" + Text(clause) + "' is no number from 0");
        }
    }
}
