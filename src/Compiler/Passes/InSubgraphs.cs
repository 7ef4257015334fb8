using System;
using System.Collections.Immutable;
using System.Linq;
using RedGen.Compiler.Graphs;

namespace RedGen.Compiler.Passes;

/// <summary>Runs passes on the subgraphs of nodes, each closed over what it captures: a value never moves into a subgraph or out of it.</summary>
/// <param name="passes">The passes; asked for when they run, since this pass stands among them.</param>
internal sealed class InSubgraphs(Func<ImmutableArray<GraphPass>> passes) : GraphPass
{
    /// <inheritdoc/>
    public override Graph Run(Graph graph, PassContext context)
    {
        if (!graph.Nodes.Any(n => GraphCaptures.Subgraphs(n).Any())) return graph;
        var changed = new Graph(graph.Name, graph.Inputs, graph.Outputs, [.. graph.Nodes.Select(n => GraphCaptures.MapSubgraphs(n, g => Run(g, graph, context)))], graph.Initializers, graph.Types);

        // Names that passes found in one subgraph may stand in another one too.
        return UniqueNames.Of(changed);
    }

    private Graph Run(Graph body, Graph outer, PassContext context)
    {
        Graph closed = GraphClosure.Close(body, outer);
        long shared = closed.Initializers.Where(i => !body.Initializers.ContainsKey(i.Key)).Sum(i => (long)i.Value.Length);
        return GraphClosure.Open(PassPipeline.Run(closed, passes(), context with { SharedElements = shared }), body.Inputs.Length, outer);
    }
}
