using System;
using System.Collections.Generic;
using System.Linq;
using RedGen.Compiler.Graphs;

namespace RedGen.Compiler.Tests.Passes;

/// <summary>
/// A small valid graph that a seed decides: layers with their usual companions, and what exporters leave between them. The same
/// seed with fewer nodes gives the beginning of the same graph, so that failures shrink.
/// </summary>
internal sealed class RandomGraph
{
    private readonly Random _random;
    private readonly GraphAuthor _author = new();
    private readonly RandomWeights _weights;
    private readonly RandomLayers _layers;

    private RandomGraph(int seed)
    {
        _random = new Random(seed);
        _weights = new RandomWeights(_random, _author);
        _layers = new RandomLayers(_random, _author, _weights);
    }

    /// <summary>Makes the graph, with types inferred.</summary>
    public static Graph Make(int seed, int nodes) => new RandomGraph(seed).Make(nodes);

    private Graph Make(int nodes)
    {
        _author.Input(1 + (_random.Next(4) / 3), _random.Next(1, 5), _random.Next(3, 7), _random.Next(3, 7));
        if (_random.Next(2) == 0) _author.Input(_random.Next(1, 3), _random.Next(2, 9));
        int tries = 0;
        while (_author.Nodes.Count < nodes && tries++ < nodes * 8) Step();
        return Rewriting.Infer(_author.ToGraph(Outputs()));
    }

    private void Step()
    {
        // Mostly the newest value, so that layers form chains; sometimes an old one, so that values have several readers.
        List<string> values = _author.Values;
        string x = _random.Next(4) == 0 ? values[_random.Next(values.Count)] : values[^1];
        int rank = _author.Lengths(x).Length;
        switch (_random.Next(12))
        {
            case 0 or 1 or 2 when rank == 4: _layers.Spatial(x); break;
            case 3 or 4 when rank == 4: _layers.Normalisation(x); break;
            case 0 or 1 or 2 when rank is 2 or 3: _layers.Product(x); break;
            case 5 or 6: Activation(x); break;
            case 7: Arithmetic(x); break;
            case 8: Join(x); break;
            case 9: Repeat(); break;
            case 10: _layers.Layout(x); break;
            default: _layers.View(x); break;
        }
    }

    private void Activation(string x)
    {
        string op = Pick("Relu", "Relu", "Sigmoid", "Tanh", "Abs", "Neg", "Identity", "Dropout", "Clip", "Softmax", "LeakyRelu");
        if (op == "Softmax" && _author.Lengths(x).Length == 0) op = "Relu"; // a scalar has no axis
        _author.Add(op, [x], op == "LeakyRelu" ? NodeAttributes.Empty.With("alpha", new FloatAttribute(0.25f)) : null);
    }

    /// <summary>Arithmetic with a constant: a number, one a channel, or a neutral element.</summary>
    private void Arithmetic(string x)
    {
        int[] lengths = _author.Lengths(x);
        string op = Pick("Add", "Mul", "Sub", "Div", "Pow", "Max");
        string constant = _random.Next(5) switch
        {
            0 => _weights.Filled(Pick(0f, -0f, 1f, 2f, 0.5f, 4f), Pick<int[]>([], [1], lengths)),
            1 => _weights.Positive([]),
            2 when lengths.Length > 1 => _weights.Positive([.. lengths.Skip(1).Select((l, i) => i == 0 ? l : 1)]),
            3 when lengths.Length > 0 => _weights.Positive([lengths[^1]]),
            _ => _weights.Positive([.. lengths.Select(l => _random.Next(2) == 0 ? l : 1)]),
        };
        if (op == "Pow") constant = _weights.Filled(Pick(1f, 2f, 3f), Pick<int[]>([], [1]));
        if (op == "Div") constant = _weights.Filled(Pick(1f, 2f, 0.5f, 3f, -4f), Pick<int[]>([], [1]));
        bool swap = op is "Add" or "Mul" or "Sub" or "Max" && _random.Next(3) == 0;
        _author.Add(op, swap ? [constant, x] : [x, constant]);
    }

    /// <summary>Two values of one shape: a residual sum, or a Concat.</summary>
    private void Join(string x)
    {
        int[] lengths = _author.Lengths(x);
        string[] partners = [.. _author.Values.Where(v => _author.Lengths(v).SequenceEqual(lengths))];
        string y = partners[_random.Next(partners.Length)];
        if (_random.Next(3) > 0) _author.Add(Pick("Add", "Sub", "Mul", "Max"), [x, y]);
        else if (lengths.Length > 0) _author.Add("Concat", _random.Next(3) == 0 ? [x] : [x, y], NodeAttributes.Empty.With("axis", _random.Next(lengths.Length)));
    }

    /// <summary>The same computation a second time.</summary>
    private void Repeat()
    {
        if (_author.Nodes.Count == 0) return;
        Node node = _author.Nodes[_random.Next(_author.Nodes.Count)];
        _author.Add(node.Operator.Name, [.. node.Inputs], node.Attributes, node.Operator.Version, node.Outputs.Length);
    }

    /// <summary>The last value, and some in the middle.</summary>
    private IEnumerable<string> Outputs()
    {
        string[] computed = [.. _author.Nodes.SelectMany(n => n.Outputs).Where(_author.Values.Contains)];
        if (computed.Length == 0) return [_author.Add("Relu", [_author.Values[0]])!];
        return computed.Where((_, i) => i == computed.Length - 1 || _random.Next(6) == 0);
    }

    private T Pick<T>(params T[] choices) => choices[_random.Next(choices.Length)];
}
