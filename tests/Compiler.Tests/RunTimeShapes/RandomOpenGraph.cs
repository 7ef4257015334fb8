using System;
using System.Collections.Generic;
using System.Linq;
using RedGen.Compiler.Graphs;
using RedGen.TestKit;

namespace RedGen.Compiler.Tests.RunTimeShapes;

/// <summary>Random chains of operators over what a Compress lets through: every operator fits every shape, most of which only a call tells.</summary>
internal sealed class RandomOpenGraph
{
    private const int Nodes = 14;

    private readonly OnnxModelWriter _model = new OnnxModelWriter().Opset(18);
    private readonly Random _random;
    private readonly List<(string Name, int Rank)> _values = [];
    private int _next;

    private RandomOpenGraph(int seed) => _random = new Random(seed);

    /// <summary>Writes a graph over x: float32 3×4 and mask: bool 3.</summary>
    public static OnnxModelWriter Write(int seed)
    {
        var graph = new RandomOpenGraph(seed);
        graph._model.Input("x", ElementType.Float32, 3, 4).Input("mask", ElementType.Bool, 3).Node("Compress", "x,mask", "first", n => n.Int("axis", 0));
        graph._values.Add(("x", 2));
        graph._values.Add(("first", 2));
        for (int i = 0; i < Nodes; i++) graph.Add();
        foreach ((string name, _) in graph._values.Skip(2).Reverse().Take(3)) graph._model.Output(name);
        return graph._model;
    }

    private string New() => "v" + _next++;

    private string Integers(params long[] values)
    {
        string name = New();
        _model.Initializer(name, values, values.Length);
        return name;
    }

    private string Node(string op, string inputs, Action<OnnxNodeWriter>? write = null)
    {
        string name = New();
        _model.Node(op, inputs, name, write);
        return name;
    }

    private void Add()
    {
        (string x, int rank) = _values[_random.Next(3) == 0 ? _random.Next(_values.Count) : _values.Count - 1];
        if (rank > 4) (x, rank) = (Node("Flatten", x), 2);
        _values.Add(rank == 0 ? (Node("Unsqueeze", x + "," + Integers(0)), 1) : _random.Next(3) switch
        {
            0 => Compute(x, rank),
            1 => Move(x, rank),
            _ => Select(x, rank),
        });
    }

    private (string Name, int Rank) Compute(string x, int rank)
    {
        int axis = _random.Next(-rank, rank);
        switch (_random.Next(9))
        {
            case 0: return (Node(new[] { "Relu", "Neg", "Sigmoid", "Abs" }[_random.Next(4)], x), rank);
            case 1: return (Node("Sub", x + "," + Node("ReduceMean", x + "," + Integers(axis), n => n.Int("keepdims", 1))), rank);
            case 2: return (Node("Softmax", x, n => n.Int("axis", axis)), rank);
            case 3: return (Node("CumSum", x + "," + Integers(axis)), rank);
            case 4: return (Node("ReduceMax", x + "," + Integers(axis), n => n.Int("keepdims", 0)), rank - 1);
            case 5: return (Node("Add", x + "," + Node("ConstantOfShape", Node("Shape", x))), rank);
            case 6: return (Node("Cast", Node("ArgMax", x, n => n.Int("axis", axis)), n => n.Int("to", 1)), rank);
            case 7 when rank == 2: return (Node("MatMul", x + "," + Node("Transpose", x)), 2);
            default: return (Node("Where", Node("Greater", x + "," + Node("Neg", x)) + "," + x + "," + Node("Exp", Node("Neg", Node("Abs", x)))), rank);
        }
    }

    private (string Name, int Rank) Move(string x, int rank)
    {
        int axis = _random.Next(-rank, rank);
        switch (_random.Next(9))
        {
            case 0: return (Node("Transpose", x), rank);
            case 1: return (Node("Unsqueeze", x + "," + Integers(_random.Next(-rank - 1, rank + 1))), rank + 1);
            case 2: return (Node("Concat", x + "," + Node("Neg", x), n => n.Int("axis", axis)), rank);
            case 3: return (Node("Slice", string.Join(",", [x, Integers(_random.Next(-2, 2)), Integers(_random.Next(-1, 5)), Integers(axis)])), rank);
            case 4: return (Node("Slice", string.Join(",", [x, Integers(-1), Integers(long.MinValue), Integers(axis), Integers(-1 - _random.Next(2))])), rank);
            case 5: return (Node("Reshape", x + "," + Integers(-1)), 1);
            case 6: return (Node("Tile", x + "," + Integers([.. Enumerable.Range(0, rank).Select(_ => (long)_random.Next(1, 3))])), rank);
            case 7: return (Node("Pad", x + "," + Integers([.. Enumerable.Range(0, 2 * rank).Select(_ => (long)_random.Next(2))])), rank);
            default:
                string other = New();
                _model.Node("Split", x, "," + other, n => n.Int("axis", axis).Int("num_outputs", 2));
                return (other, rank);
        }
    }

    private (string Name, int Rank) Select(string x, int rank)
    {
        int axis = _random.Next(-rank, rank);
        switch (_random.Next(6))
        {
            case 0:
                string flat = Node("Reshape", x + "," + Integers(-1));
                return (Node("Compress", flat + "," + Node("Greater", flat + "," + Node("Sigmoid", flat))), 1);
            case 1: return (Node("Cast", Node("NonZero", Node("Relu", x)), n => n.Int("to", 1)), 2);
            case 2: return (Node("Unique", x, n => n.Int("sorted", _random.Next(2))), 1);
            case 3: return (Node("GatherND", x + "," + Node("Transpose", Node("NonZero", x))), 1);
            case 4: return (Node("Gather", x + "," + Node("Range", string.Join(",", [Zero(), Node("Squeeze", Node("Shape", x, n => n.Int("start", axis < 0 ? axis + rank : axis).Int("end", (axis < 0 ? axis + rank : axis) + 1))), One()])), n => n.Int("axis", axis)), rank);
            default:
                string values = New();
                _model.Node("TopK", x + "," + Integers(1), values + ",", n => n.Int("axis", axis));
                return (values, rank);
        }
    }

    private string Zero()
    {
        string name = New();
        _model.Initializer(name, [0L]);
        return name;
    }

    private string One()
    {
        string name = New();
        _model.Initializer(name, [1L]);
        return name;
    }
}
