using System;
using System.Collections.Generic;
using System.Collections.Immutable;
using System.Linq;
using RedGen.Compiler.Graphs;

namespace RedGen.Cli.Testing;

/// <summary>
/// Finds the inputs whose elements do not matter: no node reads them, or only to learn their type. ONNX's own data for them do not
/// always have the shape that the model states.
/// </summary>
internal static class UnreadInputs
{
    /// <summary>The names of such inputs.</summary>
    public static ImmutableHashSet<string> Of(Graph graph)
    {
        var read = new HashSet<string>(graph.Outputs.Select(static o => o.Name), StringComparer.Ordinal);
        Collect(graph, read);
        return [.. graph.Inputs.Select(static i => i.Name).Where(n => !read.Contains(n))];
    }

    private static void Collect(Graph graph, HashSet<string> read)
    {
        foreach (Node node in graph.Nodes)
        {
            read.UnionWith(node.Operator is { Domain: "", Name: "CastLike" } ? node.Inputs.Take(1) : node.Inputs);
            foreach (Graph body in GraphCaptures.Subgraphs(node))
            {
                read.UnionWith(body.Outputs.Select(static o => o.Name));
                Collect(body, read);
            }
        }
    }
}
