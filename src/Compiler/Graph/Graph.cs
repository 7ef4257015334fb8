using System;
using System.Collections.Immutable;
using System.Linq;

namespace RedGen.Compiler.Graphs;

/// <summary>
/// A graph in static single assignment form: every value is an input, an initializer, or the output of one node, under a
/// name that is unique in the graph. Nodes stand in topological order. Immutable; <see cref="GraphBuilder"/> makes new ones.
/// </summary>
public sealed class Graph
{
    private readonly Lazy<long> _constantBytes;

    /// <summary>Makes a graph; <see cref="GraphValidator"/> checks what the parameters promise.</summary>
    public Graph(
        string name,
        ImmutableArray<Value> inputs,
        ImmutableArray<Value> outputs,
        ImmutableArray<Node> nodes,
        ImmutableDictionary<string, Tensor> initializers,
        ImmutableDictionary<string, ValueType> types)
    {
        Name = name;
        Inputs = inputs;
        Outputs = outputs;
        Nodes = nodes;
        Initializers = initializers;
        Types = types;
        _constantBytes = new Lazy<long>(() => initializers.Values.Sum(static t => (long)t.Data.Length));
    }

    /// <summary>The graph's name.</summary>
    public string Name { get; }

    /// <summary>What the caller passes; initializers that older IR versions list as inputs too are not among them.</summary>
    public ImmutableArray<Value> Inputs { get; }

    /// <summary>What the caller gets.</summary>
    public ImmutableArray<Value> Outputs { get; }

    /// <summary>The operations, each after those whose outputs it reads.</summary>
    public ImmutableArray<Node> Nodes { get; }

    /// <summary>The constants by name.</summary>
    public ImmutableDictionary<string, Tensor> Initializers { get; }

    /// <summary>The bytes of all constants.</summary>
    public long ConstantBytes => _constantBytes.Value;

    /// <summary>The types of values as far as they are known: stated by the file, or inferred.</summary>
    public ImmutableDictionary<string, ValueType> Types { get; }

    /// <summary>The type of a value, or null while it is not known.</summary>
    public ValueType? TypeOf(string name) => Types.TryGetValue(name, out ValueType? type) ? type : null;

    /// <summary>The tensor type of a value, or null while it is not known or no tensor.</summary>
    public TensorType? TensorTypeOf(string name) => TypeOf(name) as TensorType;

    /// <summary>The constant of that name, or null.</summary>
    public Tensor? ConstantOf(string name) => Initializers.TryGetValue(name, out Tensor? tensor) ? tensor : null;
}
