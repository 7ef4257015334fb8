using System;
using System.Linq;
using RedGen.Compiler.Execute;
using RedGen.Compiler.Graphs;
using RedGen.TestKit;

namespace RedGen.Compiler.Tests.Quantised;

/// <summary>A random network of integers over one image: convolutions between DequantizeLinear and QuantizeLinear and QLinearConv, depthwise ones, residuals and poolings, of sizes that fit nothing.</summary>
internal sealed class QuantisedChain(QuantisedModel model)
{
    private int[] _lengths = [];
    private int _names;

    private Random Random => model.Random;

    /// <summary>Writes the network.</summary>
    public void Write()
    {
        _lengths = [1, Random.Next(1, 5), Random.Next(12, 26), Random.Next(4, 15)];
        Integers value = Start();
        value = Layer(value, Random.Next(4, 9), groups: 1);
        for (int layers = Random.Next(2, 6); layers > 0 && _lengths[2] > 5 && _lengths[3] > 3; layers--)
        {
            value = Random.Next(6) switch
            {
                0 => Layer(value, Random.Next(1, 10), groups: 1),
                1 => Layer(value, _lengths[1] * Random.Next(1, 3), groups: _lengths[1]),
                2 when _lengths[1] % 2 == 0 => Layer(value, 2 * Random.Next(1, 5), groups: 2),
                3 => Largest(value),
                4 => Average(value, "AveragePool"),
                _ => Residual(value),
            };
        }

        if (Random.Next(2) == 0) value = Average(value, "GlobalAveragePool");
        model.Output(value.Name);
    }

    private string Name(string stem) => "chain_" + stem + _names++;

    private ElementType Byte() => model.Pick(ElementType.Int8, ElementType.UInt8);

    private Integers Of(ElementType type, string name = "q")
        => new(Name(name), type, model.Pick(0.02f, 0.0123f, 0.05f + (float)Random.NextDouble()), model.Pick(0, type == ElementType.Int8 ? -128 : 128, type == ElementType.Int8 ? Random.Next(-128, 128) : Random.Next(256)));

    /// <summary>An image of integers, or of floats that are quantised.</summary>
    private Integers Start()
    {
        Integers value = Of(Byte());
        if (Random.Next(2) == 0)
        {
            model.Value(value.Name, value.Type, _lengths);
            return value;
        }

        string image = Name("x");
        model.Value(image, ElementType.Float32, _lengths);
        return Quantize(image, value);
    }

    private string Constant(ElementType type, params double[] values)
    {
        string name = Name("c");
        int[] lengths = values.Length == 1 ? [] : [values.Length];
        model.Writer.Initializer(name, (type.IsFloat() ? new ReferenceTensor(type, lengths, [.. values]) : new ReferenceTensor(type, lengths, [.. values.Select(v => (long)v)])).Rounded().ToTensor());
        return name;
    }

    private string Dequantize(Integers value)
    {
        string real = Name("d");
        model.Node("DequantizeLinear", $"{value.Name},{Constant(ElementType.Float32, value.Scale)},{Constant(value.Type, value.Zero)}", real);
        return real;
    }

    private Integers Quantize(string real, Integers result)
    {
        model.Node("QuantizeLinear", $"{real},{Constant(ElementType.Float32, result.Scale)},{Constant(result.Type, result.Zero)}", result.Name);
        return result;
    }

    /// <summary>A convolution with whatever window fits.</summary>
    private Integers Layer(Integers x, int outputs, int groups)
    {
        int[] kernel = [Random.Next(1, Math.Min(7, _lengths[2])), Random.Next(1, Math.Min(7, _lengths[3]))];
        int stride = Random.Next(1, 3), dilation = kernel.Max() < 3 && stride == 1 ? Random.Next(1, 3) : 1;
        int[] pads = [.. kernel.Concat(kernel).Select(k => Random.Next(0, k))];
        return Convolution(x, outputs, groups, kernel, pads, stride, dilation);
    }

    private Integers Convolution(Integers x, int outputs, int groups, int[] kernel, int[] pads, int stride, int dilation)
    {
        ElementType type = Byte();
        int zero = type == ElementType.Int8 ? 0 : model.Pick(128, 151);
        var weights = new ReferenceTensor(type, [outputs, _lengths[1] / groups, .. kernel]);
        for (int i = 0; i < weights.Count; i++) weights.Integers![i] = zero + Random.Next(-90, 91);
        string w = Name("w");
        model.Writer.Initializer(w, weights.Rounded().ToTensor());
        double[] scales = [.. Enumerable.Range(0, Random.Next(2) == 0 ? outputs : 1).Select(_ => 0.001 + (0.01 * Random.NextDouble()))];
        string scale = Constant(ElementType.Float32, scales), zeros = Constant(type, [.. scales.Select(_ => (double)zero)]);
        string bias = Name("b");
        model.Writer.Initializer(bias, new ReferenceTensor(ElementType.Int32, [outputs], [.. Enumerable.Range(0, outputs).Select(_ => (long)Random.Next(-9000, 9000))]).ToTensor());
        Integers result = Of(Byte());
        if (Random.Next(3) == 0)
        {
            string inputs = $"{x.Name},{Constant(ElementType.Float32, x.Scale)},{Constant(x.Type, x.Zero)},{w},{scale},{zeros},{Constant(ElementType.Float32, result.Scale)},{Constant(result.Type, result.Zero)},{bias}";
            model.Node("QLinearConv", inputs, result.Name, Geometry);
        }
        else
        {
            (string dw, string db, string y) = (Name("dw"), Name("db"), Name("y"));
            model.Node("DequantizeLinear", $"{w},{scale},{zeros}", dw, n => n.Int("axis", 0)).Node("DequantizeLinear", $"{bias},{Constant(ElementType.Float32, 0.0001)}", db);
            model.Node("Conv", $"{Dequantize(x)},{dw},{db}", y, Geometry);
            result = Quantize(Activate(y), result);
        }

        _lengths = [1, outputs, Out(0), Out(1)];
        return result;

        void Geometry(OnnxNodeWriter n)
            => n.Int("group", groups).Ints("strides", stride, stride).Ints("dilations", dilation, dilation).Ints("pads", [.. pads.Select(p => (long)p)]).Ints("kernel_shape", [.. kernel.Select(k => (long)k)]);
        int Out(int axis) => ((_lengths[2 + axis] + pads[axis] + pads[axis + 2] - ((kernel[axis] - 1) * dilation) - 1) / stride) + 1;
    }

    private string Activate(string real)
    {
        if (Random.Next(2) == 0) return real;
        string result = Name("a");
        model.Node("Relu", real, result);
        return result;
    }

    /// <summary>What two convolutions make of a value, and the value itself.</summary>
    private Integers Residual(Integers x)
    {
        int channels = _lengths[1];
        Integers inner = Convolution(x, Random.Next(1, 7), 1, [3, 3], [1, 1, 1, 1], 1, 1);
        Integers branch = Convolution(inner, channels, 1, [1, 3], [0, 1, 0, 1], 1, 1);
        string sum = Name("s");
        model.Node("Add", $"{Dequantize(x)},{Dequantize(branch)}", sum);
        return Quantize(Activate(sum), Of(model.Pick(x.Type, branch.Type)));
    }

    private Integers Largest(Integers x)
    {
        Integers result = x with { Name = Name("m") };
        model.Node("MaxPool", x.Name, result.Name, Window());
        return result;
    }

    private Integers Average(Integers x, string op)
    {
        string y = Name("y");
        model.Node(op, Dequantize(x), y, op == "AveragePool" ? Window() : null);
        if (op != "AveragePool") _lengths = [1, _lengths[1], 1, 1];
        return Quantize(y, Random.Next(2) == 0 ? x with { Name = Name("q") } : Of(Byte()));
    }

    private Action<OnnxNodeWriter> Window()
    {
        int kernel = Random.Next(2, 4), stride = Random.Next(1, 3), pad = Random.Next(0, 2);
        _lengths = [1, _lengths[1], ((_lengths[2] + (2 * pad) - kernel) / stride) + 1, ((_lengths[3] + (2 * pad) - kernel) / stride) + 1];
        return n => n.Ints("kernel_shape", kernel, kernel).Ints("strides", stride, stride).Ints("pads", pad, pad, pad, pad);
    }

    /// <summary>A value of integers, and what they stand for.</summary>
    private sealed record Integers(string Name, ElementType Type, float Scale, int Zero);
}
