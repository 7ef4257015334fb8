using System;
using System.Collections.Generic;
using System.Linq;
using RedGen.Compiler.Graphs;

namespace RedGen.Compiler.Kernels.Attentions;

/// <summary>Who writes and who reads the values among some nodes.</summary>
internal sealed class NodeLinks
{
    private readonly Dictionary<string, Node> _producers = new(StringComparer.Ordinal);
    private readonly Dictionary<string, List<Node>> _readers = new(StringComparer.Ordinal);
    private readonly HashSet<string> _kept;

    /// <summary>Links nodes.</summary>
    /// <param name="nodes">The nodes.</param>
    /// <param name="kept">Values that others read too.</param>
    public NodeLinks(IEnumerable<Node> nodes, IEnumerable<string> kept)
    {
        _kept = new(kept, StringComparer.Ordinal);
        foreach (Node node in nodes)
        {
            foreach (string output in node.Outputs.Where(o => o.Length > 0)) _producers[output] = node;
            foreach (string input in node.Inputs.Concat(GraphCaptures.Of(node)).Where(i => i.Length > 0).Distinct(StringComparer.Ordinal))
            {
                if (!_readers.TryGetValue(input, out List<Node>? readers)) _readers[input] = readers = [];
                readers.Add(node);
            }
        }
    }

    /// <summary>The node that writes a value; null where it is none of these.</summary>
    public Node? Producer(string value) => _producers.TryGetValue(value, out Node? node) ? node : null;

    /// <summary>The node that alone reads a value; null where there are others or none.</summary>
    public Node? OnlyReader(string value) => !_kept.Contains(value) && _readers.TryGetValue(value, out List<Node>? readers) && readers.Count == 1 ? readers[0] : null;

    /// <summary>Whether nodes of a set alone read what a node writes.</summary>
    public bool IsReadBy(Node node, HashSet<string> names)
        => node.Outputs.All(o => o.Length == 0 || (!_kept.Contains(o) && (!_readers.TryGetValue(o, out List<Node>? readers) || readers.All(r => names.Contains(r.Name)))));
}
