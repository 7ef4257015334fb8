using System.Collections.Generic;
using RedGen.Compiler.Graphs;

namespace RedGen.Compiler.Passes;

/// <summary>
/// Folds what follows a convolution or product with constant weights into weights and bias: batch normalisation, and arithmetic
/// with constants of one value a channel; a Gemm's own factors alpha and beta too. Division by a constant goes too: w / c is rounded once, like every folded weight.
/// </summary>
internal sealed class FoldAffineIntoProducer : GraphPass
{
    /// <inheritdoc/>
    public override Graph Run(Graph graph, PassContext context)
    {
        var budget = new ConstantBudget(graph, context);
        return RewriteNodes(graph, context, (builder, node) => Fold(builder, node, budget));
    }

    private static bool Fold(GraphBuilder builder, Node node, ConstantBudget budget)
    {
        int axis = LinearLayer.OutputAxis(builder, node);
        if (axis < 0) return false;
        var chain = new List<Node>();
        AffineMap? map = null;
        string output = node.Outputs[0];
        while (chain.Count < AffineMap.LongestChain && builder.SingleConsumer(output) is { } next && AffineMap.Read(builder, next, output, axis, axis) is { } step)
        {
            AffineMap joined = map is null ? step : map.Then(step);
            if (!joined.IsSafe) break;
            map = joined;
            chain.Add(next);
            output = next.Outputs[0];
        }

        if (map is null && HasFactors(node)) map = AffineMap.Identity(builder.Lengths(output)![axis]);
        if (map is null || IsNormalForm(builder, node, chain) || builder.ConstantOf(node.Input(1)) is not { } weights || !budget.TryTake(weights.Length)) return false;
        if (LinearLayer.Read(builder, node) is not { } layer || layer.Outputs != map.Scale.Length || layer.WithOutputMap(builder, map, output) is not { } replacement) return false;
        foreach (Node folded in chain) builder.Remove(folded);
        builder.Replace(node, replacement);
        return true;
    }

    /// <summary>Whether a Gemm multiplies its product or its bias.</summary>
    private static bool HasFactors(Node node)
        => node.Is("Gemm") && (node.Attributes.Float("alpha", 1) != 1 || (node.HasInput(2) && node.Attributes.Float("beta", 1) != 1));

    /// <summary>A product of more than two dimensions and its bias stay what they are.</summary>
    private static bool IsNormalForm(GraphBuilder builder, Node node, List<Node> chain)
        => node.Is("MatMul") && builder.Lengths(node.Outputs[0])?.Length != 2 && chain.Count == 1 && chain[0].Is("Add");
}
