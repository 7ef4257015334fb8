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

/// <summary>Places buffers with overlapping lifetimes side by side and lets others share: largest first, at the lowest offset that is free.</summary>
internal static class Arena
{
    /// <summary>Buffers start at multiples of this, a cache line.</summary>
    public const int Alignment = 64;

    /// <summary>Lays requests out.</summary>
    public static ArenaLayout Place(IReadOnlyList<ArenaRequest> requests)
    {
        var offsets = new long[requests.Count];
        var placed = new LifetimeIndex(requests.Count == 0 ? 0 : requests.Max(r => r.Last) + 1);
        long total = 0;
        foreach (int i in Enumerable.Range(0, requests.Count).Where(i => requests[i].Bytes > 0).OrderByDescending(i => requests[i].Bytes).ThenBy(i => i))
        {
            long offset = 0;
            foreach (int other in placed.Overlapping(requests[i].First, requests[i].Last).OrderBy(p => offsets[p]))
            {
                if (offset + Aligned(requests[i].Bytes) <= offsets[other]) break;
                offset = System.Math.Max(offset, offsets[other] + Aligned(requests[other].Bytes));
            }

            offsets[i] = offset;
            placed.Add(i, requests[i].First, requests[i].Last);
            total = System.Math.Max(total, offset + Aligned(requests[i].Bytes));
        }

        return new ArenaLayout(offsets, total, LowerBound(requests));
    }

    private static long Aligned(long bytes) => (bytes + Alignment - 1) / Alignment * Alignment;

    private static long LowerBound(IReadOnlyList<ArenaRequest> requests)
    {
        var changes = new SortedDictionary<int, long>();
        foreach (ArenaRequest request in requests)
        {
            changes[request.First] = (changes.TryGetValue(request.First, out long start) ? start : 0) + Aligned(request.Bytes);
            changes[request.Last + 1] = (changes.TryGetValue(request.Last + 1, out long end) ? end : 0) - Aligned(request.Bytes);
        }

        long alive = 0, most = 0;
        foreach (KeyValuePair<int, long> change in changes) most = System.Math.Max(most, alive += change.Value);
        return most;
    }
}
