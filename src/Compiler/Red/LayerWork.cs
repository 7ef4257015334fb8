using System.Linq;
using RedGen.Compiler.Graphs;

namespace RedGen.Compiler.Red;

/// <summary>Multiply-adds of the layers of a graph, from the shapes alone.</summary>
internal static class LayerWork
{
    /// <summary>Adds what merging saved to the record of a reduction.</summary>
    /// <param name="reduced">The reduction.</param>
    /// <param name="graph">The graph that is planned, with all types known.</param>
    public static ModelReduction Measure(ReducedModel reduced, Graph graph)
        => reduced.Reduction.Layers.All(l => l.OutputsMerged == 0)
            ? reduced.Reduction
            : reduced.Reduction with { MultiplyAddsMerged = Of(reduced.Original) - Of(graph) };

    /// <summary>The multiply-adds: every element of an output sums over the columns of its row. Those with padding count.</summary>
    public static long Of(Graph graph)
        => graph.Nodes.SelectMany(n => ReducibleLayer.ReadAll(graph, n)).Sum(layer => layer.IsRecurrent ? OfRecurrent(graph, layer) : layer.MultiplyAdds(graph));

    /// <summary>Every step of every sequence reads all weights once.</summary>
    private static long OfRecurrent(Graph graph, ReducibleLayer layer)
        => graph.TensorTypeOf(layer.Node.Inputs[0])?.Shape is { IsStatic: true, Rank: 3 } x ? x.Dimensions[0].Value * x.Dimensions[1].Value * layer.Count : 0;
}
