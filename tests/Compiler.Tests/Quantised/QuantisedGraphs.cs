using System;
using System.Collections.Generic;
using System.Linq;
using RedGen.Compiler.Execute;
using RedGen.Compiler.Graphs;

namespace RedGen.Compiler.Tests.Quantised;

/// <summary>Random graphs of operators between DequantizeLinear and QuantizeLinear, as exporters write them.</summary>
internal sealed class QuantisedGraphs(QuantisedModel model)
{
    private int _names;

    /// <summary>The kinds of neighbourhoods, with what writes a random one.</summary>
    public static IReadOnlyDictionary<string, Action<QuantisedGraphs>> All { get; } = new Dictionary<string, Action<QuantisedGraphs>>
    {
        ["Conv"] = g => g.Conv(groups: 1),
        ["depthwise Conv"] = g => g.Conv(groups: 0),
        ["grouped Conv"] = g => g.Conv(groups: 2),
        ["Gemm"] = g => g.Product("Gemm"),
        ["MatMul"] = g => g.Product("MatMul"),
        ["Conv without QuantizeLinear"] = g => g.Conv(groups: 1, quantises: false),
        ["residual"] = g => g.Residual(),
        ["AveragePool"] = g => g.Pool("AveragePool"),
        ["GlobalAveragePool"] = g => g.Pool("GlobalAveragePool"),
        ["MaxPool"] = g => g.Pool("MaxPool"),
        ["Concat"] = g => g.Concat(),
        ["moves"] = g => g.Moves(),
        ["activation"] = g => g.Activation(),
        ["gate"] = g => g.Gate(),
        ["network"] = g => g.Network(),
    };

    private static bool IsFloatEnd(string name) => name == "Conv without QuantizeLinear";

    /// <summary>Whether results are integers, which must be equal.</summary>
    public static bool IsExact(string name) => !IsFloatEnd(name);

    private string Name(string stem) => stem + _names++;

    /// <summary>An input of integers, dequantised.</summary>
    private string Input(int[] lengths, out ElementType type, float? scale = null)
    {
        type = model.Pick(ElementType.Int8, ElementType.UInt8);
        string x = Name("x");
        model.Value(x, type, lengths);
        return Dequantize(x, type, scale ?? Scale());
    }

    private float Scale() => model.Pick(0.0078125f, 0.02f, 0.0123f, 0.5f, 0.1f + (float)model.Random.NextDouble());

    private string Constant(ElementType type, double value)
    {
        string name = Name("c");
        model.Writer.Initializer(name, (type.IsFloat() ? new ReferenceTensor(type, [], [value]) : new ReferenceTensor(type, [], [(long)value])).Rounded().ToTensor());
        return name;
    }

    private string Dequantize(string value, ElementType type, float scale, int? zero = null)
    {
        string output = Name("d");
        model.Node("DequantizeLinear", value + "," + Constant(ElementType.Float32, scale) + "," + Constant(type, zero ?? Zero(type)), output);
        return output;
    }

    private string Quantize(string value, ElementType type, float scale, int? zero = null)
    {
        string output = Name("q");
        model.Node("QuantizeLinear", value + "," + Constant(ElementType.Float32, scale) + "," + Constant(type, zero ?? Zero(type)), output);
        return output;
    }

    private int Zero(ElementType type) => model.Pick(0, type == ElementType.Int8 ? model.Random.Next(-128, 128) : model.Random.Next(256), type == ElementType.Int8 ? -128 : 128);

    /// <summary>Constant weights, dequantised with one scale or one for each position of an axis.</summary>
    private string Weights(int[] lengths, int axis)
    {
        ElementType type = model.Pick(ElementType.Int8, ElementType.UInt8);
        int[] scales = model.Random.Next(2) == 0 ? [lengths[axis]] : [];
        var integers = new ReferenceTensor(type, lengths);
        for (int i = 0; i < integers.Count; i++) integers.Integers![i] = model.Random.Next(256);
        var steps = new ReferenceTensor(ElementType.Float32, scales);
        for (int i = 0; i < steps.Count; i++) steps.Reals![i] = 0.001 + (0.01 * model.Random.NextDouble());
        var zeros = new ReferenceTensor(type, scales);
        int zero = type == ElementType.Int8 ? 0 : model.Pick(0, 128, 151);
        for (int i = 0; i < zeros.Count; i++) zeros.Integers![i] = zero;
        (string w, string s, string z, string output) = (Name("w"), Name("ws"), Name("wz"), Name("d"));
        model.Writer.Initializer(w, integers.Rounded().ToTensor());
        model.Writer.Initializer(s, steps.Rounded().ToTensor());
        model.Writer.Initializer(z, zeros.Rounded().ToTensor());
        model.Node("DequantizeLinear", w + "," + s + "," + z, output, n => n.Int("axis", axis));
        return output;
    }

    /// <summary>A bias of int32, dequantised, or of floats.</summary>
    private string Bias(int channels)
    {
        var integers = new ReferenceTensor(ElementType.Int32, [channels]);
        for (int i = 0; i < channels; i++) integers.Integers![i] = model.Random.Next(-20_000, 20_000);
        string b = Name("b");
        model.Writer.Initializer(b, integers.ToTensor());
        string output = Name("d");
        model.Node("DequantizeLinear", b + "," + Constant(ElementType.Float32, 0.0001), output);
        return output;
    }

    private string Activate(string value)
    {
        string output = Name("a");
        switch (model.Random.Next(3))
        {
            case 0: model.Node("Relu", value, output); return output;
            case 1: model.Node("Clip", value + "," + Constant(ElementType.Float32, 0) + "," + Constant(ElementType.Float32, 6), output); return output;
            default: return value;
        }
    }

    private string ConvOf(string x, int[] lengths, int groups, int outputs, int[] kernel, long[] pads, long stride, bool canDilate = true)
    {
        string w = Weights([outputs, lengths[1] / groups, .. kernel], 0);
        string y = Name("y");
        model.Node("Conv", x + "," + w + (model.Random.Next(2) == 0 ? "," + Bias(outputs) : ""), y, n =>
            n.Int("group", groups).Ints("strides", [.. kernel.Select(_ => stride)]).Ints("pads", pads).Ints("dilations", [.. kernel.Select(_ => canDilate && stride == 1 ? 1L + (model.Random.Next(8) / 7) : 1L)]));
        return y;
    }

    private void Conv(int groups, bool quantises = true)
    {
        int channels = groups == 0 ? model.Random.Next(1, 6) : Math.Max(1, groups) * model.Random.Next(1, 20);
        int count = groups == 0 ? channels : groups;
        int[] kernel = [.. Enumerable.Range(0, model.Random.Next(1, 4)).Select(_ => model.Random.Next(1, 4))];
        int[] x = [model.Random.Next(1, 3), channels, .. kernel.Select(k => (2 * k) + model.Random.Next(1, 9))];
        string value = ConvOf(Input(x, out _), x, count, count * model.Random.Next(1, 6), kernel, [.. kernel.Concat(kernel).Select(k => (long)model.Random.Next(0, k))], model.Random.Next(1, 3));
        if (quantises) value = Quantize(Activate(value), model.Pick(ElementType.Int8, ElementType.UInt8), Scale());
        model.Output(value);
    }

    private void Product(string op)
    {
        int depth = model.Random.Next(1, 80);
        int columns = model.Random.Next(1, 20);
        int[] x = op == "MatMul" && model.Random.Next(2) == 0 ? [2, model.Random.Next(1, 4), depth] : [model.Random.Next(1, 70), depth];
        bool transposed = op == "Gemm" && model.Random.Next(2) == 0;
        string a = Input(x, out _);
        string w = Weights(transposed ? [columns, depth] : [depth, columns], transposed ? 0 : 1);
        string y = Name("y");
        model.Node(op, a + "," + w + (op == "Gemm" && model.Random.Next(2) == 0 ? "," + Bias(columns) : ""), y, n => _ = op == "Gemm" ? n.Int("transB", transposed ? 1 : 0) : n);
        if (op == "MatMul" && model.Random.Next(2) == 0)
        {
            string sum = Name("y");
            model.Node("Add", model.Random.Next(2) == 0 ? y + "," + Bias(columns) : Bias(columns) + "," + y, sum);
            y = sum;
        }

        model.Output(Quantize(Activate(y), model.Pick(ElementType.Int8, ElementType.UInt8), Scale()));
    }

    /// <summary>A dequantised value that two read.</summary>
    private void Residual()
    {
        int[] x = [1, 4, 6, 5];
        string input = Input(x, out _);
        ElementType type = model.Pick(ElementType.Int8, ElementType.UInt8);
        string branch = Dequantize(Quantize(Activate(ConvOf(input, x, 1, 4, [3, 3], [1, 1, 1, 1], 1, canDilate: false)), type, 0.05f), type, 0.05f);
        string sum = Name("y");
        model.Node("Add", input + "," + branch, sum);
        model.Output(Quantize(Activate(sum), ElementType.Int8, Scale()));
    }

    private void Pool(string op)
    {
        int[] x = [1, model.Random.Next(1, 5), 8, 6];
        float scale = Scale();
        string y = Name("y");
        model.Node(op, Input(x, out ElementType type, scale), y, n => _ = op == "GlobalAveragePool" ? n : n.Ints("kernel_shape", 2, 3).Ints("strides", 2, 1).Ints("pads", 0, model.Random.Next(2), 0, model.Random.Next(2)));
        model.Output(Quantize(y, model.Random.Next(2) == 0 ? type : ElementType.Int8, model.Random.Next(2) == 0 ? scale : Scale()));
    }

    private void Concat()
    {
        float scale = Scale();
        string[] parts = [.. Enumerable.Range(1, 3).Select(i => Input([2, i, 3], out _, model.Random.Next(2) == 0 ? scale : Scale()))];
        string y = Name("y");
        model.Node("Concat", string.Join(",", parts), y, n => n.Int("axis", 1));
        model.Output(Quantize(y, ElementType.UInt8, scale));
    }

    private void Moves()
    {
        float scale = Scale();
        string value = Input([2, 3, 4], out ElementType type, scale);
        (string a, string b, string c, string d) = (Name("y"), Name("y"), Name("y"), Name("y"));
        string pads = Name("p");
        model.Writer.Initializer(pads, [0L, 1, 0, 2, 0, 1], 6);
        model.Node("Transpose", value, a, n => n.Ints("perm", 2, 0, 1)).Node("Pad", a + "," + pads, b, n => n.String("mode", model.Pick("constant", "edge"))).Node("Split", b, c + "," + d, n => n.Int("axis", 0));
        string flat = Name("y");
        model.Node("Flatten", c, flat);
        model.Output(Quantize(flat, type, scale)).Output(Quantize(d, ElementType.UInt8, Scale()));
    }

    private void Activation()
    {
        string y = Name("y");
        string op = model.Pick("Relu", "LeakyRelu", "Abs", "Neg", "Sqrt", "Sigmoid", "Tanh", "HardSwish", "Exp");
        model.Node(op, Input([5, model.Pick(7, 40)], out _), y);
        model.Output(Quantize(y, model.Pick(ElementType.Int8, ElementType.UInt8), Scale()));
    }

    /// <summary>Functions of one input that meet again, with conversions in between or none; another layer may read the input too.</summary>
    private void Gate()
    {
        string x = Input([3, model.Pick(17, 80)], out ElementType type), gate = Name("y"), y = Name("y");
        model.Node(model.Pick("Sigmoid", "HardSigmoid", "Tanh", "Relu"), x, gate);
        if (model.Pick(false, true)) gate = Dequantise(gate, model.Pick(ElementType.Int8, ElementType.UInt8));
        model.Node(model.Pick("Mul", "Add", "Max"), model.Pick(x + "," + gate, gate + "," + x), y);
        model.Output(Quantize(y, type, Scale()));
        if (!model.Pick(false, true)) return;
        string other = Name("y");
        model.Node("Neg", model.Pick(x, gate), other);
        model.Output(Quantize(other, type, Scale()));
    }

    private string Dequantise(string value, ElementType type)
    {
        float scale = Scale();
        return Dequantize(Quantize(value, type, scale), type, scale);
    }

    /// <summary>Several layers one after the other, with residuals, each between conversions.</summary>
    private void Network()
    {
        int[] x = [1, 4, 8, 7];
        string value = Input(x, out ElementType type);
        for (int layer = 0; layer < 5; layer++)
        {
            string result = Name("y");
            switch (model.Random.Next(5))
            {
                case 0: result = Activate(ConvOf(value, x, 1, 4, [3, 3], [1, 1, 1, 1], 1, canDilate: false)); break;
                case 1: result = Activate(ConvOf(value, x, 4, 4, [3, 3], [1, 1, 1, 1], 1, canDilate: false)); break;
                case 2: model.Node("Sigmoid", value, result); break;
                case 3: model.Node("MaxPool", value, result, n => n.Ints("kernel_shape", 3, 3).Ints("pads", 1, 1, 1, 1)); break;
                default:
                    ElementType inner = model.Pick(ElementType.Int8, ElementType.UInt8);
                    model.Node("Add", value + "," + Dequantize(Quantize(ConvOf(value, x, 1, 4, [1, 1], [0, 0, 0, 0], 1, canDilate: false), inner, 0.05f), inner, 0.05f), result);
                    break;
            }

            float scale = Scale();
            int zero = Zero(type);
            value = Dequantize(Quantize(result, type, scale, zero), type, scale, zero);
        }

        model.Output(Quantize(value, ElementType.Int8, Scale()));
    }
}
