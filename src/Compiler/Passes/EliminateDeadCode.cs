using System;
using System.Collections.Generic;
using System.Collections.Immutable;
using System.Linq;
using RedGen.Compiler.Graphs;
using RedGen.Compiler.Operators;

namespace RedGen.Compiler.Passes;

/// <summary>Removes nodes and constants that no output of the graph depends on, and optional outputs that nobody reads.</summary>
internal sealed class EliminateDeadCode : GraphPass
{
    /// <inheritdoc/>
    public override Graph Run(Graph graph, PassContext context)
    {
        var live = new HashSet<string>(graph.Outputs.Select(o => o.Name), StringComparer.Ordinal);
        var kept = new List<Node>(graph.Nodes.Length);
        bool changed = false;
        for (int i = graph.Nodes.Length - 1; i >= 0; i--)
        {
            Node node = graph.Nodes[i];
            if (!node.Outputs.Any(live.Contains))
            {
                changed = true;
                continue;
            }

            Node trimmed = WithoutDeadSubgraphs(WithoutUnread(node, live), live, context);
            changed |= !ReferenceEquals(trimmed, node);
            kept.Add(trimmed);
            live.UnionWith(GraphCaptures.Reads(trimmed));
        }

        ImmutableArray<string> unread = [.. graph.Initializers.Keys.Where(name => !live.Contains(name))];
        if (!changed && unread.IsEmpty) return graph;
        kept.Reverse();
        var defined = new HashSet<string>(graph.Inputs.Select(i => i.Name).Concat(kept.SelectMany(n => n.Outputs)), StringComparer.Ordinal);
        ImmutableDictionary<string, Tensor> initializers = graph.Initializers.RemoveRange(unread);
        return new Graph(
            graph.Name,
            graph.Inputs,
            graph.Outputs,
            [.. kept],
            initializers,
            graph.Types.RemoveRange(graph.Types.Keys.Where(name => !defined.Contains(name) && !initializers.ContainsKey(name))));
    }

    /// <summary>What a subgraph computes for nobody keeps alive what it reads, so it goes first.</summary>
    private Node WithoutDeadSubgraphs(Node node, HashSet<string> live, PassContext context)
    {
        if (!GraphCaptures.Subgraphs(node).Any()) return node;
        Node trimmed = SubgraphOutputs.WithoutUnread(node, live.Contains);
        bool changed = !ReferenceEquals(trimmed, node);
        trimmed = GraphCaptures.MapSubgraphs(trimmed, body =>
        {
            Graph alive = Run(body, context);
            changed |= !ReferenceEquals(alive, body);
            return alive;
        });
        return changed ? trimmed : node;
    }

    /// <summary>Leaves out outputs that the operator's schema allows to leave out: their number means something for others (Split).</summary>
    private static Node WithoutUnread(Node node, HashSet<string> live)
    {
        if (node.Outputs.Length < 2 || OperatorTable.Find(node.Operator)?.Schema is not { } schema) return node;
        string[] outputs = [.. node.Outputs];
        for (int i = 0; i < outputs.Length && i < schema.Outputs.Length; i++)
            if (schema.Outputs[i].Arity == Arity.Optional && !live.Contains(outputs[i])) outputs[i] = "";
        int count = outputs.Length;
        while (count > 1 && outputs[count - 1].Length == 0) count--;
        return outputs.Take(count).SequenceEqual(node.Outputs) ? node : node with { Outputs = [.. outputs.Take(count)] };
    }
}
