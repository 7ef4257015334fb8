using System.Collections.Generic;

namespace RedGen.Compiler.Plan;

/// <summary>Finds lifetimes that overlap a given one without looking at all: a segment tree over the steps, and the lifetimes by their first step.</summary>
internal sealed class LifetimeIndex
{
    private readonly int _leaves = 1;
    private readonly List<int>?[] _alive;
    private readonly List<int>?[] _starting;

    /// <summary>Makes an index over a number of steps.</summary>
    public LifetimeIndex(int steps)
    {
        while (_leaves < steps) _leaves *= 2;
        _alive = new List<int>?[2 * _leaves];
        _starting = new List<int>?[_leaves];
    }

    /// <summary>Adds an item that lives from one step to another.</summary>
    public void Add(int item, int first, int last)
    {
        (_starting[first] ??= []).Add(item);
        // Each step of the lifetime is under one of the nodes that are marked.
        for (int low = first + _leaves, high = last + _leaves + 1; low < high; low /= 2, high /= 2)
        {
            if ((low & 1) != 0) (_alive[low++] ??= []).Add(item);
            if ((high & 1) != 0) (_alive[--high] ??= []).Add(item);
        }
    }

    /// <summary>The items that live at one of the steps from one to another, each once.</summary>
    public IEnumerable<int> Overlapping(int first, int last)
    {
        for (int node = first + _leaves; node > 0; node /= 2)
            foreach (int item in _alive[node] ?? []) yield return item;
        for (int step = first + 1; step <= last; step++)
            foreach (int item in _starting[step] ?? []) yield return item;
    }
}
