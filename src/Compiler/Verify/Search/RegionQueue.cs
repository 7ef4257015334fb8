using System.Collections.Generic;

namespace RedGen.Compiler.Verify.Search;

/// <summary>
/// Regions that wait. By turns the one furthest from a proof is taken, which is where a counterexample is likely, and the newest, which is
/// small enough to be decided soon. Beyond a number of regions only the newest is taken, so that memory stays bounded.
/// </summary>
/// <typeparam name="TRegion">The regions.</typeparam>
/// <param name="wideLimit">Regions beyond which the search goes deep; each holds its bounds.</param>
internal sealed class RegionQueue<TRegion>(int wideLimit = RegionQueue<TRegion>.WideLimit)
    where TRegion : IRegion
{
    private const int WideLimit = 100_000;

    private readonly SortedSet<(double Bound, long Number)> _order = [];
    private readonly Dictionary<long, TRegion> _regions = [];
    private readonly Stack<long> _newest = new();
    private long _next;
    private bool _takesNewest;

    /// <summary>The number of regions.</summary>
    public int Count => _order.Count;

    /// <summary>Adds a region.</summary>
    public void Add(TRegion region)
    {
        _regions.Add(_next, region);
        _order.Add((region.Bound, _next));
        _newest.Push(_next++);
    }

    /// <summary>The least bound; the queue is not empty.</summary>
    public double WorstBound => _order.Min.Bound;

    /// <summary>Takes the next region; the queue is not empty.</summary>
    public TRegion Take()
    {
        _takesNewest = !_takesNewest;
        return Take(_takesNewest || Count > wideLimit ? Newest() : _order.Min.Number);
    }

    /// <summary>Takes the region of the least bound; the queue is not empty.</summary>
    public TRegion TakeWorst() => Take(_order.Min.Number);

    private TRegion Take(long number)
    {
        TRegion region = _regions[number];
        _regions.Remove(number);
        _order.Remove((region.Bound, number));
        return region;
    }

    private long Newest()
    {
        // Regions that were taken by the other order are still on the stack.
        long number = _newest.Pop();
        while (!_regions.ContainsKey(number)) number = _newest.Pop();
        return number;
    }
}
