using System.Collections.Generic;
using System.Collections.Immutable;
using System.Linq;
using RedGen.Compiler.Graphs;

namespace RedGen.Compiler.Plan;

/// <summary>
/// Chooses the copies that placement spares: parts of a Concat are written where they belong in its result, slices stay where they are.
/// A buffer then lives as long as all of its parts, so what lets the arena grow by more than an eighth stays a copy.
/// </summary>
internal static class SparedCopies
{
    /// <summary>Steps up to which each is tried by itself where all together need too much memory.</summary>
    private const int MostSingle = 64;

    /// <summary>Joins values to sets; the steps become those that are left, with copies added where an output cannot be written by its producer.</summary>
    public static ValueSets Join(Graph graph, ref ImmutableArray<Step> steps, bool isAllowed)
    {
        ImmutableArray<Step> all = steps;
        int[] candidates = isAllowed ? [.. Enumerable.Range(0, all.Length).Where(i => !all[i].IsView && !all[i].Parts.IsEmpty)] : [];
        int[] chosen = candidates.Length == 0 ? candidates : Choose(graph, all, candidates);
        return Join(graph, all, chosen, out steps);
    }

    private static int[] Choose(Graph graph, ImmutableArray<Step> steps, int[] candidates)
    {
        long least = Bound([]);
        long most = least + (least / 8);
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
            => Arena.LowerBound(Join(graph, steps, spared, out ImmutableArray<Step> left).Requests(left, out _));
    }

    private static ValueSets Join(Graph graph, ImmutableArray<Step> steps, IEnumerable<int> chosen, out ImmutableArray<Step> left)
    {
        var sets = new ValueSets(graph, steps);
        sets.JoinViews();
        left = sets.JoinParts(sets.AddOutputCopies(), chosen);
        sets.JoinInPlace(left);
        return sets;
    }
}
