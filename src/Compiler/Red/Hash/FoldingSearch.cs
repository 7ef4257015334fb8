using System.Threading;
using RedGen.Compiler.Graphs;
using RedGen.Compiler.Red.Merge;

namespace RedGen.Compiler.Red.Hash;

/// <summary>Relaxed merging inside the budget: the strongest folding of outputs that leaves most of the tolerance to the hashing.</summary>
internal static class FoldingSearch
{
    /// <summary>The share of the squared tolerance that folding may use.</summary>
    private const double Share = 0.5;

    /// <summary>From the strongest on; below the last, a layer of a hundred outputs would lose none.</summary>
    private static readonly double[] Strengths = [0.4, 0.3, 0.2, 0.15, 0.1, 0.07, 0.05, 0.03, 0.02, 0.01];

    /// <summary>Folds.</summary>
    /// <param name="graph">The normalised graph.</param>
    /// <param name="problem">Measures on it.</param>
    /// <param name="tolerance">The relative error allowed at the outputs.</param>
    /// <param name="cancellationToken">Stops the search.</param>
    /// <returns>The folded graph, of the same structure, the strength, and the squared relative error that it causes.</returns>
    public static (Graph Graph, double Strength, double Error) Run(Graph graph, HashingProblem problem, double tolerance, CancellationToken cancellationToken)
    {
        foreach (double strength in Strengths)
        {
            cancellationToken.ThrowIfCancellationRequested();
            Graph folded = FoldOutputs.Run(graph, strength, cancellationToken);
            if (ReferenceEquals(folded, graph)) continue;
            double error = problem.Measure(folded);
            if (error <= Share * tolerance * tolerance) return (folded, strength, error);
        }

        return (graph, 0, 0);
    }
}
