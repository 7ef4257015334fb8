using System;
using System.Threading;
using RedGen.Compiler.Diagnostics;
using RedGen.Compiler.Graphs;
using RedGen.Compiler.Options;

namespace RedGen.Compiler.Passes;

/// <summary>What a pass may use beside the graph.</summary>
/// <param name="Options">The user's options.</param>
/// <param name="Diagnostics">Where problems go.</param>
/// <param name="CancellationToken">Stops the compilation.</param>
internal sealed record PassContext(CompilerOptions Options, DiagnosticBag Diagnostics, CancellationToken CancellationToken)
{
    /// <summary>Elements of the graph's constants that belong to a graph around it, which other subgraphs share.</summary>
    public long SharedElements { get; init; }
}

/// <summary>One rewrite of a graph. The result means the same as the input.</summary>
internal abstract class GraphPass
{
    /// <summary>The pass's name in logs and tests.</summary>
    public string Name => GetType().Name;

    /// <summary>Rewrites the graph; returns the same object when there is nothing to do.</summary>
    public abstract Graph Run(Graph graph, PassContext context);

    /// <summary>Offers every node to a rewrite, which says whether it changed the graph; the same object when none did.</summary>
    protected static Graph RewriteNodes(Graph graph, PassContext context, Func<GraphBuilder, Node, bool> rewrite)
    {
        var builder = new GraphBuilder(graph);
        bool changed = false;
        foreach (Node node in builder.Nodes)
        {
            context.CancellationToken.ThrowIfCancellationRequested();
            changed |= rewrite(builder, node);
        }

        return changed ? builder.Build() : graph;
    }
}
