using System;
using System.Collections.Generic;
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

/// <summary>
/// Strict merging (RED++, arXiv 2110.01397: neurons that hashing made equal become one): channels that are provably equal are computed
/// once, their consumers' columns are summed, and outputs that are constant are folded into the consumers' bias. Exact up to float rounding.
/// </summary>
internal static class MergeOutputs
{
    /// <summary>Merges to a fixed point: summed columns can make the next layer's rows equal.</summary>
    /// <param name="hashed">A normalised graph without fusion marks, all types inferred.</param>
    /// <param name="cancellationToken">Stops between nodes.</param>
    /// <returns>The merged graph; the same object where nothing is equal. Inputs and outputs of the graph stay as they are.</returns>
    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
    public static MergedGraph Run(HashedGraph hashed, CancellationToken cancellationToken)
    {
        // By constant of weights in the graph as it is: where it came from, and how many rows it has lost.
        var counts = new Dictionary<string, (string Origin, int Count)>(StringComparer.Ordinal);
        (string Origin, int Count) CountOf(string name) => counts.TryGetValue(name, out (string Origin, int Count) count) ? count : (name, 0);
        while (true)
        {
            ChannelAnalysis analysis = ChannelAnalysis.Run(hashed.Graph, cancellationToken);
            MergeGroups groups = MergeGroups.Find(analysis, hashed.Hashed);
            if (groups.IsEmpty) break;
            hashed = ChannelRewriter.Run(analysis, groups, hashed.Hashed, out ChannelRewriter rewriter);
            foreach (KeyValuePair<string, string> renamed in rewriter.Origins) counts[renamed.Key] = CountOf(renamed.Value);
            foreach (KeyValuePair<string, int> lost in rewriter.Merged)
            {
                counts[lost.Key] = (CountOf(lost.Key).Origin, CountOf(lost.Key).Count + lost.Value);
                foreach (KeyValuePair<string, string> renamed in rewriter.Origins)
                    if (renamed.Value == lost.Key) counts[renamed.Key] = (CountOf(renamed.Key).Origin, CountOf(renamed.Key).Count + lost.Value);
            }
        }

        ImmutableDictionary<string, int>.Builder merged = ImmutableDictionary.CreateBuilder<string, int>(StringComparer.Ordinal);
        foreach ((string origin, int count) in counts.Values)
            if (count > 0) merged[origin] = Math.Max(count, merged.TryGetValue(origin, out int most) ? most : 0);
        return new MergedGraph(hashed.Graph, hashed.Hashed, merged.ToImmutable());
    }
}
