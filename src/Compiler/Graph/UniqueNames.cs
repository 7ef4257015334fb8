using System;
using System.Collections.Generic;
using System.Collections.Immutable;
using System.Globalization;
using System.Linq;

namespace RedGen.Compiler.Graphs;

/// <summary>
/// Gives what subgraphs define names that nothing else in the model has, so that their nodes can move into the graph around them.
/// Names of the outermost graph stay.
/// </summary>
public static class UniqueNames
{
    /// <summary>The graph with unique names; the same object where it has no subgraphs.</summary>
    public static Graph Of(Graph graph)
    {
        if (!graph.Nodes.Any(n => GraphCaptures.Subgraphs(n).Any())) return graph;
        var renaming = new Renaming(graph);
        return new Graph(graph.Name, graph.Inputs, graph.Outputs, [.. graph.Nodes.Select(n => GraphCaptures.MapSubgraphs(n, g => renaming.Rename(g, ImmutableDictionary<string, string>.Empty)))], graph.Initializers, graph.Types);
    }

    /// <summary>All names of values and nodes, in a graph and its subgraphs.</summary>
    public static HashSet<string> In(Graph graph)
    {
        HashSet<string> names = GraphCaptures.Definitions(graph);
        foreach (Node node in graph.Nodes)
        {
            names.Add(node.Name);
            foreach (Graph subgraph in GraphCaptures.Subgraphs(node)) names.UnionWith(In(subgraph));
        }

        return names;
    }

    /// <summary>A name like the hint that is not taken; taken from now on.</summary>
    public static string Fresh(string hint, HashSet<string> taken, Dictionary<string, int> suffixes)
    {
        string name = hint;
        while (!taken.Add(name))
        {
            suffixes.TryGetValue(hint, out int count);
            suffixes[hint] = ++count;
            name = hint + "_" + count.ToString(CultureInfo.InvariantCulture);
        }

        return name;
    }

    private sealed class Renaming
    {
        private readonly HashSet<string> _values;
        private readonly HashSet<string> _nodes;
        private readonly Dictionary<string, int> _valueSuffixes = new(StringComparer.Ordinal);
        private readonly Dictionary<string, int> _nodeSuffixes = new(StringComparer.Ordinal);

        public Renaming(Graph graph)
        {
            _values = GraphCaptures.Definitions(graph);
            _values.UnionWith(graph.Outputs.Select(o => o.Name));
            _nodes = new HashSet<string>(graph.Nodes.Select(n => n.Name), StringComparer.Ordinal);
        }

        /// <summary>Renames a subgraph.</summary>
        /// <param name="graph">The subgraph.</param>
        /// <param name="outer">The new names of values around it, by their old ones; those that keep theirs are missing.</param>
        public Graph Rename(Graph graph, ImmutableDictionary<string, string> outer)
        {
            ImmutableDictionary<string, string>.Builder names = outer.ToBuilder();
            foreach (string name in graph.Inputs.Select(i => i.Name).Concat(graph.Initializers.Keys.OrderBy(n => n, StringComparer.Ordinal)).Concat(graph.Nodes.SelectMany(n => n.Outputs)))
                if (name.Length > 0) names[name] = Fresh(name, _values, _valueSuffixes);
            ImmutableDictionary<string, string> inner = names.ToImmutable();
            string New(string name) => inner.TryGetValue(name, out string? renamed) ? renamed : name;

            // Groups of nodes that one kernel computes hold together by the names of their heads.
            Dictionary<string, string> nodes = graph.Nodes.ToDictionary(n => n.Name, n => Fresh(n.Name, _nodes, _nodeSuffixes), StringComparer.Ordinal);
            return new Graph(
                graph.Name,
                [.. graph.Inputs.Select(i => i with { Name = New(i.Name) })],
                [.. graph.Outputs.Select(o => o with { Name = New(o.Name) })],
                [.. graph.Nodes.Select(n => GraphCaptures.MapSubgraphs(n, g => Rename(g, inner)) with
                {
                    Name = nodes[n.Name],
                    Inputs = [.. n.Inputs.Select(New)],
                    Outputs = [.. n.Outputs.Select(New)],
                    FusedInto = n.FusedInto is null ? null : nodes[n.FusedInto],
                })],
                graph.Initializers.ToImmutableDictionary(i => New(i.Key), i => i.Value, StringComparer.Ordinal),
                graph.Types.ToImmutableDictionary(t => New(t.Key), t => t.Value, StringComparer.Ordinal));
        }
    }
}
