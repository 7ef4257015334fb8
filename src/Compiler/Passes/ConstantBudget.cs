using System.Linq;
using RedGen.Compiler.Graphs;

namespace RedGen.Compiler.Passes;

/// <summary>
/// How many elements of new constants a pass may make. A rewritten constant replaces another, so the elements that the graph
/// has are enough for every real model; a file that lets thousands of nodes share one weight must not become gigabytes.
/// </summary>
internal sealed class ConstantBudget(Graph graph, PassContext context)
{
    /// <summary>Small constants are free of it, up to this many elements together.</summary>
    private const long Allowance = 1 << 18;

    /// <summary>The same for a subgraph, of which there may be many.</summary>
    private const long SubgraphAllowance = 1 << 12;

    private long _left = graph.Initializers.Values.Sum(t => (long)t.Length) - context.SharedElements + (context.SharedElements > 0 ? SubgraphAllowance : Allowance);

    /// <summary>Takes the elements of a constant about to be rewritten.</summary>
    /// <returns>False where they are more than is left; then nothing is taken.</returns>
    public bool TryTake(long elements)
    {
        if (elements > _left) return false;
        _left -= elements;
        return true;
    }
}
