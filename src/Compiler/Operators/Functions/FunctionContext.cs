using System;
using System.Collections.Generic;
using System.Collections.Immutable;
using System.Globalization;
using System.Linq;
using RedGen.Compiler.Graphs;

namespace RedGen.Compiler.Operators.Functions;

/// <summary>What the body of a function sees of the node that it replaces: types, attributes, and names for what it adds.</summary>
/// <param name="node">The node.</param>
/// <param name="types">The types of its inputs; null where left out.</param>
/// <param name="fresh">Gives a free name like the one wanted.</param>
internal sealed class FunctionContext(Node node, TensorType?[] types, Func<string, string> fresh)
{
    /// <summary>The newest opset in which bodies are written: operators mean the same whatever the model imports.</summary>
    private const int Opset = 22;

    /// <summary>The node that is replaced.</summary>
    public Node Call => node;

    /// <summary>The node's attributes.</summary>
    public NodeAttributes Attributes => node.Attributes;

    /// <summary>Constants that the body needs, by name.</summary>
    public Dictionary<string, Tensor> Constants { get; } = new(StringComparer.Ordinal);

    /// <summary>The name of an input; empty where it is left out.</summary>
    public string Input(int index) => node.Input(index);

    /// <summary>Whether an input is given.</summary>
    public bool HasInput(int index) => node.HasInput(index);

    /// <summary>The name of an output; empty where it is left out.</summary>
    public string Output(int index) => node.Output(index);

    /// <summary>Whether an output is asked for.</summary>
    public bool HasOutput(int index) => node.HasOutput(index);

    /// <summary>The element type of a given input.</summary>
    public ElementType Type(int index) => types[index]!.ElementType;

    /// <summary>The lengths of a given input.</summary>
    public int[] Lengths(int index) => types[index]!.Shape!.ToArray();

    /// <summary>A name for a value of the body.</summary>
    public string Fresh(string value) => fresh(node.Name + "/" + value);

    /// <summary>A constant list of integers; its name.</summary>
    public string Integers(string name, params long[] values) => Constant(name, Tensor.Of(values, values.Length));

    /// <summary>A constant integer; its name.</summary>
    public string Count(string name, long value) => Constant(name, Tensor.Of([value]));

    /// <summary>A constant number of a float type; its name.</summary>
    public string Number(string name, ElementType type, double value)
    {
        var number = new Execute.ReferenceTensor(type, [], [value]);
        return Constant(name, number.Rounded().ToTensor());
    }

    /// <summary>A node of the body.</summary>
    public Node Node(string op, ImmutableArray<string> inputs, ImmutableArray<string> outputs, NodeAttributes? attributes = null) => new()
    {
        Name = fresh(node.Name + "/" + op),
        Operator = new OperatorId("", op, Math.Max(Opset, node.Operator.Domain.Length == 0 ? node.Operator.Version : 1)),
        Inputs = inputs,
        Outputs = outputs,
        Attributes = attributes ?? NodeAttributes.Empty,
    };

    /// <summary>Adds a node with one output to a body.</summary>
    /// <returns>The output's name.</returns>
    public string Add(List<Node> nodes, string op, ImmutableArray<string> inputs, NodeAttributes? attributes = null)
    {
        string output = Fresh(op + "_" + nodes.Count.ToString(CultureInfo.InvariantCulture));
        nodes.Add(Node(op, inputs, [output], attributes));
        return output;
    }

    /// <summary>Puts a graph of an attribute among the nodes of the body. It may read values of the graph around the node.</summary>
    /// <returns>The names of its outputs.</returns>
    public string[] Inline(List<Node> nodes, Graph graph, string[] inputs)
    {
        var values = new Dictionary<string, string>(StringComparer.Ordinal);
        for (int i = 0; i < inputs.Length; i++) values[graph.Inputs[i].Name] = inputs[i];
        foreach (KeyValuePair<string, Tensor> constant in graph.Initializers.OrderBy(c => c.Key, StringComparer.Ordinal)) values[constant.Key] = Constant(constant.Key, constant.Value);
        foreach (Node inner in graph.Nodes)
        {
            Node renamed = inner with { Name = Fresh(inner.Name) };
            foreach (string read in GraphCaptures.Reads(inner).Distinct())
                if (values.TryGetValue(read, out string? value)) renamed = GraphCaptures.Rename(renamed, read, value);
            foreach (string output in inner.Outputs)
                if (output.Length > 0) values[output] = Fresh(output);
            nodes.Add(renamed with { Outputs = [.. inner.Outputs.Select(o => o.Length == 0 ? "" : values[o])] });
        }

        return [.. graph.Outputs.Select(o => values.TryGetValue(o.Name, out string? value) ? value : o.Name)];
    }

    private string Constant(string name, Tensor tensor)
    {
        string unique = Fresh(name);
        Constants.Add(unique, tensor);
        return unique;
    }
}
