using System;
using System.Collections.Generic;
using System.Collections.Immutable;
using System.Globalization;
using System.Linq;

namespace RedGen.Compiler.Graphs;

/// <summary>
/// The workspace of one pass: starts from a graph, is changed in place, and ends with <see cref="Build"/>. Nodes are told apart
/// by their names, which are unique; a <see cref="Node"/> held across a change may be out of date, <see cref="Find"/> gives the
/// current one. All answers are in a deterministic order.
/// </summary>
public sealed class GraphBuilder
{
    private readonly string _name;
    private readonly ImmutableArray<Value> _inputs;
    private readonly List<Value> _outputs;
    private readonly LinkedList<Node> _order = new();
    private readonly Dictionary<string, LinkedListNode<Node>> _nodes = new(StringComparer.Ordinal);
    private readonly Dictionary<string, string> _producers = new(StringComparer.Ordinal);
    private readonly Dictionary<string, List<string>> _consumers = new(StringComparer.Ordinal);
    private readonly Dictionary<string, ImmutableArray<string>> _reads = new(StringComparer.Ordinal);
    private readonly ImmutableDictionary<string, Tensor>.Builder _initializers;
    private readonly ImmutableDictionary<string, ValueType>.Builder _types;
    private readonly HashSet<string> _names = new(StringComparer.Ordinal);
    private readonly Dictionary<string, int> _suffixes = new(StringComparer.Ordinal);

    /// <summary>Opens a graph for changes; the graph itself stays as it is.</summary>
    public GraphBuilder(Graph graph)
    {
        _name = graph.Name;
        _inputs = graph.Inputs;
        _outputs = [.. graph.Outputs];
        _initializers = graph.Initializers.ToBuilder();
        _types = graph.Types.ToBuilder();
        _names.UnionWith(graph.Inputs.Select(i => i.Name));
        _names.UnionWith(graph.Outputs.Select(o => o.Name));
        _names.UnionWith(graph.Initializers.Keys);
        foreach (Node node in graph.Nodes) Add(node);
    }

    /// <summary>
    /// The nodes. Made for loops that change the graph: nodes removed on the way are skipped, the others come in their current
    /// form, nodes added on the way are left for the next loop.
    /// </summary>
    public IEnumerable<Node> Nodes
    {
        get
        {
            string[] names = [.. _order.Select(n => n.Name)];
            foreach (string name in names)
                if (_nodes.TryGetValue(name, out LinkedListNode<Node>? node)) yield return node.Value;
        }
    }

    /// <summary>The graph's inputs.</summary>
    public ImmutableArray<Value> Inputs => _inputs;

    /// <summary>The graph's outputs. Their names are the user's and never change.</summary>
    public IReadOnlyList<Value> Outputs => _outputs;

    /// <summary>The names of all initializers, sorted.</summary>
    public ImmutableArray<string> InitializerNames => [.. _initializers.Keys.OrderBy(n => n, StringComparer.Ordinal)];

    /// <summary>The node of that name in its current form, or null.</summary>
    public Node? Find(string nodeName) => _nodes.TryGetValue(nodeName, out LinkedListNode<Node>? node) ? node.Value : null;

    /// <summary>The node that computes a value; null for inputs, initializers and unknown names.</summary>
    public Node? Producer(string value) => _producers.TryGetValue(value, out string? name) ? Find(name) : null;

    /// <summary>The nodes that read a value, themselves or in a subgraph, each once.</summary>
    public ImmutableArray<Node> Consumers(string value)
        => _consumers.TryGetValue(value, out List<string>? names) ? [.. names.Select(n => _nodes[n].Value)] : [];

    /// <summary>Whether the value is an output of the graph.</summary>
    public bool IsOutput(string value) => _outputs.Any(o => o.Name == value);

    /// <summary>Whether the value is an input of the graph.</summary>
    public bool IsInput(string value) => _inputs.Any(i => i.Name == value);

    /// <summary>The node that alone reads the value, if there is just one and the value is no output of the graph.</summary>
    public Node? SingleConsumer(string value)
        => !IsOutput(value) && _consumers.TryGetValue(value, out List<string>? names) && names.Count == 1 ? _nodes[names[0]].Value : null;

    /// <summary>The constant of that name, or null.</summary>
    public Tensor? ConstantOf(string value) => _initializers.TryGetValue(value, out Tensor? tensor) ? tensor : null;

    /// <summary>The type of a value, or null while it is not known.</summary>
    public ValueType? TypeOf(string value) => _types.TryGetValue(value, out ValueType? type) ? type : null;

    /// <summary>The tensor type of a value, or null while it is not known or no tensor.</summary>
    public TensorType? TensorTypeOf(string value) => TypeOf(value) as TensorType;

    /// <summary>Sets or, with null, forgets the type of a value; the type of an output of the graph is stated there too.</summary>
    public void SetType(string value, ValueType? type)
    {
        if (type is null) _types.Remove(value);
        else _types[value] = type;
        for (int i = 0; i < _outputs.Count; i++)
            if (_outputs[i].Name == value) _outputs[i] = _outputs[i] with { Type = type };
    }

    /// <summary>Adds a node at the end; <see cref="Build"/> moves it where its inputs allow.</summary>
    public void Add(Node node) => Attach(node, _order.AddLast(node));

    /// <summary>Puts nodes into the place of one. They may use its name and define its outputs.</summary>
    public void Replace(Node node, params Node[] replacements)
    {
        LinkedListNode<Node> place = _nodes[node.Name];
        LinkedListNode<Node> last = place;
        Detach(place.Value);
        foreach (Node replacement in replacements)
        {
            last = _order.AddAfter(last, replacement);
            Attach(replacement, last);
        }

        _order.Remove(place);
    }

    /// <summary>Removes a node. Whoever still reads its outputs must be changed too, before <see cref="Build"/>.</summary>
    public void Remove(Node node)
    {
        LinkedListNode<Node> place = _nodes[node.Name];
        Detach(place.Value);
        _order.Remove(place);
    }

    /// <summary>
    /// Makes everything that reads <paramref name="oldValue"/> read <paramref name="newValue"/>, subgraphs included. When the old
    /// value is an output of the graph, the node that computes the new value takes over its name.
    /// </summary>
    /// <returns>
    /// True when nothing needs the old value any more, so that its node can go. False when it stays as an output of the graph:
    /// an input, a constant or another output cannot take over its name.
    /// </returns>
    public bool ReplaceUses(string oldValue, string newValue)
    {
        if (oldValue == newValue) return false;
        if (!IsOutput(oldValue))
        {
            RenameReads(oldValue, newValue);
            return true;
        }

        if (Producer(newValue) is null || IsOutput(newValue))
        {
            RenameReads(oldValue, newValue);
            return false;
        }

        // Two nodes cannot both define the output, so its old node writes to a name that nobody reads.
        if (Producer(oldValue) is { } oldProducer) RenameOutput(oldProducer, oldValue, FreshName(oldValue));
        RenameOutput(Producer(newValue)!, newValue, oldValue);
        RenameReads(newValue, oldValue);
        return true;
    }

    /// <summary>Adds a constant under a free name like the hint.</summary>
    /// <returns>The name.</returns>
    public string AddInitializer(string hint, Tensor tensor)
    {
        string name = FreshName(hint);
        SetInitializer(name, tensor);
        return name;
    }

    /// <summary>Sets the constant of a name: a new one, another one, or in place of a node's output (whose node is to be removed).</summary>
    public void SetInitializer(string name, Tensor tensor)
    {
        _names.Add(name);
        _initializers[name] = tensor;
        SetType(name, tensor.Type);
    }

    /// <summary>A name like the hint that no value and no node has or had, in this graph or in a subgraph. Taken from now on.</summary>
    public string FreshName(string hint)
    {
        string name = hint.Length == 0 ? "value" : hint;
        while (!_names.Add(name))
        {
            _suffixes.TryGetValue(hint, out int count);
            _suffixes[hint] = ++count;
            name = (hint.Length == 0 ? "value" : hint) + "_" + count.ToString(CultureInfo.InvariantCulture);
        }

        return name;
    }

    /// <summary>The changed graph, in topological order, with the types of what is still there.</summary>
    /// <exception cref="InvalidOperationException">The changes made a cycle.</exception>
    public Graph Build()
    {
        ImmutableArray<Node> nodes = TopologicalOrder.Sort([.. _order], out ImmutableArray<Node> cycle);
        if (!cycle.IsEmpty) throw new InvalidOperationException("The graph has a cycle through " + cycle[0].Label + ".");
        foreach (string name in _types.Keys.ToArray())
            if (!_producers.ContainsKey(name) && !_initializers.ContainsKey(name) && !IsInput(name)) _types.Remove(name);
        return new Graph(_name, _inputs, [.. _outputs], nodes, _initializers.ToImmutable(), _types.ToImmutable());
    }

    private void Attach(Node node, LinkedListNode<Node> place)
    {
        if (_nodes.ContainsKey(node.Name)) throw new InvalidOperationException("There are two nodes '" + node.Name + "'.");
        _nodes.Add(node.Name, place);
        _names.Add(node.Name);
        foreach (string output in node.Outputs)
        {
            if (output.Length == 0) continue;
            _producers[output] = node.Name;
            _names.Add(output);
        }

        ImmutableArray<string> reads = [.. GraphCaptures.Reads(node).Distinct()];
        _reads.Add(node.Name, reads);
        foreach (string value in reads)
        {
            if (!_consumers.TryGetValue(value, out List<string>? names)) _consumers.Add(value, names = []);
            names.Add(node.Name);
        }

        foreach (Graph subgraph in GraphCaptures.Subgraphs(node)) ReserveNames(subgraph);
    }

    private void Detach(Node node)
    {
        _nodes.Remove(node.Name);
        foreach (string output in node.Outputs)
            if (output.Length > 0 && _producers.TryGetValue(output, out string? producer) && producer == node.Name) _producers.Remove(output);
        foreach (string value in _reads[node.Name])
        {
            _consumers[value].Remove(node.Name);
            if (_consumers[value].Count == 0) _consumers.Remove(value);
        }

        _reads.Remove(node.Name);
    }

    /// <summary>A name must not mean two things where a subgraph sees both.</summary>
    private void ReserveNames(Graph subgraph)
    {
        _names.UnionWith(GraphCaptures.Definitions(subgraph));
        foreach (Graph inner in subgraph.Nodes.SelectMany(GraphCaptures.Subgraphs)) ReserveNames(inner);
    }

    private void RenameReads(string oldValue, string newValue)
    {
        foreach (Node consumer in Consumers(oldValue)) Replace(consumer, GraphCaptures.Rename(consumer, oldValue, newValue));
    }

    private void RenameOutput(Node node, string oldValue, string newValue)
    {
        if (TypeOf(oldValue) is { } type) SetType(newValue, type);
        Replace(node, node with { Outputs = [.. node.Outputs.Select(o => o == oldValue ? newValue : o)] });
    }
}
