using System;
using System.Collections.Generic;
using System.Linq;

namespace RedGen.Compiler.Plan;

/// <summary>One way of placing requests: in an order, each where it fits.</summary>
/// <param name="Offsets">The offset of each request.</param>
/// <param name="Bytes">The arena's size.</param>
internal sealed record ArenaTrial(long[] Offsets, long Bytes)
{
    /// <summary>Places requests in an order; those that it leaves out are empty.</summary>
    /// <param name="requests">All requests.</param>
    /// <param name="order">The indices of those to place.</param>
    /// <param name="tight">Whether each goes into the smallest gap that holds it, else into the lowest.</param>
    public static ArenaTrial Place(IReadOnlyList<ArenaRequest> requests, int[] order, bool tight)
    {
        long[] offsets = new long[requests.Count];
        var placed = new LifetimeIndex(order.Length == 0 ? 0 : order.Max(i => requests[i].Last) + 1);
        long total = 0;
        foreach (int i in order)
        {
            long size = Arena.Aligned(requests[i].Bytes);
            long end = 0, offset = -1, smallest = long.MaxValue;
            foreach (int other in placed.Overlapping(requests[i].First, requests[i].Last).OrderBy(p => offsets[p]))
            {
                long gap = offsets[other] - end;
                if (gap >= size && gap < smallest)
                {
                    (offset, smallest) = (end, gap);
                    if (!tight) break;
                }

                end = Math.Max(end, offsets[other] + Arena.Aligned(requests[other].Bytes));
            }

            offsets[i] = offset >= 0 ? offset : end;
            placed.Add(i, requests[i].First, requests[i].Last);
            total = Math.Max(total, offsets[i] + size);
        }

        return new ArenaTrial(offsets, total);
    }
}
