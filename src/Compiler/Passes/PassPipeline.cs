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
        new ExpandFunctions(bodyOnly: true), // their graphs become part of this one
        new InSubgraphs(static () => Required.RemoveAt(0)),
    ];

    /// <summary>What every model goes through that becomes code; the reference interpreter evaluates these operators themselves.</summary>
    public static ImmutableArray<GraphPass> Lowering { get; } =
    [
        new ExpandFunctions(bodyOnly: false),
        new InSubgraphs(static () => Lowering),
    ];

    /// <summary>What makes the model smaller and faster; off with RedGenOptimise=false.</summary>
    public static ImmutableArray<GraphPass> Optimising { get; } =
    [
        new EliminateDeadCode(), // what nothing reads needs no rewriting, and no longer counts as a reader
        new SimplifyLoops(), // so that what follows sees into the bodies that go
        new HoistInvariants(), // what stands before a loop is simplified with the rest
        new LowerEinsum(), // its matrix products and transposes are seen by all that follows
        new EliminateCommonSubexpressions(), // values get all their readers before passes ask who reads them
        new EliminateIdentities(), // so that the nodes of a pattern stand next to each other
        new SimplifyArithmetic(), // factors in one place are folded once
        new PushTransposes(), // what stood between a layer and its transpose now stands behind the layer
        new FoldPadIntoWindow(), // before the folding below, which must know what is padded
        new MoveDequantize(), // quantised neighbourhoods close up; a Pad that a window took is gone
        new FoldAffineIntoProducer(), // before the consumer: these weights stand directly before the normalisation
        new FoldAffineIntoConsumer(), // what had no weights before it
        new EliminateIdentities(), // views and factors that have met
        new InSubgraphs(static () => Optimising), // the same for branches and loops
        new EliminateDeadCode(), // the constants that were folded
    ];

    /// <summary>What leaves out what no input of RedGenInputRange needs, where RedGenTrustRange asks for it.</summary>
    public static ImmutableArray<GraphPass> UnderRange { get; } =
    [
        new TrustRange(),
        new InferAndFold(), // what became constant
        new EliminateIdentities(), // functions that give their argument back
        new FoldAffineIntoProducer(), // what they stood between
        new FoldAffineIntoConsumer(),
        new EliminateDeadCode(), // what only left-out nodes read
    ];

    /// <summary>
    /// What tells the planner which nodes one kernel computes together: after the reduction, so that no other pass need keep the marks.
    /// Off with RedGenOptimise=false.
    /// </summary>
    public static ImmutableArray<GraphPass> Fusing { get; } =
    [
        new MarkQuantised(), // what is computed on integers, before anything joins its nodes
        new MarkLookups(), // of the functions between them
        new FoldDequantize(), // of what is left, what is better as floats
        new MarkAttention(), // with the transposes around it
        new MarkNormalisation(),
        new MarkFusion(), // layers first
        new FuseElementwise(), // of what is not part of a layer
        new InSubgraphs(static () => Fusing),
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
