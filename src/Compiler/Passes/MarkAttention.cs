using System;
using System.Collections.Generic;
using System.Linq;
using RedGen.Compiler.Graphs;
using RedGen.Compiler.Kernels;
using RedGen.Compiler.Kernels.Attentions;

namespace RedGen.Compiler.Passes;

/// <summary>
/// Marks the nodes of attention that a model writes out, from the transposes of its operands to that of its result
/// (<see cref="WrittenAttention"/>), to be computed with the softmax. What the graph means does not change.
/// </summary>
internal sealed class MarkAttention : GraphPass
{
    /// <inheritdoc/>
    public override Graph Run(Graph graph, PassContext context)
    {
        if (!graph.Nodes.Any(n => n.Is("Softmax"))) return graph;
        var kernels = new KernelContext(graph, context.Options);
        var links = new NodeLinks(graph.Nodes, graph.Outputs.Select(o => o.Name));
        var heads = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (Node softmax in graph.Nodes.Where(n => n.Is("Softmax")))
        {
            context.CancellationToken.ThrowIfCancellationRequested();
            if (WrittenAttention.TryRead(softmax, links, kernels) is not { } attention) continue;
            List<Node> group = Group(attention, graph, links, kernels);
            if (group.Any(n => n.FusedInto is not null || heads.ContainsKey(n.Name))) continue;
            if (new WrittenAttentionKernel().TryPlan(new NodeGroup([.. group]), kernels) is null) continue;
            foreach (Node node in group) heads[node.Name] = softmax.Name;
        }

        return heads.Count == 0 ? graph : graph.Marked(heads);
    }

    /// <summary>The pattern with what moves its operands, as far as nobody else reads it.</summary>
    private static List<Node> Group(WrittenAttention attention, Graph graph, NodeLinks links, KernelContext kernels)
    {
        Node[] moves =
        [
            .. WrittenAttention.MovesOf(attention.Scores.Inputs[0], links, kernels, scaled: true),
            .. WrittenAttention.MovesOf(attention.Scores.Inputs[1], links, kernels, scaled: true),
            .. WrittenAttention.MovesOf(attention.Weighted.Inputs[1], links, kernels, scaled: false),
        ];
        var names = new HashSet<string>(attention.Nodes.Concat(moves).Select(n => n.Name), StringComparer.Ordinal);
        while (moves.FirstOrDefault(n => names.Contains(n.Name) && (n.FusedInto is not null || !links.IsReadBy(n, names))) is { } shared) names.Remove(shared.Name);
        return [.. graph.Nodes.Where(n => names.Contains(n.Name))];
    }
}
