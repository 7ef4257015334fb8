using System;
using System.Collections.Generic;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;
using RedGen.Compiler.Verify.Bounds;
using RedGen.Compiler.Verify.Network;

namespace RedGen.Compiler.Verify.Search;

/// <summary>
/// Bounds the elements of a layer by branch and bound over the neurons before it: an element's bound is the least of its regions'. The part
/// whose bound is worst is split again and again. The same on any number of threads.
/// </summary>
/// <param name="network">The network.</param>
/// <param name="rounds">The number of splits for each bound.</param>
/// <param name="threads">Threads.</param>
internal sealed class LayerRefinement(BoundNetwork network, int rounds, int threads)
{
    private const int GroupLength = 16;

    /// <summary>Regions that were split.</summary>
    public long Nodes { get; private set; }

    /// <summary>Tightens the bounds of some elements.</summary>
    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
    public void Run(NetworkBounds bounds, AffineNode node, int index, int[] elements, CancellationToken cancellationToken)
    {
        NeuronExpansion[] expansions = [.. Enumerable.Range(0, threads).Select(_ => new NeuronExpansion(network, bounds, null))];
        // Two owners an element: its lower bound, and that of its negative.
        var regions = new RegionQueue<NeuronRegion>[2 * elements.Length];
        for (int k = 0; k < regions.Length; k++)
        {
            (int element, bool isUpper) = (elements[k / 2], k % 2 == 1);
            regions[k] = new RegionQueue<NeuronRegion>();
            double bound = isUpper ? -bounds.Upper(index)[element] : bounds.Lower(index)[element];
            regions[k].Add(new NeuronRegion(new Objective(null, node, index, element, isUpper ? -1 : 1), k, null, [], null, bound));
        }

        // Regions without a neuron to split keep their bounds.
        var floors = new double[regions.Length];
        int most = Math.Min(rounds, Math.Max(1, bounds.MostRegions / regions.Length));
        for (int round = 0; round < most; round++)
        {
            var worst = new List<NeuronRegion>();
            for (int k = 0; k < regions.Length; k++)
                if (regions[k].Count > 0 && (regions[k ^ 1].Count > 0 || floors[k ^ 1] < 0)) worst.Add(regions[k].TakeWorst());
            if (worst.Count == 0) break;
            Nodes += worst.Count;
            foreach (NeuronOutcome outcome in Expand(expansions, worst, cancellationToken))
            {
                foreach (NeuronRegion part in outcome.Parts) regions[part.Owner].Add(part);
                foreach (NeuronRegion stuck in outcome.Stuck) floors[stuck.Owner] = Math.Min(floors[stuck.Owner], stuck.Bound);
            }
        }

        for (int k = 0; k < regions.Length; k++)
        {
            double bound = regions[k].Count == 0 ? floors[k] : Math.Min(floors[k], regions[k].WorstBound);
            bounds.Meet(index, elements[k / 2], k % 2 == 0 ? bound : double.NegativeInfinity, k % 2 == 1 ? -bound : double.PositiveInfinity);
        }
    }

    private static NeuronOutcome[] Expand(NeuronExpansion[] expansions, List<NeuronRegion> regions, CancellationToken cancellationToken)
    {
        var outcomes = new NeuronOutcome[(regions.Count + GroupLength - 1) / GroupLength];
        int next = -1;
        Parallel.For(0, Math.Min(expansions.Length, outcomes.Length), new ParallelOptions { MaxDegreeOfParallelism = expansions.Length, CancellationToken = cancellationToken }, worker =>
        {
            for (int g = Interlocked.Increment(ref next); g < outcomes.Length; g = Interlocked.Increment(ref next))
                outcomes[g] = expansions[worker].Run([.. regions.GetRange(g * GroupLength, Math.Min(GroupLength, regions.Count - (g * GroupLength)))], false, cancellationToken);
        });
        return outcomes;
    }
}
