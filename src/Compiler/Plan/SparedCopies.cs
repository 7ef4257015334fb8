using System.Collections.Generic;
using System.Collections.Immutable;
using System.Linq;
using RedGen.Compiler.Graphs;

namespace RedGen.Compiler.Plan;

/// <summary>
/// Chooses the copies that placement spares: parts of a Concat are written where they belong in its result, slices stay where they are.
/// A buffer then lives as long as all of its parts, so what lets the arena grow by more than an eighth stays a copy; where memory is scarce, what lets it grow at all.
/// </summary>
internal static class SparedCopies
{
    /// <summary>Steps up to which each is tried by itself where all together need too much memory.</summary>
    private const int MostSingle = 64;

    /// <summary>Joins values to sets; the steps become those that are left, with copies added where an output cannot be written by its producer.</summary>
    /// <param name="graph">The graph.</param>
    /// <param name="steps">The steps.</param>
    /// <param name="alignment">Bytes of which buffers begin at multiples; no more than a word where memory is scarce.</param>
    public static ValueSets Join(Graph graph, ref ImmutableArray<Step> steps, int alignment)
    {
        ImmutableArray<Step> all = steps;
        int[] candidates = [.. Enumerable.Range(0, all.Length).Where(i => !all[i].IsView && !all[i].Parts.IsEmpty)];
        int[] chosen = candidates.Length == 0 ? candidates : Choose(graph, all, candidates, alignment);
        return Join(graph, all, chosen, alignment, out steps);
    }

    private static int[] Choose(Graph graph, ImmutableArray<Step> steps, int[] candidates, int alignment)
    {
        long least = Bound([]);
        long most = least + (alignment == Arena.WordAlignment ? 0 : least / 8);
        if (Bound(candidates) <= most) return candidates;
        if (candidates.Length > MostSingle) return [];
        var chosen = new List<int>();
        foreach (int candidate in candidates)
        {
            chosen.Add(candidate);
            if (Bound(chosen) > most) chosen.RemoveAt(chosen.Count - 1);
        }

        return [.. chosen];

        long Bound(IEnumerable<int> spared)
            => Arena.LowerBound(Join(graph, steps, spared, alignment, out ImmutableArray<Step> left).Requests(left, out _));
    }

    private static ValueSets Join(Graph graph, ImmutableArray<Step> steps, IEnumerable<int> chosen, int alignment, out ImmutableArray<Step> left)
    {
        var sets = new ValueSets(graph, steps);
        sets.JoinViews();
        left = sets.JoinParts(sets.AddOutputCopies(), chosen, alignment);
        sets.JoinInPlace(left);
        return sets;
    }
}
