using System;
using System.Collections.Generic;
using System.Linq;
using RedGen.Compiler.Graphs;
using RedGen.Compiler.Operators;
using RedGen.TestKit;

namespace RedGen.Compiler.Tests.Fuzzing;

/// <summary>
/// Well-formed models of every operator in the table, written from its schema: allowed types, and shapes, attributes and
/// constants that are sometimes sensible, so that inference goes far, and sometimes absurd.
/// </summary>
internal sealed class HostileOperators
{
    private static readonly long[] Absurd = [0, 1, -1, 2, -2, 5, 1000, 65_536, int.MaxValue, (long)int.MaxValue + 1, int.MinValue, 1L << 40, long.MaxValue, long.MinValue];
    private const int TameFloats = 5;
    private static readonly float[] Floats = [0, -0f, 1, -1, 0.5f, 1e-5f, float.NaN, float.PositiveInfinity, float.NegativeInfinity, float.MaxValue, float.Epsilon];
    private static readonly string[] Texts = ["", "NOTSET", "SAME_UPPER", "SAME_LOWER", "VALID", "constant", "reflect", "edge", "wrap", "add", "mul", "bilinear", "linear", "tanh", "none", "\u0000"];

    private readonly Random _random;
    private readonly OnnxModelWriter _writer = new();
    private readonly List<string> _values = [];
    private readonly int _version;
    private readonly bool _isTame;
    private int _names;
    private int _depth;

    private HostileOperators(Random random, bool isTame)
    {
        _isTame = isTame;
        _random = random;
        _version = random.Next(1, 29);
    }

    /// <summary>One model.</summary>
    public static byte[] Make(Random random) => new HostileOperators(random, isTame: false).Make();

    /// <summary>One model of one node, whose numbers are all small: many of these compile.</summary>
    public static byte[] MakeTame(Random random) => new HostileOperators(random, isTame: true).Make();

    /// <summary>A model of thousands of nodes one after the other, or side by side.</summary>
    public static byte[] MakeLong(Random random)
    {
        OnnxModelWriter writer = new OnnxModelWriter().Opset(13).Input("x", ElementType.Float32, 1, 2, 3, 4).Initializer("c", [2f]).Initializer("s", [1L, 2, 3, 4], 4);
        int count = random.Next(1000, 3000);
        int kind = random.Next(8);
        string last = "x";
        for (int i = 0; i < count; i++)
        {
            string next = "v" + i;
            string from = kind >= 6 ? "x" : last;
            switch (kind)
            {
                case 0 or 6: writer.Node(i % 3 == 0 ? "Relu" : "Identity", from, next); break;
                case 1: writer.Node("Transpose", from, next, n => n.Ints("perm", 0, 2, 3, 1)); break;
                case 2 or 7: writer.Node(i % 2 == 0 ? "Mul" : "Add", from + ",c", next); break;
                case 3: writer.Node("Reshape", from + ",s", next); break;
                case 4: writer.Node("Add", from + "," + from, next); break;
                default: writer.Node("Concat", from + "," + from, next, n => n.Int("axis", i % 4)); break;
            }

            last = next;
        }

        return writer.Output(last).Output("v" + random.Next(count)).ToBytes();
    }

    private byte[] Make()
    {
        _writer.IrVersion(13).Opset(_version);
        for (int i = _random.Next(1, 4); i > 0; i--) Input(ElementType.Float32);
        for (int i = _isTame ? 1 : _random.Next(1, 6); i > 0; i--) AddNode();
        return _writer.Output(_values[^1]).Output(_values[_random.Next(_values.Count)]).ToBytes();
    }

    private void AddNode()
    {
        OperatorSchema schema = OperatorTable.All[_random.Next(OperatorTable.All.Length)].Schema;
        var inputs = new List<string>();
        foreach (Parameter formal in schema.Inputs)
        {
            if (formal.Since > _version || (formal.Arity == Arity.Optional && _random.Next(2) == 0)) inputs.Add("");
            else for (int i = formal.Arity == Arity.Variadic ? _random.Next(1, 4) : 1; i > 0; i--) inputs.Add(Operand(formal));
        }

        string[] outputs = [.. schema.Outputs.Select(_ => "y" + _names++)];
        if (_random.Next(2) == 0) outputs = outputs[..1];
        _writer.Node(schema.Name, string.Join(",", inputs), string.Join(",", outputs), node =>
        {
            if (schema.Domain.Length > 0) node.Domain(schema.Domain);
            foreach (AttributeSpec spec in schema.Attributes)
                if (spec.Since <= _version && _version <= spec.Until && (spec.Required || _random.Next(2) == 0)) Attribute(node, spec);
        });
        _values.AddRange(outputs);
    }

    private string Operand(Parameter formal)
    {
        ElementType[] types = [.. Enum.GetValues<ElementType>().Where(t => formal.Types.Contains(t))];
        ElementType type = types.Contains(ElementType.Float32) && _random.Next(4) > 0 ? ElementType.Float32 : types[_random.Next(types.Length)];
        if (type == ElementType.Int64) return Integers();
        if (type == ElementType.Float32 && _random.Next(3) > 0) return _values[_random.Next(_values.Count)];
        return type == ElementType.Float32 && _random.Next(2) == 0 ? Weights() : Input(type);
    }

    private string Input(ElementType type)
    {
        string name = "x" + _names++;
        _writer.Input(name, type, [.. Enumerable.Range(0, _random.Next(6)).Select(_ => (OnnxDim)(_random.Next(8) == 0 ? Math.Abs(Number() % (1L << 45)) : _random.Next(1, 5)))]);
        _values.Add(name);
        return name;
    }

    private string Weights()
    {
        string name = "w" + _names++;
        int[] lengths = [.. Enumerable.Range(0, _random.Next(5)).Select(_ => _random.Next(_random.Next(20) == 0 ? 0 : 1, 4))];
        _writer.Initializer(name, [.. Enumerable.Range(0, lengths.Aggregate(1, (a, b) => a * b)).Select(_ => Real())], lengths);
        return name;
    }

    private string Integers()
    {
        string name = "i" + _names++;
        long[] values = [.. Enumerable.Range(0, _random.Next(9)).Select(_ => Number())];
        if (_random.Next(4) == 0) _writer.Initializer(name, Tensor.Of([Number()]));
        else _writer.Initializer(name, values, values.Length);
        return name;
    }

    private float Real() => Floats[_random.Next(_isTame ? TameFloats : Floats.Length)];

    private long Number() => _isTame || _random.Next(3) > 0 ? _random.Next(-1, 6) : Absurd[_random.Next(Absurd.Length)];

    /// <summary>A subgraph that reads its inputs and what stands around it; now and then it fits the node.</summary>
    private void Body(OnnxGraphWriter graph)
    {
        if (_depth > 3) return;
        _depth++;
        string[] inputs = [.. Enumerable.Range(0, _random.Next(5)).Select(_ => "b" + _names++)];
        for (int i = 0; i < inputs.Length; i++) graph.Input(inputs[i], i switch { 0 => ElementType.Int64, 1 => ElementType.Bool, _ => ElementType.Float32 });
        string[] read = [.. inputs, .. _values];
        for (int i = _random.Next(4); i > 0 && read.Length > 0; i--)
        {
            string output = "n" + _names++;
            string from = read[_random.Next(read.Length)];
            switch (_random.Next(5))
            {
                case 0: graph.Node("Add", from + "," + read[_random.Next(read.Length)], output); break;
                case 1: graph.Node("Shape", from, output); break;
                case 2: graph.Node("Not", from, output); break;
                case 3: graph.Node("If", from, output, n => n.Graph("then_branch", Body).Graph("else_branch", Body)); break;
                default: graph.Node("Identity", from, output); break;
            }

            read = [.. read, output];
        }

        for (int i = _random.Next(5); i > 0 && read.Length > 0; i--) graph.Output(_random.Next(2) == 0 && inputs.Length > 1 ? inputs[1] : read[_random.Next(read.Length)]);
        _depth--;
    }

    private void Attribute(OnnxNodeWriter node, AttributeSpec spec)
    {
        int count = _random.Next(6);
        switch (spec.Kind)
        {
            case AttributeKind.Int: node.Int(spec.Name, _isTame && spec.Name is "to" or "dtype" or "output_dtype" ? _random.Next(1, 27) : Number()); break;
            case AttributeKind.Float: node.Float(spec.Name, Real()); break;
            case AttributeKind.String: node.String(spec.Name, Texts[_random.Next(Texts.Length)]); break;
            case AttributeKind.Ints: node.Ints(spec.Name, [.. Enumerable.Range(0, count).Select(_ => Number())]); break;
            case AttributeKind.Floats: node.Floats(spec.Name, [.. Enumerable.Range(0, count).Select(_ => Real())]); break;
            case AttributeKind.Strings: node.Strings(spec.Name, [.. Enumerable.Range(0, count).Select(_ => Texts[_random.Next(Texts.Length)])]); break;
            case AttributeKind.Graph: node.Graph(spec.Name, Body); break;
            case AttributeKind.Tensor: node.Tensor(spec.Name, Tensor.Of([Number()], 1)); break;
        }
    }
}
