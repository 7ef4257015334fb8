using System;
using System.Collections.Generic;
using System.Linq;

namespace RedGen.Compiler.Plan;

/// <summary>Memory wanted from the arena.</summary>
/// <param name="Bytes">How much.</param>
/// <param name="First">The step that first writes it.</param>
/// <param name="Last">The step that last reads it.</param>
internal readonly record struct ArenaRequest(long Bytes, int First, int Last);

/// <summary>The arena's layout.</summary>
/// <param name="Offsets">The offset of each request.</param>
/// <param name="Bytes">The arena's size.</param>
/// <param name="LowerBound">The largest sum of requests alive at one step: no layout is smaller.</param>
internal sealed record ArenaLayout(long[] Offsets, long Bytes, long LowerBound);

/// <summary>
/// Places buffers with overlapping lifetimes side by side and lets others share. The best layout is hard to find; so several orders are
/// tried, each buffer into the lowest gap or the tightest, and then orders in which what stands on top comes sooner, until one reaches the lower bound.
/// </summary>
internal static class Arena
{
    /// <summary>Buffers start at multiples of this, a cache line.</summary>
    public const int Alignment = 64;

    /// <summary>Buffers of a microcontroller start at multiples of this: memory is scarce there, and it has no lines to begin with.</summary>
    public const int WordAlignment = 4;

    /// <summary>Placements tried beyond the plain orders, as far as <see cref="MostWork"/> allows.</summary>
    private const int MostTries = 400;

    /// <summary>Requests placed in all of these: large models take few tries.</summary>
    private const int MostWork = 100_000;

    /// <summary>Lays requests out at multiples of a divisor of <see cref="Alignment"/>: as if each of its units were a line.</summary>
    public static ArenaLayout Place(IReadOnlyList<ArenaRequest> requests, int alignment)
    {
        long scale = Alignment / alignment;
        ArenaLayout layout = Place([.. requests.Select(r => r with { Bytes = (r.Bytes + alignment - 1) / alignment * Alignment })]);
        return new ArenaLayout([.. layout.Offsets.Select(o => o / scale)], layout.Bytes / scale, layout.LowerBound / scale);
    }

    /// <summary>Lays requests out.</summary>
    public static ArenaLayout Place(IReadOnlyList<ArenaRequest> requests)
    {
        long[] pressure = Pressure(requests);
        long bound = LowerBound(requests);
        ArenaTrial? best = null;
        int[] bestOrder = [];
        foreach (int[] order in Orders(requests, pressure))
        {
            foreach (bool tight in new[] { false, true })
            {
                ArenaTrial trial = ArenaTrial.Place(requests, order, tight);
                if (best is null || trial.Bytes < best.Bytes) (best, bestOrder) = (trial, order);
                if (best.Bytes == bound) return new ArenaLayout(best.Offsets, best.Bytes, bound);
            }
        }

        best = Improve(requests, best!, bestOrder, bound);
        return new ArenaLayout(best.Offsets, best.Bytes, bound);
    }

    /// <summary>The largest sum of requests alive at one step.</summary>
    public static long LowerBound(IReadOnlyList<ArenaRequest> requests) => Pressure(requests).DefaultIfEmpty(0).Max();

    /// <summary>A size as it counts in the arena.</summary>
    public static long Aligned(long bytes) => (bytes + Alignment - 1) / Alignment * Alignment;

    /// <summary>Bytes alive at each step.</summary>
    private static long[] Pressure(IReadOnlyList<ArenaRequest> requests)
    {
        long[] alive = new long[requests.Count == 0 ? 0 : requests.Max(r => r.Last) + 2];
        foreach (ArenaRequest request in requests)
        {
            alive[request.First] += Aligned(request.Bytes);
            alive[request.Last + 1] -= Aligned(request.Bytes);
        }

        for (int i = 1; i < alive.Length; i++) alive[i] += alive[i - 1];
        return alive;
    }

    /// <summary>Orders that do well on networks: the largest first; the longest kept first; those of the fullest step first.</summary>
    private static IEnumerable<int[]> Orders(IReadOnlyList<ArenaRequest> requests, long[] pressure)
    {
        int[] all = [.. Enumerable.Range(0, requests.Count).Where(i => requests[i].Bytes > 0)];
        yield return [.. all.OrderByDescending(i => requests[i].Bytes).ThenBy(i => i)];
        yield return [.. all.OrderByDescending(i => requests[i].Bytes).ThenByDescending(i => Steps(requests[i])).ThenBy(i => i)];
        yield return [.. all.OrderByDescending(i => Steps(requests[i])).ThenByDescending(i => requests[i].Bytes).ThenBy(i => i)];
        yield return [.. all.OrderByDescending(i => requests[i].Bytes * Steps(requests[i])).ThenBy(i => i)];
        yield return [.. all.OrderByDescending(i => Fullest(pressure, requests[i])).ThenByDescending(i => requests[i].Bytes).ThenBy(i => i)];
        yield return [.. all.OrderByDescending(i => Fullest(pressure, requests[i])).ThenByDescending(i => Steps(requests[i])).ThenBy(i => i)];
        yield return [.. all.OrderBy(i => requests[i].First).ThenByDescending(i => Steps(requests[i])).ThenBy(i => i)];
        yield return [.. all.OrderByDescending(i => requests[i].Last).ThenByDescending(i => Steps(requests[i])).ThenBy(i => i)];
    }

    private static long Steps(ArenaRequest request) => request.Last - request.First + 1;

    private static long Fullest(long[] pressure, ArenaRequest request)
    {
        long most = 0;
        for (int i = request.First; i <= request.Last; i++) most = Math.Max(most, pressure[i]);
        return most;
    }

    /// <summary>Places what stands on top earlier, each time by another distance; a step that makes the arena no larger is kept.</summary>
    private static ArenaTrial Improve(IReadOnlyList<ArenaRequest> requests, ArenaTrial best, int[] order, long bound)
    {
        int tries = Math.Min(MostTries, MostWork / Math.Max(1, requests.Count));
        ArenaTrial current = best;
        for (int t = 0; t < tries && best.Bytes > bound; t++)
        {
            int top = Array.FindIndex(order, i => current.Offsets[i] + Aligned(requests[i].Bytes) == current.Bytes);
            if (top == 0) top = order.Length - 1;
            // 1/2, 1/4, … of the way to the front, and the front itself in turns.
            int to = t % 4 == 3 ? 0 : top - Math.Max(1, top >> ((t % 4) + 1));
            var moved = order.ToList();
            moved.RemoveAt(top);
            moved.Insert(to, order[top]);
            ArenaTrial trial = ArenaTrial.Place(requests, [.. moved], tight: t % 8 >= 4);
            if (trial.Bytes > current.Bytes) continue;
            (current, order) = (trial, [.. moved]);
            if (current.Bytes < best.Bytes) best = current;
        }

        return best;
    }
}
