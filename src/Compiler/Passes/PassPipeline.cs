using System;
using System.Collections.Immutable;
using RedGen.Compiler.Graphs;

namespace RedGen.Compiler.Passes;

/// <summary>The passes of normalisation, in order.</summary>
internal static class PassPipeline
{
    /// <summary>What every model goes through: dimensions get values, types are inferred, constants folded.</summary>
    public static ImmutableArray<GraphPass> Required { get; } =
    [
        new InferAndFold(),
    ];

    /// <summary>What makes the model smaller and faster; off with RedGenOptimise=false.</summary>
    public static ImmutableArray<GraphPass> Optimising { get; } =
    [
    ];

    /// <summary>Runs a list of passes.</summary>
    /// <param name="graph">The graph.</param>
    /// <param name="passes">The passes.</param>
    /// <param name="context">The context.</param>
    /// <param name="observer">Sees the graph after each pass (tests validate it there); null in production.</param>
    public static Graph Run(Graph graph, ImmutableArray<GraphPass> passes, PassContext context, Action<GraphPass, Graph>? observer = null)
    {
        foreach (GraphPass pass in passes)
        {
            context.CancellationToken.ThrowIfCancellationRequested();
            graph = pass.Run(graph, context);
            observer?.Invoke(pass, graph);
            if (context.Diagnostics.HasErrors) break;
        }

        return graph;
    }
}
