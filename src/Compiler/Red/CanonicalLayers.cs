using RedGen.Compiler.Graphs;
using RedGen.Compiler.Passes;

namespace RedGen.Compiler.Red;

/// <summary>Writes the factors alpha and beta of each Gemm into its constants, so that a layer's constants are its weights and bias.</summary>
internal static class CanonicalLayers
{
    /// <summary>Rewrites a graph.</summary>
    public static Graph Run(Graph graph)
    {
        var builder = new GraphBuilder(graph);
        bool changed = false;
        foreach (Node node in builder.Nodes)
        {
            bool hasFactors = node.Attributes.Float("alpha", 1) != 1 || (node.HasInput(2) && node.Attributes.Float("beta", 1) != 1);
            if (!node.Is("Gemm") || !hasFactors || LinearLayer.Read(builder, node) is not { } layer) continue;
            if (layer.WithOutputMap(builder, AffineMap.Identity(layer.Outputs), node.Outputs[0]) is not { } nodes) continue;
            builder.Replace(node, nodes);
            changed = true;
        }

        return changed ? builder.Build() : graph;
    }
}
