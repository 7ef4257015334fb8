using System;
using System.Collections.Generic;
using System.Collections.Immutable;
using System.Linq;

namespace RedGen.Compiler.Graphs;

/// <summary>Which values of the graphs around it a subgraph (the body of an If, Loop or Scan) reads.</summary>
public static class GraphCaptures
{
    /// <summary>The outer values that a subgraph reads or hands out, each once, in the order of first use.</summary>
    public static ImmutableArray<string> Of(Graph graph)
    {
        HashSet<string> local = Definitions(graph);
        var seen = new HashSet<string>(StringComparer.Ordinal);
        ImmutableArray<string>.Builder captures = ImmutableArray.CreateBuilder<string>();
        foreach (Node node in graph.Nodes)
        {
            foreach (string input in node.Inputs) Add(input);
            foreach (string capture in Of(node)) Add(capture);
        }

        foreach (Value output in graph.Outputs) Add(output.Name);
        return captures.ToImmutable();

        void Add(string name)
        {
            if (name.Length > 0 && !local.Contains(name) && seen.Add(name)) captures.Add(name);
        }
    }

    /// <summary>The outer values that the graphs among a node's attributes read; its inputs do not count.</summary>
    public static ImmutableArray<string> Of(Node node)
    {
        ImmutableArray<string> captures = [];
        foreach (Graph graph in Subgraphs(node))
            captures = captures.IsEmpty ? Of(graph) : [.. captures.Union(Of(graph))];
        return captures;
    }

    /// <summary>All values that a node depends on: its inputs, and what its subgraphs capture.</summary>
    public static IEnumerable<string> Reads(Node node) => node.Inputs.Where(i => i.Length > 0).Concat(Of(node));

    /// <summary>The graphs among a node's attributes, in the order of the attributes' names.</summary>
    public static IEnumerable<Graph> Subgraphs(Node node)
    {
        foreach (AttributeValue attribute in node.Attributes.All.Values)
        {
            if (attribute is GraphAttribute one) yield return one.Value;
            else if (attribute is GraphsAttribute many)
            {
                foreach (Graph graph in many.Values) yield return graph;
            }
        }
    }

    /// <summary>The node with every subgraph replaced.</summary>
    public static Node MapSubgraphs(Node node, Func<Graph, Graph> map)
    {
        NodeAttributes attributes = node.Attributes;
        foreach (KeyValuePair<string, AttributeValue> attribute in node.Attributes.All)
        {
            if (attribute.Value is GraphAttribute one) attributes = attributes.With(attribute.Key, new GraphAttribute(map(one.Value)));
            else if (attribute.Value is GraphsAttribute many) attributes = attributes.With(attribute.Key, new GraphsAttribute([.. many.Values.Select(map)]));
        }

        return ReferenceEquals(attributes, node.Attributes) ? node : node with { Attributes = attributes };
    }

    /// <summary>The node reading another value wherever it, or a subgraph of it, reads <paramref name="oldValue"/>.</summary>
    public static Node Rename(Node node, string oldValue, string newValue)
    {
        Node renamed = MapSubgraphs(node, graph => Rename(graph, oldValue, newValue));
        return renamed.Inputs.Contains(oldValue)
            ? renamed with { Inputs = [.. renamed.Inputs.Select(i => i == oldValue ? newValue : i)] }
            : renamed;
    }

    /// <summary>The names that a graph defines itself.</summary>
    public static HashSet<string> Definitions(Graph graph)
    {
        var names = new HashSet<string>(StringComparer.Ordinal);
        names.UnionWith(graph.Inputs.Select(i => i.Name));
        names.UnionWith(graph.Initializers.Keys);
        foreach (Node node in graph.Nodes) names.UnionWith(node.Outputs.Where(o => o.Length > 0));
        return names;
    }

    private static Graph Rename(Graph graph, string oldValue, string newValue)
    {
        if (!Of(graph).Contains(oldValue)) return graph;
        return new Graph(
            graph.Name,
            graph.Inputs,
            [.. graph.Outputs.Select(o => o.Name == oldValue ? o with { Name = newValue } : o)],
            [.. graph.Nodes.Select(n => Rename(n, oldValue, newValue))],
            graph.Initializers,
            graph.Types);
    }
}
