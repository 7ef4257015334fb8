using System;
using System.Collections.Generic;
using System.Linq;
using System.Runtime.InteropServices;
using Google.Protobuf;
using RedGen.Compiler;
using RedGen.Compiler.Graphs;
using RedGen.Compiler.Import.Proto;

namespace RedGen.Cli.Measure.Calibration;

/// <summary>A made-up network for measuring kernels: layers one after the other, weights from a fixed seed.</summary>
internal sealed class LayerChain
{
    private const int Opset = 17;

    private readonly GraphProto _graph = new() { Name = "chain" };
    private readonly Random _random = new(1);
    private string _value = "x";
    private int[] _shape;

    /// <summary>Begins with an input.</summary>
    public LayerChain(params int[] shape)
    {
        _shape = shape;
        _graph.Input.Add(Value("x", shape));
    }

    /// <summary>A square kernel with bias, half of it as padding, then Relu; as many groups as channels where it is depthwise.</summary>
    public LayerChain Conv(int channels, int kernel, int stride = 1, bool isDepthwise = false) => Conv(channels, kernel, kernel, stride, isDepthwise ? _shape[1] : 1);

    /// <summary>The same along the last axis only.</summary>
    public LayerChain Line(int channels, int kernel) => Conv(channels, 1, kernel, 1, 1);

    /// <summary>The same along the axis before.</summary>
    public LayerChain Column(int channels, int kernel) => Conv(channels, kernel, 1, 1, 1);

    /// <summary>A square pooling without padding.</summary>
    public LayerChain Pool(string op, int kernel, int stride) => Pool(op, kernel, kernel, stride);

    /// <summary>The same along the last axis only.</summary>
    public LayerChain LinePool(string op, int kernel) => Pool(op, 1, kernel, kernel);

    /// <summary>The mean of every channel.</summary>
    public LayerChain GlobalPool() => Go(Add("GlobalAveragePool", [_value]), _shape[0], _shape[1], 1, 1);

    /// <summary>Everything but the batch in one row.</summary>
    public LayerChain Flatten() => Go(Add("Flatten", [_value]), _shape[0], _shape.Skip(1).Aggregate(1, static (a, b) => a * b));

    /// <summary>A product of the last axis with a matrix, then an activation; none where it is empty.</summary>
    public LayerChain Dense(int outputs, string activation = "Relu")
    {
        string product = Add("MatMul", [_value, Weights(_shape[^1], outputs)]);
        string sum = Add("Add", [product, Weights(outputs)]);
        return Go(activation.Length == 0 ? sum : Add(activation, [sum]), [.. _shape[..^1], outputs]);
    }

    /// <summary>A function of every element, or of every row.</summary>
    public LayerChain Function(string op) => Go(Add(op, [_value]), _shape);

    /// <summary>A normalisation of every row.</summary>
    public LayerChain LayerNorm() => Go(Add("LayerNormalization", [_value, Weights(_shape[^1]), Weights(_shape[^1])]), _shape);

    /// <summary>The axes in another order.</summary>
    public LayerChain Transpose(params int[] order) => Go(Add("Transpose", [_value], Ints("perm", order)), [.. order.Select(a => _shape[a])]);

    /// <summary>The model.</summary>
    public ModelSource ToModel(string name)
    {
        GraphProto graph = _graph.Clone();
        graph.Output.Add(Value(_value, _shape));
        var model = new ModelProto { IrVersion = 8, Graph = graph };
        model.OpsetImport.Add(new OperatorSetIdProto { Domain = "", Version = Opset });
        return ModelSource.FromBytes(name + ".onnx", model.ToByteArray());
    }

    private LayerChain Conv(int channels, int height, int width, int stride, int groups)
    {
        string conv = Add("Conv", [_value, Weights(channels, _shape[1] / groups, height, width), Weights(channels)],
            Ints("kernel_shape", height, width), Ints("strides", stride, stride), Ints("pads", height / 2, width / 2, height / 2, width / 2), Int("group", groups));
        int Out(int length, int kernel) => ((length + (kernel / 2 * 2) - kernel) / stride) + 1;
        return Go(Add("Relu", [conv]), _shape[0], channels, Out(_shape[2], height), Out(_shape[3], width));
    }

    private LayerChain Pool(string op, int height, int width, int stride)
        => Go(Add(op, [_value], Ints("kernel_shape", height, width), Ints("strides", stride, stride)), _shape[0], _shape[1], ((_shape[2] - height) / stride) + 1, ((_shape[3] - width) / stride) + 1);

    private LayerChain Go(string value, params int[] shape)
    {
        (_value, _shape) = (value, shape);
        return this;
    }

    private string Add(string op, IEnumerable<string> inputs, params ReadOnlySpan<AttributeProto> attributes)
    {
        string name = FormattableString.Invariant($"{op}{_graph.Node.Count}");
        var node = new NodeProto { OpType = op, Name = name, Input = { inputs }, Output = { name } };
        foreach (AttributeProto attribute in attributes) node.Attribute.Add(attribute);
        _graph.Node.Add(node);
        return name;
    }

    /// <summary>Small enough that no activation overflows, whatever the depth.</summary>
    private string Weights(params int[] shape)
    {
        string name = FormattableString.Invariant($"w{_graph.Initializer.Count}");
        var values = new float[shape.Aggregate(1, static (a, b) => a * b)];
        double size = 2 / Math.Sqrt(shape.Length == 1 ? 4 : values.Length / (double)shape[shape.Length == 2 ? 1 : 0]);
        for (int i = 0; i < values.Length; i++) values[i] = (float)((_random.NextDouble() - 0.5) * size);
        _graph.Initializer.Add(new TensorProto { Name = name, DataType = (int)ElementType.Float32, Dims = { shape.Select(static d => (long)d) }, RawData = ByteString.CopyFrom(MemoryMarshal.AsBytes(values.AsSpan())) });
        return name;
    }

    private static ValueInfoProto Value(string name, int[] shape)
    {
        var dims = new TensorShapeProto();
        foreach (int length in shape) dims.Dim.Add(new TensorShapeProto.Types.Dimension { DimValue = length });
        return new ValueInfoProto { Name = name, Type = new TypeProto { TensorType = new TypeProto.Types.Tensor { ElemType = (int)ElementType.Float32, Shape = dims } } };
    }

    private static AttributeProto Ints(string name, params int[] values)
        => new() { Name = name, Type = AttributeProto.Types.AttributeType.Ints, Ints = { values.Select(static v => (long)v) } };

    private static AttributeProto Int(string name, long value) => new() { Name = name, Type = AttributeProto.Types.AttributeType.Int, I = value };
}
