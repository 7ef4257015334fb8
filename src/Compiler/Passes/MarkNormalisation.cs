using System;
using System.Collections.Generic;
using System.Linq;
using RedGen.Compiler.Graphs;
using RedGen.Compiler.Kernels;
using RedGen.Compiler.Kernels.Attentions;
using RedGen.Compiler.Kernels.Normalisation;

namespace RedGen.Compiler.Passes;

/// <summary>
/// Marks the nodes of a normalisation that a model writes out (<see cref="WrittenNorm"/>) to be computed with the mean of the
/// squares. What the graph means does not change.
/// </summary>
internal sealed class MarkNormalisation : GraphPass
{
    /// <inheritdoc/>
    public override Graph Run(Graph graph, PassContext context)
    {
        if (!graph.Nodes.Any(n => n.Is("Sqrt")) || !graph.Nodes.Any(n => n.Is("ReduceMean"))) return graph;
        var kernels = new KernelContext(graph, context.Options);
        var links = new NodeLinks(graph.Nodes, graph.Outputs.Select(o => o.Name));
        var heads = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (Node variance in graph.Nodes.Where(n => n.Is("ReduceMean")))
        {
            context.CancellationToken.ThrowIfCancellationRequested();
            if (WrittenNorm.TryRead(variance, links, kernels) is not { } norm || norm.Nodes.Any(n => n.FusedInto is not null || heads.ContainsKey(n.Name))) continue;
            foreach (Node node in norm.Nodes) heads[node.Name] = variance.Name;
        }

        return heads.Count == 0 ? graph : graph.Marked(heads);
    }
}
