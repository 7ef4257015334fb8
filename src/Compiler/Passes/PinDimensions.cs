using System;
using System.Collections.Generic;
using System.Collections.Immutable;
using System.Globalization;
using System.Linq;
using RedGen.Compiler.Diagnostics;
using RedGen.Compiler.Graphs;
using RedGen.Compiler.Options;

namespace RedGen.Compiler.Passes;

/// <summary>
/// Gives every dimension of the graph's inputs a value: generated code has constant shapes. Values come from
/// <see cref="CompilerOptions.Dims"/>; batches default to 1; what is left is reported with the line that would pin it.
/// </summary>
public static class PinDimensions
{
    /// <summary>Runs the pass.</summary>
    /// <returns>The graph with static inputs, and without the stated shapes that depended on them; unchanged after an error.</returns>
    public static Graph Run(Graph graph, CompilerOptions options, DiagnosticBag diagnostics)
    {
        Axis[] axes = [.. graph.Inputs.SelectMany(AxesOf)];
        var problems = new DiagnosticBag();
        Dictionary<string, int> symbols = ReadOptions(axes, options, problems);
        ApplyDefaults(axes, symbols);
        ReportUnpinned(graph, axes, options, problems);
        foreach (Diagnostic problem in problems.ToImmutable()) diagnostics.Add(problem);
        return problems.HasErrors ? graph : Rebuild(graph, axes);
    }

    /// <summary>One dimension of one input, and its value once that is known.</summary>
    private sealed class Axis(string input, int index, int rank, Dimension stated)
    {
        public string Input => input;

        public int Index => index;

        public Dimension Stated { get; } = stated;

        public string? Symbol => Stated.Symbol;

        public Dimension Value { get; set; } = stated;

        /// <summary>How options name the dimension whether it has a symbol or not.</summary>
        public string Key => input + ":" + Text(index);

        /// <summary>Whether this is the place and not the name of something else than a batch.</summary>
        public bool IsLeadingBatch => index == 0 && (rank >= 2 ? !IsNamedAsLength(Symbol) : Symbol is not null && IsNamedAsUnknown(Symbol));
    }

    private static IEnumerable<Axis> AxesOf(Value input)
        => input.Type is TensorType { Shape: { } shape } ? shape.Dimensions.Select((d, i) => new Axis(input.Name, i, shape.Rank, d)) : [];

    /// <summary>Applies what the user said.</summary>
    /// <returns>The values of symbols.</returns>
    private static Dictionary<string, int> ReadOptions(Axis[] axes, CompilerOptions options, DiagnosticBag problems)
    {
        var symbols = new Dictionary<string, int>(StringComparer.Ordinal);
        foreach (KeyValuePair<string, int> pin in options.Dims)
        {
            if (pin.Value < 0) problems.Add(Invalid(pin, "a dimension is not negative"));
            else if (axes.FirstOrDefault(a => a.Key == pin.Key) is { } axis) PinAxis(axis, pin, symbols, problems);
            else if (axes.Any(a => a.Symbol == pin.Key)) PinSymbol(pin.Key, pin, symbols, problems);
            else if (!options.DimsAreShared) problems.Add(Invalid(pin, "no input has it; " + Known(axes)));
        }

        foreach (Axis axis in axes) Substitute(axis, symbols);
        return symbols;
    }

    private static void PinAxis(Axis axis, KeyValuePair<string, int> pin, Dictionary<string, int> symbols, DiagnosticBag problems)
    {
        if (axis.Symbol is not null) PinSymbol(axis.Symbol, pin, symbols, problems);
        else if (axis.Stated.IsConstant && axis.Stated.Value != pin.Value) problems.Add(Invalid(pin, "the model fixes it to " + axis.Stated));
        else axis.Value = pin.Value;
    }

    private static void PinSymbol(string symbol, KeyValuePair<string, int> pin, Dictionary<string, int> symbols, DiagnosticBag problems)
    {
        if (symbols.TryGetValue(symbol, out int other) && other != pin.Value)
            problems.Add(Invalid(pin, "the same dimension '" + symbol + "' is " + Text(other) + " elsewhere in the list"));
        else symbols[symbol] = pin.Value;
    }

    private static void Substitute(Axis axis, Dictionary<string, int> symbols)
    {
        if (axis.Symbol is not null && symbols.TryGetValue(axis.Symbol, out int value)) axis.Value = value;
    }

    private static void ApplyDefaults(Axis[] axes, Dictionary<string, int> symbols)
    {
        foreach (Axis axis in axes)
        {
            if (axis.Value.IsConstant) continue;
            bool isBatch = axis.IsLeadingBatch || (axis.Symbol is not null && IsNamedAsBatch(axis.Symbol));
            if (!isBatch) continue;
            axis.Value = 1;
            if (axis.Symbol is not null) symbols[axis.Symbol] = 1;
        }

        // A batch that one input names may stand at another place of another input.
        foreach (Axis axis in axes) Substitute(axis, symbols);
    }

    private static bool IsNamedAsBatch(string symbol)
        => Contains(symbol, "batch") || symbol is "N" or "B" or "n" or "b" or "bs" or "BS";

    /// <summary>Names that tf2onnx and others make up: they say nothing, so they count as a batch only in the first place.</summary>
    private static bool IsNamedAsUnknown(string symbol) => symbol.StartsWith("unk__", StringComparison.Ordinal);

    /// <summary>Recurrent networks often have time first: a guess of 1 there would compile another network than meant.</summary>
    private static bool IsNamedAsLength(string? symbol)
        => symbol is not null && !IsNamedAsBatch(symbol)
            && (LengthWords.Any(word => Contains(symbol, word)) || symbol is "T" or "t" or "L" or "S" or "H" or "W");

    private static readonly ImmutableArray<string> LengthWords = ["seq", "time", "len", "frame", "token", "word", "step", "height", "width"];

    private static bool Contains(string text, string word) => text.IndexOf(word, StringComparison.OrdinalIgnoreCase) >= 0;

    private static void ReportUnpinned(Graph graph, Axis[] axes, CompilerOptions options, DiagnosticBag problems)
    {
        Axis[] missing = [.. axes.Where(a => !a.Value.IsConstant).GroupBy(a => a.Symbol ?? a.Key, StringComparer.Ordinal).Select(g => g.First())];
        string line = string.Join(",", options.Dims.Select(p => p.Key + "=" + Text(p.Value)).Concat(missing.Select(a => (a.Symbol ?? a.Key) + "=" + Text(Suggest(a)))));
        foreach (Axis axis in missing)
        {
            Value input = graph.Inputs.First(i => i.Name == axis.Input);
            string dimension = Text(axis.Index) + (axis.Symbol is null ? "" : " ('" + axis.Symbol + "')");
            problems.Add(DiagnosticCatalog.UnpinnedDimension.With(axis.Input, ((TensorType)input.Type!).Shape!.ToString(), dimension, line));
        }
    }

    /// <summary>The line is to be pasted and then edited, so it has to hold a number that is a plausible one.</summary>
    private static int Suggest(Axis axis)
        => axis.Symbol is { } symbol && (Contains(symbol, "height") || Contains(symbol, "width") || symbol is "H" or "W") ? 224 : 128;

    private static Diagnostic Invalid(KeyValuePair<string, int> pin, string why)
        => DiagnosticCatalog.InvalidOption.With("RedGenDims", pin.Key + "=" + Text(pin.Value), why);

    private static string Known(Axis[] axes)
    {
        string[] names = [.. axes.Where(a => !a.Stated.IsConstant).Select(a => a.Symbol ?? a.Key).Distinct(StringComparer.Ordinal)];
        return names.Length == 0 ? "all dimensions of the inputs are fixed" : "the open dimensions are " + string.Join(", ", names);
    }

    private static Graph Rebuild(Graph graph, Axis[] axes)
    {
        ILookup<string, Axis> byInput = axes.ToLookup(a => a.Input, StringComparer.Ordinal);
        ImmutableArray<Value> inputs = [.. graph.Inputs.Select(i => i with { Type = i.Type is TensorType { Shape: not null } t ? t with { Shape = new Shape([.. byInput[i.Name].Select(a => a.Value)]) } : i.Type })];
        Graph open = DropOpenShapes(graph);
        ImmutableDictionary<string, Graphs.ValueType> types = open.Types.SetItems(
            inputs.Where(i => i.Type is not null).Select(i => new KeyValuePair<string, Graphs.ValueType>(i.Name, i.Type!)));
        return new Graph(graph.Name, inputs, open.Outputs, open.Nodes, graph.Initializers, types);
    }

    /// <summary>Forgets the stated shapes that contain symbols, in subgraphs too: inference finds the true ones.</summary>
    private static Graph DropOpenShapes(Graph graph) => new(
        graph.Name,
        [.. graph.Inputs.Select(i => i with { Type = DropOpenShape(i.Type) })],
        [.. graph.Outputs.Select(o => o with { Type = DropOpenShape(o.Type) })],
        [.. graph.Nodes.Select(n => GraphCaptures.MapSubgraphs(n, DropOpenShapes))],
        graph.Initializers,
        graph.Types.SetItems(graph.Types.Select(t => new KeyValuePair<string, Graphs.ValueType>(t.Key, DropOpenShape(t.Value)!))));

    private static Graphs.ValueType? DropOpenShape(Graphs.ValueType? type) => type switch
    {
        TensorType { Shape.IsStatic: false } tensor => tensor with { Shape = null },
        SequenceType sequence => new SequenceType(DropOpenShape(sequence.Element)!),
        OptionalType optional => new OptionalType(DropOpenShape(optional.Element)!),
        _ => type,
    };

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);
}
