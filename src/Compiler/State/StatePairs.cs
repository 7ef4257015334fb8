using System;
using System.Collections.Generic;
using System.Collections.Immutable;
using System.Linq;
using RedGen.Compiler.Diagnostics;
using RedGen.Compiler.Graphs;
using RedGen.Compiler.Options;

namespace RedGen.Compiler.State;

/// <summary>Finds the states of a model: as the option RedGenState names them, else by the names of inputs and outputs.</summary>
internal static class StatePairs
{
    /// <summary>The option's value for a model that has no state, whatever its names say.</summary>
    public const string None = "none";

    /// <summary>Makes inputs of the initializers that the option names as states: their values are those before the first step.</summary>
    public static Graph Open(Model model, CompilerOptions options)
    {
        Graph graph = model.Graph;
        string[] opened = [.. Named(options).SelectMany(p => Splits(p)).Select(s => s.Input).Where(i => model.DefaultedInputs.Contains(i) && graph.ConstantOf(i) is not null).Distinct(StringComparer.Ordinal)];
        if (opened.Length == 0) return graph;
        ImmutableArray<Value> inputs = graph.Inputs.AddRange(opened.Select(i => new Value(i, graph.ConstantOf(i)!.Type)));
        return new Graph(graph.Name, inputs, graph.Outputs, graph.Nodes, graph.Initializers.RemoveRange(opened), graph.Types.SetItems(inputs.Where(i => i.Type is not null).Select(i => new KeyValuePair<string, Graphs.ValueType>(i.Name, i.Type!))));
    }

    /// <summary>The pairs of a graph whose types are known; none after a mistake in the option.</summary>
    /// <param name="graph">The graph.</param>
    /// <param name="model">The model, for the values before the first step.</param>
    /// <param name="options">The options.</param>
    /// <param name="diagnostics">Takes what of the option does not fit.</param>
    public static ImmutableArray<StatePair> Find(Graph graph, Model model, CompilerOptions options, DiagnosticBag diagnostics)
    {
        if (options.State == None) return [];
        return options.State.Length == 0 ? ByName(graph) : Explicit(graph, model, options, diagnostics);
    }

    /// <summary>
    /// Pairs whose names, types and shapes leave no doubt: each input fits one output only and the other way round, and something is left
    /// that a step gives, because a network that only maps images to images has no state.
    /// </summary>
    private static ImmutableArray<StatePair> ByName(Graph graph)
    {
        (string Input, string Output)[] fits = [.. graph.Inputs.SelectMany(i => graph.Outputs
            .Where(o => o.Name != i.Name && IsTensor(graph, i.Name) && graph.TypeOf(i.Name)!.Equals(graph.TypeOf(o.Name)) && StateNames.AreStateAndNext(i.Name, o.Name))
            .Select(o => (i.Name, o.Name)))];
        ImmutableArray<StatePair> pairs = [.. fits
            .Where(f => fits.Count(g => g.Input == f.Input) == 1 && fits.Count(g => g.Output == f.Output) == 1)
            .Select(f => new StatePair(f.Input, f.Output, null))];
        return pairs.Length == graph.Outputs.Length ? [] : pairs;
    }

    private static ImmutableArray<StatePair> Explicit(Graph graph, Model model, CompilerOptions options, DiagnosticBag diagnostics)
    {
        ImmutableArray<StatePair>.Builder pairs = ImmutableArray.CreateBuilder<StatePair>();
        foreach (string text in Named(options))
        {
            if (Problem(graph, text, pairs) is { } problem)
            {
                diagnostics.Add(DiagnosticCatalog.InvalidOption.With("RedGenState", text, problem));
                continue;
            }

            (string input, string output) = Splits(text).First(s => IsInput(graph, s.Input) && IsOutput(graph, s.Output));
            pairs.Add(new StatePair(input, output, model.Graph.ConstantOf(input)));
        }

        return diagnostics.HasErrors ? [] : pairs.ToImmutable();
    }

    /// <summary>Why a pair cannot be; null where it can.</summary>
    private static string? Problem(Graph graph, string text, IEnumerable<StatePair> others)
    {
        (string Input, string Output)[] splits = [.. Splits(text)];
        if (!splits.Any(s => IsInput(graph, s.Input)))
            return "the model has no such input; its inputs are " + string.Join(", ", graph.Inputs.Select(i => i.Name));
        if (!splits.Any(s => IsInput(graph, s.Input) && IsOutput(graph, s.Output)))
            return "the model has no such output; its outputs are " + string.Join(", ", graph.Outputs.Select(o => o.Name));
        (string input, string output) = splits.First(s => IsInput(graph, s.Input) && IsOutput(graph, s.Output));
        if (!IsTensor(graph, input) || !graph.TypeOf(input)!.Equals(graph.TypeOf(output)))
            return "a state keeps its type and shape; the input is " + graph.TypeOf(input) + ", the output " + graph.TypeOf(output);
        StatePair? same = others.FirstOrDefault(p => p.Input == input || p.Output == output);
        return same is null ? null : "'" + (same.Input == input ? input : output) + "' is in another pair already";
    }

    private static bool IsTensor(Graph graph, string name) => graph.TensorTypeOf(name) is { IsStatic: true };

    private static bool IsInput(Graph graph, string name) => graph.Inputs.Any(i => i.Name == name);

    private static bool IsOutput(Graph graph, string name) => graph.Outputs.Any(o => o.Name == name);

    private static IEnumerable<string> Named(CompilerOptions options)
        => options.State.Split([','], StringSplitOptions.RemoveEmptyEntries).Where(p => p.IndexOf('=') >= 0);

    /// <summary>Where a pair may be parted: names in models may hold '='.</summary>
    private static IEnumerable<(string Input, string Output)> Splits(string pair)
    {
        for (int i = pair.IndexOf('='); i >= 0; i = pair.IndexOf('=', i + 1)) yield return (pair.Substring(0, i).Trim(), pair.Substring(i + 1).Trim());
    }
}
