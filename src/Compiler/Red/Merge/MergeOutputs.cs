using System.Collections.Immutable;
using System.Threading;
using RedGen.Compiler.Graphs;
using RedGen.Compiler.Red.Planning;

namespace RedGen.Compiler.Red.Merge;

/// <summary>A graph whose equal outputs are computed once.</summary>
/// <param name="Graph">The graph.</param>
/// <param name="Hashed">The codebooks behind its constants.</param>
/// <param name="OutputsMerged">By the initializer of a layer before merging: how many of its outputs went away.</param>
internal sealed record MergedGraph(Graph Graph, ImmutableDictionary<string, HashedMatrix> Hashed, ImmutableDictionary<string, int> OutputsMerged);

/// <summary>Strict merging.</summary>
internal static class MergeOutputs
{
    /// <summary>Merges.</summary>
    public static MergedGraph Run(HashedGraph hashed, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        return new MergedGraph(hashed.Graph, hashed.Hashed, ImmutableDictionary<string, int>.Empty);
    }
}
