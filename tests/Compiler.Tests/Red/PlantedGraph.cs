using System;
using System.Collections.Generic;
using System.Linq;
using RedGen.Compiler.Graphs;
using RedGen.Compiler.Tests.Passes;

namespace RedGen.Compiler.Tests.Red;

/// <summary>
/// A random network with duplicates planted in every layer: the channels of a value carry labels, and whatever has numbers of its own
/// for each channel (rows, kernels, biases, slopes, factors) gets equal numbers for equal labels. Label 0 is dead: its rows are zero.
/// Only the last dense layer is an output, so that every duplicate can go.
/// </summary>
internal sealed class PlantedGraph
{
    private readonly Random _random;
    private readonly GraphAuthor _author = new();
    private readonly Dictionary<string, int[]> _labels = new(StringComparer.Ordinal);
    private readonly Dictionary<string, int> _expected = new(StringComparer.Ordinal);
    private int _nextLabel = 1;

    private PlantedGraph(int seed) => _random = new Random(seed);

    /// <summary>The graph.</summary>
    public Graph Graph { get; private set; } = null!;

    /// <summary>By weights of a layer: how many outputs it may have after merging at most.</summary>
    public IReadOnlyDictionary<string, int> Expected => _expected;

    /// <summary>Makes a graph of some layers.</summary>
    public static PlantedGraph Make(int seed, int layers)
    {
        var planted = new PlantedGraph(seed);
        planted.Write(layers);
        return planted;
    }

    private void Write(int layers)
    {
        string x = Convolution(_author.Input(1, 3, 7, 7), Partition(), 3);
        var values = new List<string> { x };
        for (int i = 0; i < layers; i++)
        {
            x = Step(_random.Next(3) == 0 ? values[_random.Next(values.Count)] : x);
            values.Add(x);
        }

        // Everything reaches the output, or it would be dead code.
        string[] ends = [.. values.Where(v => !_author.Nodes.Any(n => n.Inputs.Contains(v)))];
        string[] pooled = [.. ends.Select(v => Flat(v))];
        string features = pooled.Length == 1 ? pooled[0] : Labelled(_author.Add("Concat", pooled, NodeAttributes.Empty.With("axis", 1))!, [.. pooled.SelectMany(p => Renamed(_labels[p]))]);
        int[] hidden = Partition();
        string dense = _author.Add("Relu", [Dense(features, hidden)])!;
        _labels[dense] = hidden;
        string output = Dense(dense, null);
        Graph = Rewriting.Infer(_author.ToGraph([output]));
    }

    private string Step(string x)
    {
        int[] labels = _labels[x];
        switch (_random.Next(14))
        {
            case 0: return Convolution(x, Partition(), 1 + (2 * _random.Next(2)));
            case 1: return Labelled(_author.Add(Pick("Relu", "Sigmoid", "Tanh", "LeakyRelu"), [x])!, labels);
            case 2: return Labelled(_author.Add("Add", [x, Convolution(x, labels, 3)])!, labels);
            case 3: return Labelled(_author.Add(Pick("Mul", "Sub", "Max"), [Convolution(x, labels, 1), x])!, labels);
            case 4: return Labelled(_author.Add("PRelu", [x, PerChannel(labels)])!, labels);
            case 5: return Labelled(_author.Add(Pick("Mul", "Add"), [x, PerChannel(labels)])!, labels);
            case 6:
                string[] partners = [.. _labels.Keys.Where(v => _author.Lengths(v).Length == 4 && _author.Lengths(v).Skip(2).SequenceEqual(_author.Lengths(x).Skip(2)))];
                string y = partners[_random.Next(partners.Length)];
                return labels.Length + _labels[y].Length > 24 ? x : Labelled(_author.Add("Concat", [x, y], NodeAttributes.Empty.With("axis", 1))!, [.. labels, .. Renamed(_labels[y])]);
            case 7: return Depthwise(x);
            case 8: return Grouped(x);
            case 9: return Shortcut(x);
            case 10:
                return Labelled(_author.Add("BatchNormalization", [x, Numbers(labels, labels.Length), Numbers(labels, labels.Length), Numbers(labels, labels.Length), Positive(labels)], version: 9)!, labels);
            case 11: return Transposed(x);
            case 12: return Enlarged(x);
            default: return Pool(x);
        }
    }

    private string Pool(string x)
    {
        if (_author.Lengths(x)[2] < 4) return x;
        NodeAttributes window = NodeAttributes.Empty.With("kernel_shape", [2, 2]).With("strides", [2, 2]).With("pads", [_random.Next(2), 0, 0, 0]);
        return Labelled(_author.Add(Pick("MaxPool", "AveragePool"), [x], window, version: 11)!, _labels[x]);
    }

    /// <summary>A matrix of features: channels as blocks, or one number a channel.</summary>
    private string Flat(string x)
    {
        int[] labels = _labels[x];
        switch (_random.Next(4))
        {
            case 0:
                return Labelled(_author.Add("Flatten", [_author.Add("GlobalAveragePool", [x])!])!, labels);
            case 1:
                return Labelled(_author.Add("ReduceMean", [x], NodeAttributes.Empty.With("axes", [2, 3]).With("keepdims", 0))!, labels);
            case 2:
                // Channels last: the blocks of a channel are spread over the axis.
                string last = _author.Add("Transpose", [x], NodeAttributes.Empty.With("perm", [0, 2, 3, 1]))!;
                int positions = _author.Lengths(x)[2] * _author.Lengths(x)[3];
                return Labelled(_author.Add("Reshape", [last, _author.Constant(Tensor.Of([1L, -1L], 2))])!, [.. Enumerable.Range(0, positions).SelectMany(_ => labels)]);
            default:
                int inner = _author.Lengths(x)[2] * _author.Lengths(x)[3];
                return Labelled(_author.Add("Flatten", [x])!, [.. labels.SelectMany(l => Enumerable.Repeat(l, inner))]);
        }
    }

    private string Convolution(string x, int[] labels, int kernel)
    {
        int inputs = _author.Lengths(x)[1];
        string weights = Rows(labels, inputs * kernel * kernel, true, labels.Length, inputs, kernel, kernel);
        long pad = kernel / 2;
        string y = _author.Add("Conv", [x, weights, .. Bias(labels)], NodeAttributes.Empty.With("pads", [pad, pad, pad, pad]), version: 11)!;
        _expected[weights] = Distinct(labels);
        return Labelled(y, labels);
    }

    private string Depthwise(string x)
    {
        int[] labels = _labels[x];
        string weights = Rows(labels, 9, false, labels.Length, 1, 3, 3);
        NodeAttributes attributes = NodeAttributes.Empty.With("group", labels.Length).With("pads", [1, 1, 1, 1]);
        string y = _author.Add("Conv", [x, weights, .. Bias(labels)], attributes, version: 11)!;
        _expected[weights] = Distinct(labels);
        return Labelled(y, labels);
    }

    /// <summary>A transposed convolution: its constant has the input channels first.</summary>
    private string Transposed(string x)
    {
        int inputs = _author.Lengths(x)[1];
        int[] labels = Partition();
        var rows = new Dictionary<int, float[]>();
        foreach (int label in labels) rows.TryAdd(label, [.. Enumerable.Range(0, inputs * 9).Select(_ => label == 0 ? 0 : (_random.NextSingle() * 1.2f) - 0.6f)]);
        string weights = _author.Constant(Tensor.Of([.. Enumerable.Range(0, inputs).SelectMany(c => labels.SelectMany(l => rows[l].Skip(c * 9).Take(9)))], inputs, labels.Length, 3, 3));
        long stride = _author.Lengths(x)[2] < 5 ? 2 : 1;
        string y = _author.Add("ConvTranspose", [x, weights, .. Bias(labels)], NodeAttributes.Empty.With("pads", [1, 1, 1, 1]).With("strides", [stride, stride]), version: 11)!;
        _expected[weights] = Distinct(labels);
        return Labelled(y, labels);
    }

    /// <summary>Twice as many rows.</summary>
    private string Enlarged(string x)
    {
        if (_author.Lengths(x)[2] > 7) return x;
        string scales = _author.Constant(Tensor.Of([1f, 1f, 2f, 1f], 4));
        return Labelled(_author.Add("Resize", [x, "", scales], NodeAttributes.Empty.With("mode", new StringAttribute(Pick("nearest", "linear"))), version: 13)!, _labels[x]);
    }

    /// <summary>Two groups that lose one channel each, behind a layer whose groups do too.</summary>
    private string Grouped(string x)
    {
        int Next() => _nextLabel++;
        (int a, int b, int c, int d) = (Next(), Next(), Next(), Next());
        x = Convolution(x, [a, Next(), Next(), a, b, Next(), b, Next()], 1);
        int[] labels = [c, Next(), c, d, d, Next()];
        string weights = Rows(labels, 4, false, 6, 4, 1, 1);
        string y = _author.Add("Conv", [x, weights, .. Bias(labels)], NodeAttributes.Empty.With("group", 2), version: 11)!;
        _expected[weights] = 4;
        return Labelled(y, labels);
    }

    /// <summary>Every second row, and channels of zeros around: the shortcut of a ResNet without projection.</summary>
    private string Shortcut(string x)
    {
        if (_author.Lengths(x)[2] < 4 || _labels[x].Length > 20) return x;
        string y = _author.Add("Slice", [x, .. ((long[])[0, int.MaxValue, 2, 2]).Select(v => _author.Constant(Tensor.Of([v], 1)))])!;
        string pads = _author.Constant(Tensor.Of([0L, 1, 0, _random.Next(2), 0, 1, 0, 0], 8));
        return Labelled(_author.Add("Pad", [y, pads])!, [_nextLabel++, .. _labels[x], _nextLabel++]);
    }

    private string Dense(string x, int[]? labels)
    {
        int inputs = _author.Lengths(x)[1];
        bool isOutput = labels is null;
        labels ??= [.. Enumerable.Range(0, 4).Select(_ => _nextLabel++)];
        string weights = Rows(labels, inputs, true, labels.Length, inputs);
        if (!isOutput) _expected[weights] = Distinct(labels);
        return _author.Add("Gemm", [x, weights, .. Bias(labels)], NodeAttributes.Empty.With("transB", 1))!;
    }

    /// <summary>The same partition under other labels: equal labels of two values do not make their channels equal.</summary>
    private int[] Renamed(int[] labels)
    {
        Dictionary<int, int> names = labels.Distinct().ToDictionary(l => l, _ => _nextLabel++);
        return [.. labels.Select(l => names[l])];
    }

    private static int Distinct(int[] labels) => labels.Distinct().Count();

    /// <summary>Labels of 4 to 7 channels, the last like the first, sometimes one dead.</summary>
    private int[] Partition()
    {
        int[] labels = [.. Enumerable.Range(0, _random.Next(3, 7)).Select(_ => _nextLabel++)];
        if (_random.Next(2) == 0) labels[1] = 0;
        return [.. labels, labels[0]];
    }

    private string Labelled(string value, int[] labels)
    {
        _labels[value] = labels;
        return value;
    }

    private string Rows(int[] labels, int columns, bool dies, params int[] lengths)
    {
        var rows = new Dictionary<int, float[]>();
        foreach (int label in labels)
            rows.TryAdd(label, [.. Enumerable.Range(0, columns).Select(_ => label == 0 && dies ? 0 : (_random.NextSingle() * 1.2f) - 0.6f)]);
        return _author.Constant(Tensor.Of([.. labels.SelectMany(l => rows[l])], lengths));
    }

    private string[] Bias(int[] labels) => _random.Next(3) == 0 ? [] : [Numbers(labels, labels.Length)];

    private string PerChannel(int[] labels) => Numbers(labels, labels.Length, 1, 1);

    private string Numbers(int[] labels, params int[] lengths)
    {
        var numbers = new Dictionary<int, float>();
        foreach (int label in labels) numbers.TryAdd(label, _random.NextSingle() - 0.4f);
        return _author.Constant(Tensor.Of([.. labels.Select(l => numbers[l])], lengths));
    }

    private string Positive(int[] labels)
    {
        Dictionary<int, float> numbers = labels.Distinct().ToDictionary(l => l, _ => 0.5f + _random.NextSingle());
        return _author.Constant(Tensor.Of([.. labels.Select(l => numbers[l])], labels.Length));
    }

    private T Pick<T>(params T[] choices) => choices[_random.Next(choices.Length)];
}
