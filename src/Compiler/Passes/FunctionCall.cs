using System;
using System.Collections.Generic;
using System.Collections.Immutable;
using System.Linq;
using RedGen.Compiler.Diagnostics;
using RedGen.Compiler.Graphs;

namespace RedGen.Compiler.Passes;

/// <summary>The body of a function with the arguments of one call: values renamed, attributes filled in.</summary>
/// <param name="call">The calling node.</param>
/// <param name="function">What it calls.</param>
/// <param name="fresh">Gives a free name like the one wanted.</param>
internal sealed class FunctionCall(Node call, Function function, Func<string, string> fresh)
{
    private readonly Dictionary<string, string> _values = new(StringComparer.Ordinal);

    /// <summary>The nodes that take the call's place.</summary>
    public IEnumerable<Node> Body()
    {
        for (int i = 0; i < function.Inputs.Length; i++) _values[function.Inputs[i]] = call.Input(i);
        List<(string From, string To)> copies = BindOutputs();
        foreach (Node node in function.Nodes)
            foreach (string output in node.Outputs) Define(output);
        foreach (Node node in function.Nodes) yield return Rename(node);
        foreach ((string from, string to) in copies) yield return Identity(from, to);
    }

    /// <summary>A value of the body that is an output takes the name that the call gives it; one that is two outputs, or an input, is copied.</summary>
    private List<(string From, string To)> BindOutputs()
    {
        var copies = new List<(string, string)>();
        for (int i = 0; i < function.Outputs.Length; i++)
        {
            if (!call.HasOutput(i)) continue;
            if (_values.ContainsKey(function.Outputs[i])) copies.Add((function.Outputs[i], call.Outputs[i]));
            else _values[function.Outputs[i]] = call.Outputs[i];
        }

        return copies;
    }

    private Node Identity(string from, string to)
    {
        if (_values[from].Length == 0) throw Invalid("output '" + from + "' of the function is its input, which the call leaves out");
        int version = function.OpsetImports.TryGetValue("", out int imported) ? imported : 1;
        return new Node { Name = fresh(call.Name + "/" + to), Operator = new OperatorId("", "Identity", version), Inputs = [_values[from]], Outputs = [to] };
    }

    private void Define(string name)
    {
        if (name.Length > 0 && !_values.ContainsKey(name)) _values[name] = fresh(call.Name + "/" + name);
    }

    private Node Rename(Node node)
    {
        Node renamed = node with
        {
            Name = fresh(call.Name + "/" + node.Name),
            Inputs = [.. node.Inputs.Select(i => i.Length == 0 ? "" : _values[i])],
            Outputs = [.. node.Outputs.Select(o => o.Length == 0 ? "" : _values[o])],
        };

        // The graphs of the body first: one that the call gives sees the values around the call.
        renamed = GraphCaptures.MapSubgraphs(renamed, Rename);
        return renamed with { Attributes = Fill(renamed) };
    }

    /// <summary>A reference that neither the call nor a default answers leaves the attribute out, so that the operator's own default holds.</summary>
    private NodeAttributes Fill(Node node)
    {
        NodeAttributes attributes = node.Attributes;
        foreach (KeyValuePair<string, AttributeValue> attribute in node.Attributes.All)
        {
            if (attribute.Value is not ReferenceAttribute reference) continue;
            attributes = call.Attributes.All.TryGetValue(reference.Name, out AttributeValue? given) || function.AttributeDefaults.All.TryGetValue(reference.Name, out given)
                ? attributes.With(attribute.Key, given)
                : attributes.Without(attribute.Key);
        }

        return attributes;
    }

    /// <summary>
    /// A subgraph sees the values of the body around it; its own get new names too, since a call may stand twice in one place. What is
    /// visible there has one name each (NameScope), so one table serves all levels.
    /// </summary>
    private Graph Rename(Graph graph)
    {
        foreach (string name in GraphCaptures.Definitions(graph)) _values[name] = fresh(call.Name + "/" + name);
        ImmutableArray<Node> nodes = [.. graph.Nodes.Select(Rename)];
        return new Graph(
            graph.Name,
            [.. graph.Inputs.Select(v => v with { Name = _values[v.Name] })],
            [.. graph.Outputs.Select(v => v with { Name = Given(v.Name) })],
            nodes,
            graph.Initializers.ToImmutableDictionary(p => _values[p.Key], p => p.Value),
            graph.Types.Where(p => _values.ContainsKey(p.Key)).ToImmutableDictionary(p => _values[p.Key], p => p.Value));
    }

    private string Given(string name)
        => _values[name].Length > 0 ? _values[name] : throw Invalid("a subgraph hands out '" + name + "', which the call leaves out");

    private ModelException Invalid(string problem) => new(DiagnosticCatalog.InvalidNode.With(call.Label, problem));
}
