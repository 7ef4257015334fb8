using System;
using System.Collections.Generic;
using System.Collections.Immutable;
using System.Linq;

namespace RedGen.Compiler.Graphs;

/// <summary>Sorts nodes so that each stands after those whose outputs it, or a subgraph of it, reads.</summary>
public static class TopologicalOrder
{
    /// <summary>Sorts stably: nodes that are in order stay where they are, and of several that could come next the first does.</summary>
    /// <param name="nodes">The nodes; values that none of them defines come from elsewhere.</param>
    /// <param name="cycle">Nodes that depend on each other in a circle, if there are any.</param>
    /// <returns>The sorted nodes, or the nodes as they were when there is a cycle.</returns>
    public static ImmutableArray<Node> Sort(ImmutableArray<Node> nodes, out ImmutableArray<Node> cycle)
    {
        cycle = [];
        int[][] producers = Producers(nodes);
        if (IsSorted(producers)) return nodes;
        var waiting = new int[nodes.Length];
        var consumers = new List<int>[nodes.Length];
        var ready = new SortedSet<int>();
        for (int i = 0; i < nodes.Length; i++)
        {
            waiting[i] = producers[i].Length;
            if (waiting[i] == 0) ready.Add(i);
            foreach (int producer in producers[i]) (consumers[producer] ??= []).Add(i);
        }

        ImmutableArray<Node>.Builder sorted = ImmutableArray.CreateBuilder<Node>(nodes.Length);
        while (ready.Count > 0)
        {
            int next = ready.Min;
            ready.Remove(next);
            sorted.Add(nodes[next]);
            foreach (int consumer in consumers[next] ?? [])
                if (--waiting[consumer] == 0) ready.Add(consumer);
        }

        if (sorted.Count == nodes.Length) return sorted.MoveToImmutable();
        cycle = FindCycle(nodes, producers, waiting);
        return nodes;
    }

    /// <summary>For each node, the positions of the nodes that it waits for, each once.</summary>
    private static int[][] Producers(ImmutableArray<Node> nodes)
    {
        var producerOf = new Dictionary<string, int>(StringComparer.Ordinal);
        for (int i = 0; i < nodes.Length; i++)
        {
            foreach (string output in nodes[i].Outputs)
                if (output.Length > 0 && !producerOf.ContainsKey(output)) producerOf.Add(output, i);
        }

        var producers = new int[nodes.Length][];
        for (int i = 0; i < nodes.Length; i++)
            producers[i] = [.. GraphCaptures.Reads(nodes[i]).Where(producerOf.ContainsKey).Select(name => producerOf[name]).Distinct()];
        return producers;
    }

    private static bool IsSorted(int[][] producers)
    {
        for (int i = 0; i < producers.Length; i++)
        {
            foreach (int producer in producers[i])
                if (producer >= i) return false;
        }

        return true;
    }

    /// <summary>Walks back from a node that never became ready: every such node waits for another one, so the walk closes a circle.</summary>
    private static ImmutableArray<Node> FindCycle(ImmutableArray<Node> nodes, int[][] producers, int[] waiting)
    {
        int position = Array.FindIndex(waiting, w => w > 0);
        var visited = new Dictionary<int, int>();
        var walk = new List<int>();
        while (!visited.ContainsKey(position))
        {
            visited.Add(position, walk.Count);
            walk.Add(position);
            position = producers[position].First(p => waiting[p] > 0);
        }

        List<int> circle = walk.GetRange(visited[position], walk.Count - visited[position]);
        circle.Reverse();
        return [.. circle.Select(i => nodes[i])];
    }
}
