using System.Linq;
using RedGen.Compiler.Graphs;

namespace RedGen.Compiler.Passes;

/// <summary>
/// Moves transposes towards the outputs, through everything that works element by element or along an axis, until they meet
/// their inverse: models exported from frameworks with channels last stand between pairs of them. A classifier's weights take
/// in what stands before its Flatten. The result is taken only where fewer elements are moved than before.
/// </summary>
internal sealed class PushTransposes : GraphPass
{
    /// <inheritdoc/>
    public override Graph Run(Graph graph, PassContext context)
    {
        if (!graph.Nodes.Any(n => n.Is("Transpose"))) return graph;

        // A transpose that several nodes read is copied behind each of them: good where all copies cancel, bad where none does.
        Graph best = graph;
        foreach (bool copies in new[] { false, true })
        {
            Graph candidate = new EliminateDeadCode().Run(Push(graph, copies, context), context);
            if (Cost(candidate) < Cost(best)) best = candidate;
        }

        return best;
    }

    private static Graph Push(Graph graph, bool copies, PassContext context)
    {
        var budget = new ConstantBudget(graph, context);
        return RewriteNodes(graph, context, (builder, node) => EliminateIdentities.SimplifyTranspose(builder, node)
            || TransposeIntoWeights.Absorb(builder, node, budget)
            || NormalisationBehindTranspose.Swap(builder, node, copies, budget)
            || TransposeBehind.Swap(builder, node, copies, budget));
    }

    /// <summary>The elements that all transposes move.</summary>
    private static long Cost(Graph graph)
        => graph.Nodes.Where(n => n.Is("Transpose")).Sum(n => graph.TensorTypeOf(n.Outputs[0]) is { IsStatic: true, Shape: { } shape } ? shape.ElementCount : 0);
}
