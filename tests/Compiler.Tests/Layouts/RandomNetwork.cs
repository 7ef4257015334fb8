using System.Collections.Generic;
using System.Globalization;
using System.Linq;
using RedGen.Compiler.Graphs;
using RedGen.Compiler.Tests.Linear;

namespace RedGen.Compiler.Tests.Layouts;

/// <summary>A random network of convolutions and what stands between them: residuals, gates, branches, several outputs. The same for the same seed.</summary>
internal sealed class RandomNetwork
{
    private readonly RandomModel _model;
    private readonly List<(string Name, int[] Shape)> _values = [];
    private int _names;

    private RandomNetwork(int seed)
    {
        _model = new RandomModel(seed, ElementType.Float32);
        _model.Opset(18);
        int spatial = _model.Any(1, 2, 2, 2, 2, 3);
        int[] shape = [_model.Any(1, 1, 2), _model.Any(1, 3, 4, 8, 17), .. _model.Lengths(spatial, 5, spatial == 3 ? 6 : 9)];
        _values.Add((_model.Input("x", shape), shape));
    }

    public static RandomModel Create(int seed)
    {
        var network = new RandomNetwork(seed);
        int nodes = network._model.Next(3, 12);
        for (int i = 0; i < nodes; i++) network.Grow();
        network.Finish();
        return network._model;
    }

    private (string Name, int[] Shape) Pick()
    {
        (string Name, int[] Shape)[] spatial = [.. _values.Where(v => v.Shape.Length > 2)];
        return _model.Chance(0.7) ? spatial[^1] : _model.Any(spatial);
    }

    private string Name(string stem) => stem + (++_names).ToString(CultureInfo.InvariantCulture);

    private void Add(string op, string inputs, int[] shape, System.Action<RedGen.TestKit.OnnxNodeWriter>? write = null)
    {
        string name = Name("v");
        _model.Node(op, inputs, name, write);
        _values.Add((name, shape));
    }

    private void Grow()
    {
        (string x, int[] shape) = Pick();
        switch (_model.Next(0, 16))
        {
            case 0 or 1 or 2: Conv(x, shape); break;
            case 3: Depthwise(x, shape); break;
            case 4: Pool(x, shape); break;
            case 5: Add(_model.Any("Relu", "Sigmoid", "Tanh", "HardSwish", "Neg"), x, shape); break;
            case 6: Residual(x, shape); break;
            case 7: Gate(x, shape); break;
            case 8: ByChannel(x, shape); break;
            case 9: Concat(x, shape); break;
            case 10: Move(x, shape); break;
            case 11: Normalise(x, shape); break;
            case 12: Reshape(x, shape); break;
            case 13: Transposed(x, shape); break;
            case 14: Reduce(x, shape); break;
            case 15: Rearrange(x, shape); break;
            default: Dense(x, shape); break;
        }
    }

    private void Conv(string x, int[] shape)
    {
        int[] spatial = [.. shape.Skip(2)];
        int kernel = spatial.Min() >= 3 ? _model.Any(1, 3) : 1;
        int stride = _model.Any(1, 1, 2);
        int groups = _model.Chance(0.2) && shape[1] % 2 == 0 ? 2 : 1;
        int channels = groups * _model.Any(1, 3, 8, 16, 20);
        string w = _model.Constant(Name("w"), [channels, shape[1] / groups, .. spatial.Select(_ => kernel)]);
        string b = _model.Chance(0.5) ? ", " + _model.Constant(Name("b"), channels) : "";
        int pad = kernel / 2;
        int[] y = [shape[0], channels, .. spatial.Select(d => ((d + (2 * pad) - kernel) / stride) + 1)];
        Add("Conv", x + ", " + w + b, y, n => n.Int("group", groups).Ints("strides", All(spatial, stride)).Ints("pads", All([.. spatial, .. spatial], pad)));
        if (!_model.Chance(0.4)) return;
        (string other, int[] otherShape) = _values.LastOrDefault(v => v.Shape.SequenceEqual(y) && v.Name != _values[^1].Name);
        if (otherShape is not null) Add("Add", _values[^1].Name + ", " + other, y);
        if (_model.Chance(0.6)) Add("Relu", _values[^1].Name, y);
    }

    private void Depthwise(string x, int[] shape)
    {
        int[] spatial = [.. shape.Skip(2)];
        string w = _model.Constant(Name("w"), [shape[1], 1, .. spatial.Select(_ => 3)]);
        Add("Conv", x + ", " + w, shape, n => n.Int("group", shape[1]).Ints("pads", All([.. spatial, .. spatial], 1)));
    }

    private void Pool(string x, int[] shape)
    {
        int[] spatial = [.. shape.Skip(2)];
        if (spatial.Min() < 2) return;
        string op = _model.Any("MaxPool", "AveragePool");
        Add(op, x, [shape[0], shape[1], .. spatial.Select(d => ((d - 2) / 2) + 1)], n => n.Ints("kernel_shape", All(spatial, 2)).Ints("strides", All(spatial, 2)));
    }

    private void Residual(string x, int[] shape)
    {
        (string Name, int[] Shape)[] same = [.. _values.Where(v => v.Shape.SequenceEqual(shape))];
        string op = _model.Any("Add", "Sub", "Mul");
        if (_model.Chance(0.2)) Add(op, x + ", " + _model.Constant(Name("c"), [1, .. shape.Skip(1)]), shape);
        else Add(op, x + ", " + _model.Any(same).Name, shape);
    }

    private void Gate(string x, int[] shape)
    {
        int[] ones = [shape[0], shape[1], .. shape.Skip(2).Select(_ => 1)];
        Add(_model.Any("GlobalAveragePool", "GlobalMaxPool"), x, ones);
        Add("Conv", _values[^1].Name + ", " + _model.Constant(Name("w"), [shape[1], shape[1], .. shape.Skip(2).Select(_ => 1)]), ones);
        Add("Sigmoid", _values[^1].Name, ones);
        Add("Mul", x + ", " + _values[^1].Name, shape);
    }

    private void ByChannel(string x, int[] shape)
    {
        int[] constant = _model.Any<int[]>([shape[1], .. shape.Skip(2).Select(_ => 1)], [1], [.. shape.Skip(2)], [shape[^1]], [.. shape.Skip(1)]);
        Add(_model.Any("Add", "Mul"), x + ", " + _model.Constant(Name("c"), constant), shape);
    }

    private void Concat(string x, int[] shape)
    {
        (string Name, int[] Shape)[] fitting = [.. _values.Where(v => v.Shape.Length == shape.Length && v.Shape[0] == shape[0] && v.Shape.Skip(2).SequenceEqual(shape.Skip(2)))];
        (string other, int[] otherShape) = _model.Any(fitting);
        Add("Concat", x + ", " + other, [shape[0], shape[1] + otherShape[1], .. shape.Skip(2)], n => n.Int("axis", 1));
    }

    private void Move(string x, int[] shape)
    {
        int rank = shape.Length;
        switch (_model.Next(0, 3))
        {
            case 0:
                _model.Writer.Initializer(Name("pads"), [.. Enumerable.Range(0, 2 * rank).Select(i => (long)(i % rank < 1 ? 0 : i % 2))], 2 * rank);
                string mode = _model.Any("constant", "edge");
                Add("Pad", x + ", pads" + _names, [.. shape.Select((d, a) => d + (a < 1 ? 0 : (a % 2) + ((a + rank) % 2)))], n => n.String("mode", mode));
                break;
            case 1 when shape.Max() < 20:
                _model.Writer.Initializer(Name("scales"), [.. shape.Select((_, a) => a < 2 ? 1f : 2f)], rank);
                Add("Resize", x + ", , scales" + _names, [.. shape.Select((d, a) => a < 2 ? d : 2 * d)], n => n.String("mode", "nearest"));
                break;
            case 2 when shape[1] > 1:
                int from = _model.Next(0, shape[1] - 1);
                _model.Writer.Initializer(Name("at"), [(long)from], 1).Initializer("to" + _names, [(long)shape[1]], 1).Initializer("axis" + _names, [1L], 1);
                Add("Slice", $"{x}, at{_names}, to{_names}, axis{_names}", [shape[0], shape[1] - from, .. shape.Skip(2)]);
                break;
            default:
                int[] perm = [0, .. Enumerable.Range(2, rank - 2), 1];
                Add("Transpose", x, [.. perm.Select(p => shape[p])], n => n.Ints("perm", [.. perm.Select(p => (long)p)]));
                break;
        }
    }

    private void Normalise(string x, int[] shape)
    {
        string scale = _model.Constant(Name("c"), shape[1]);
        string shift = _model.Constant(Name("c"), shape[1]);
        _model.Writer.Initializer(Name("ones"), [.. Enumerable.Range(0, shape[1]).Select(_ => 1f)], shape[1]);
        Add("BatchNormalization", $"{x}, {scale}, {shift}, {shift}, ones{_names}", shape);
    }

    private void Transposed(string x, int[] shape)
    {
        int[] spatial = [.. shape.Skip(2)];
        if (spatial.Max() > 12) return;
        int channels = _model.Any(1, 5, 16);
        int kernel = _model.Any(2, 3);
        string w = _model.Constant(Name("w"), [shape[1], channels, .. spatial.Select(_ => kernel)]);
        string b = _model.Chance(0.5) ? ", " + _model.Constant(Name("b"), channels) : "";
        Add("ConvTranspose", x + ", " + w + b, [shape[0], channels, .. spatial.Select(d => (2 * (d - 1)) + kernel)], n => n.Ints("strides", All(spatial, 2)));
    }

    private void Reduce(string x, int[] shape)
    {
        bool channels = _model.Chance(0.4);
        long[] axes = channels ? [1] : [.. Enumerable.Range(2, shape.Length - 2).Select(a => (long)a)];
        _model.Writer.Initializer(Name("axes"), axes, axes.Length);
        int keep = _model.Any(0, 1);
        int[] y = [.. shape.Select((d, a) => axes.Contains(a) ? 1 : d)];
        if (_model.Chance(0.3)) Add("Softmax", x, shape, n => n.Int("axis", _model.Next(1, shape.Length - 1)));
        else Add(_model.Any("ReduceMean", "ReduceMax", "ReduceL2"), x + ", axes" + _names, keep == 1 ? y : [.. shape.Where((_, a) => !axes.Contains(a))], n => n.Int("keepdims", keep));
    }

    private void Rearrange(string x, int[] shape)
    {
        if (shape.Length == 4 && shape[1] % 4 == 0 && _model.Chance(0.5))
        {
            Add("DepthToSpace", x, [shape[0], shape[1] / 4, 2 * shape[2], 2 * shape[3]], n => n.Int("blocksize", 2).String("mode", _model.Any("DCR", "CRD")));
            return;
        }

        if (shape.Max() >= 20) return;
        _model.Writer.Initializer(Name("scales"), [.. shape.Select((_, a) => a < 2 ? 1f : a % 2 == 0 ? 2f : 0.5f)], shape.Length);
        Add("Resize", x + ", , scales" + _names, [.. shape.Select((d, a) => a < 2 ? d : a % 2 == 0 ? 2 * d : d / 2)], n => n.String("mode", "linear"));
    }

    private void Reshape(string x, int[] shape)
    {
        int pixels = shape.Skip(2).Aggregate(1, (a, b) => a * b);
        _model.Writer.Initializer(Name("shape"), [0L, 0L, -1L], 3);
        Add("Reshape", x + ", shape" + _names, [shape[0], shape[1], pixels]);
    }

    private void Dense(string x, int[] shape)
    {
        int count = shape.Skip(1).Aggregate(1, (a, b) => a * b);
        if (count > 4000) return;
        Add("Flatten", x, [shape[0], count]);
        bool transposed = _model.Chance(0.5);
        int outputs = _model.Any(3, 10, 33);
        string w = _model.Constant(Name("w"), transposed ? [outputs, count] : [count, outputs]);
        if (_model.Chance(0.3) && !transposed) Add("MatMul", _values[^1].Name + ", " + w, [shape[0], outputs]);
        else Add("Gemm", _values[^1].Name + ", " + w, [shape[0], outputs], n => n.Int("transB", transposed ? 1 : 0));
    }

    private void Finish()
    {
        _model.Output(_values[^1].Name);
        for (int i = 1; i < _values.Count - 1; i++)
            if (_model.Chance(0.12)) _model.Output(_values[i].Name);
    }

    private static long[] All(int[] axes, int value) => [.. axes.Select(_ => (long)value)];
}
