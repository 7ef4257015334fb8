using System;
using System.Collections.Generic;
using RedGen.Compiler.Graphs;

namespace RedGen.Compiler.Plan.Layouts;

/// <summary>
/// Which values of a graph can be channels last: tensors with a spatial axis, and matrices that are one under another shape (the Flatten
/// before a Gemm), whose rows then hold pixel after pixel.
/// </summary>
internal sealed class ChannelSplits
{
    private readonly Graph _graph;
    private readonly Dictionary<string, string> _sources = new(StringComparer.Ordinal);

    /// <summary>Reads a graph.</summary>
    public ChannelSplits(Graph graph)
    {
        _graph = graph;
        foreach (Node node in graph.Nodes)
            if (node.Operator.QualifiedName is "Flatten" or "Reshape") _sources[node.Outputs[0]] = node.Inputs[0];
    }

    /// <summary>The sizes of a value's change of layout; null where it has one order only.</summary>
    public ChannelSplit? Of(string value)
    {
        TensorType? type = _graph.TensorTypeOf(value);
        if (ChannelSplit.Of(type) is { } own) return own;
        if (type is not { IsStatic: true, ElementType: ElementType.Float32, Shape.Rank: 2 } || !_sources.TryGetValue(value, out string? source)) return null;
        int[] lengths = type.Shape!.ToArray();
        return ChannelSplit.Of(_graph.TensorTypeOf(source)) is { } split && split.Batch == lengths[0] && split.Count == (long)lengths[0] * lengths[1] ? split : null;
    }
}
