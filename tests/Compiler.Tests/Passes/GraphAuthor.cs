using System;
using System.Collections.Generic;
using System.Collections.Immutable;
using System.Linq;
using RedGen.Compiler.Graphs;
using RedGen.Compiler.Operators;

namespace RedGen.Compiler.Tests.Passes;

/// <summary>Writes a graph value by value and knows their shapes, which inference finds node by node.</summary>
internal sealed class GraphAuthor
{
    private readonly List<Value> _inputs = [];
    private readonly List<Node> _nodes = [];
    private readonly Dictionary<string, Tensor> _initializers = new(StringComparer.Ordinal);
    private readonly Dictionary<string, int[]> _lengths = new(StringComparer.Ordinal);

    /// <summary>The float values that nodes may read, in order of definition.</summary>
    public List<string> Values { get; } = [];

    public IReadOnlyList<Node> Nodes => _nodes;

    public int[] Lengths(string value) => _lengths[value];

    public string Input(params int[] lengths)
    {
        string name = "in" + _inputs.Count;
        _inputs.Add(new Value(name, new TensorType(ElementType.Float32, Shape.Of(lengths))));
        _lengths[name] = lengths;
        Values.Add(name);
        return name;
    }

    public string Constant(Tensor tensor)
    {
        string name = "c" + _initializers.Count;
        _initializers[name] = tensor;
        return name;
    }

    public IEnumerable<string> ConstantsOf(int[] lengths) => _initializers.Where(i => i.Value.ElementType == ElementType.Float32 && i.Value.Dimensions.SequenceEqual(lengths)).Select(i => i.Key);

    /// <summary>Adds a node of one output, where the operator exists and inference agrees.</summary>
    /// <returns>The output's name, or null.</returns>
    public string? Add(string op, string[] inputs, NodeAttributes? attributes = null, int version = 13, int outputs = 1)
    {
        var node = new Node
        {
            Name = op + _nodes.Count,
            Operator = new OperatorId("", op, version),
            Inputs = [.. inputs],
            Outputs = [.. Enumerable.Range(0, outputs).Select(i => "v" + _nodes.Count + (i == 0 ? "" : "_" + i))],
            Attributes = attributes ?? NodeAttributes.Empty,
        };
        return OperatorTable.Find(node.Operator) is null ? null : Add(node);
    }

    public string? Add(Node node)
    {
        Graph alone = Rewriting.TryInfer(Graph([node], [.. node.Outputs])) ?? throw new InvalidOperationException("The generator wrote " + node + " wrongly: "
            + string.Join(", ", node.Inputs.Select(i => _lengths.TryGetValue(i, out int[]? l) ? Shape.Of(l).ToString() : "constant")));
        _nodes.Add(node);
        foreach (string output in node.Outputs)
        {
            if (output.Length == 0) continue;
            TensorType type = alone.TensorTypeOf(output)!;
            _lengths[output] = type.Shape!.ToArray();
            if (type.ElementType == ElementType.Float32) Values.Add(output);
        }

        return node.Outputs[0];
    }

    /// <summary>The graph with some of the values as outputs.</summary>
    public Graph ToGraph(IEnumerable<string> outputs) => Graph(_nodes, [.. outputs]);

    /// <summary>With a single node its inputs stand as inputs of the graph, so that only this node is inferred.</summary>
    private Graph Graph(List<Node> nodes, ImmutableArray<string> outputs)
    {
        IEnumerable<Value> inputs = nodes.Count == 1
            ? nodes[0].Inputs.Where(_lengths.ContainsKey).Distinct().Select(i => new Value(i, new TensorType(ElementType.Float32, Shape.Of(_lengths[i]))))
            : _inputs;
        return new Graph(
            "random",
            ReferenceEquals(nodes, _nodes) ? [.. _inputs] : [.. inputs],
            [.. outputs.Select(o => new Value(o, null))],
            [.. nodes],
            _initializers.ToImmutableDictionary(),
            ImmutableDictionary<string, Compiler.Graphs.ValueType>.Empty);
    }
}
