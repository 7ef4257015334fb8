using System;
using System.Collections.Generic;

namespace RedGen.Compiler.Plan.Layouts;

/// <summary>
/// The cheapest division of a network in two: what hangs on the source, what hangs on the sink, and the least sum of the edges that
/// lead from the one to the other (Dinic's maximum flow).
/// </summary>
internal sealed class LayoutCut
{
    /// <summary>The node on whose side groups are computed channels last.</summary>
    public const int Source = 0;

    /// <summary>The node on whose side groups are computed over planes.</summary>
    public const int Sink = 1;

    /// <summary>A capacity that no cut pays.</summary>
    public const long Never = long.MaxValue / 4;

    private readonly List<int> _to = [];
    private readonly List<long> _room = [];
    private readonly List<List<int>> _edges = [[], []];
    private int[] _level = [];
    private int[] _next = [];

    /// <summary>Adds a node.</summary>
    public int AddNode()
    {
        _edges.Add([]);
        return _edges.Count - 1;
    }

    /// <summary>Adds an edge that costs its capacity where it leads from the source's side to the sink's.</summary>
    public void AddEdge(int from, int to, long capacity)
    {
        _edges[from].Add(_to.Count);
        _to.Add(to);
        _room.Add(capacity);
        _edges[to].Add(_to.Count);
        _to.Add(from);
        _room.Add(0);
    }

    /// <summary>Cuts; tells for each node whether it is on the source's side.</summary>
    public bool[] Divide()
    {
        while (FindLevels())
        {
            _next = new int[_edges.Count];
            while (Augment()) { }
        }

        return Array.ConvertAll(_level, l => l >= 0);
    }

    /// <summary>Distances from the source along edges with room; false when the sink cannot be reached.</summary>
    private bool FindLevels()
    {
        _level = new int[_edges.Count];
        _level.AsSpan().Fill(-1);
        _level[Source] = 0;
        var queue = new Queue<int>();
        queue.Enqueue(Source);
        while (queue.Count > 0)
        {
            int node = queue.Dequeue();
            foreach (int edge in _edges[node])
            {
                if (_room[edge] == 0 || _level[_to[edge]] >= 0) continue;
                _level[_to[edge]] = _level[node] + 1;
                queue.Enqueue(_to[edge]);
            }
        }

        return _level[Sink] >= 0;
    }

    /// <summary>Sends flow along one shortest path; false when none is left.</summary>
    private bool Augment()
    {
        var path = new List<int>();
        int node = Source;
        while (node != Sink)
        {
            if (_next[node] < _edges[node].Count)
            {
                int edge = _edges[node][_next[node]];
                if (_room[edge] > 0 && _level[_to[edge]] == _level[node] + 1)
                {
                    path.Add(edge);
                    node = _to[edge];
                }
                else
                {
                    _next[node]++;
                }
            }
            else if (path.Count == 0)
            {
                return false;
            }
            else
            {
                int last = path[path.Count - 1];
                path.RemoveAt(path.Count - 1);
                node = _to[last ^ 1];
                _next[node]++;
            }
        }

        long flow = long.MaxValue;
        foreach (int edge in path) flow = Math.Min(flow, _room[edge]);
        foreach (int edge in path)
        {
            _room[edge] -= flow;
            _room[edge ^ 1] += flow;
        }

        return true;
    }
}
