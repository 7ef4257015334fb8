using System;
using System.Collections.Generic;
using System.Linq;
using System.Threading;
using RedGen.Compiler.Graphs;

namespace RedGen.Compiler.Red.Merge;

/// <summary>
/// Relaxed merging: model folding (Wang et al., "Forget the Data and Fine-Tuning! Just Fold the Network to Compress", ICLR 2025). Channels
/// that could be merged but for their numbers are clustered by the rows of all their producers (weights, bias and elementwise constants
/// side by side), and each gets the mean of its cluster. The structure stays: strict merging removes what has become equal, and sums the
/// consumers' columns.
/// </summary>
internal static class FoldOutputs
{
    /// <summary>Folds.</summary>
    /// <param name="graph">A normalised graph with float weights, all types inferred.</param>
    /// <param name="strength">The share of each set of like channels that is folded away, 0 … 1; one of them always stays.</param>
    /// <param name="cancellationToken">Stops the clustering.</param>
    /// <returns>The folded graph; the same object where nothing is folded.</returns>
    /// <exception cref="ArgumentOutOfRangeException">The strength is not in 0 … 1.</exception>
    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
    public static Graph Run(Graph graph, double strength, CancellationToken cancellationToken) => Run(graph, strength, true, cancellationToken);

    /// <summary>Folds, with or without the repair of variance.</summary>
    internal static Graph Run(Graph graph, double strength, bool repairsVariance, CancellationToken cancellationToken)
    {
        if (!(strength >= 0 && strength <= 1)) throw new ArgumentOutOfRangeException(nameof(strength));
        ChannelAnalysis analysis = ChannelAnalysis.Run(graph, cancellationToken);
        var constants = new FoldedConstants(analysis, repairsVariance);
        bool changed = false;
        foreach (List<ChannelPlaces> like in LikeChannels(analysis))
        {
            int left = Math.Max(1, like.Count - (int)Math.Floor(strength * like.Count));
            if (left == like.Count) continue;
            double[][] rows = [.. like.Select(constants.RowOf)];
            foreach (int[] cluster in RowClusters.Find(rows, left, cancellationToken))
            {
                if (cluster.Length < 2) continue;
                constants.Fold([.. cluster.Select(i => like[i])]);
                changed = true;
            }
        }

        return changed ? constants.Build() : graph;
    }

    /// <summary>
    /// Sets of channels that only their numbers keep apart: the same producers and readers, in the same groups. Channels of weights that
    /// several nodes read are left out, and those of other types than float32.
    /// </summary>
    private static IEnumerable<List<ChannelPlaces>> LikeChannels(ChannelAnalysis analysis)
    {
        var readers = new Dictionary<string, int>(StringComparer.Ordinal);
        foreach (string read in analysis.Graph.Nodes.SelectMany(GraphCaptures.Reads)) readers[read] = readers.TryGetValue(read, out int count) ? count + 1 : 1;
        var places = new SortedDictionary<int, ChannelPlaces>();
        var signatures = new Dictionary<int, List<int>>();
        foreach (ChannelProducer producer in analysis.Producers)
        {
            bool isShared = producer.Layer is { } layer && readers[layer.Weights] > 1;
            if (isShared || producer.Constants.Any(c => analysis.Graph.ConstantOf(producer.Node.Inputs[c.Input])!.ElementType != ElementType.Float32)) analysis.Pin(producer.Value);
        }

        for (int p = 0; p < analysis.Producers.Count; p++) Collect(analysis.Producers[p].Value, p, c => analysis.Producers[p].Groups[c], analysis.Producers[p]);
        for (int u = 0; u < analysis.Uses.Count; u++)
        {
            ChannelUse use = analysis.Uses[u];
            int channels = analysis.Of(use.Value)!.Layout.Channels;
            Collect(use.Value, analysis.Producers.Count + u, c => use.GroupOf(c, channels), null);
        }

        return places.Where(p => p.Value.Count > 0).GroupBy(p => analysis.Classes.Of(ClassKind.Operator, [.. signatures[p.Key]])).Select(g => g.Select(p => p.Value).ToList());

        void Collect(string value, int place, Func<int, int> groupOf, ChannelProducer? producer)
        {
            if (analysis.Of(value) is not { } map) return;
            for (int c = 0; c < map.Slots.Length; c++)
            {
                int root = analysis.Slots.Find(map.Slots[c]);
                if (analysis.Slots.IsPinned(root)) continue;
                if (!places.TryGetValue(root, out ChannelPlaces? own)) places.Add(root, own = []);
                if (!signatures.TryGetValue(root, out List<int>? signature)) signatures.Add(root, signature = []);
                signature.AddRange([place, groupOf(c)]);
                if (producer is not null) own.Add((producer, c));
            }
        }
    }
}

/// <summary>Where the numbers of a set of tied channels stand: the channel in each producer, in the order of the graph.</summary>
internal sealed class ChannelPlaces : List<(ChannelProducer Producer, int Channel)>;
