using System;
using System.Linq;
using RedGen.Compiler.Execute;
using RedGen.Compiler.Graphs;

namespace RedGen.Compiler.Passes;

/// <summary>A convolution or product with constant weights and a constant or no bias: what affine maps are folded into.</summary>
internal sealed class LinearLayer
{
    private readonly Node _node;
    private readonly ReferenceTensor _weights;
    private readonly ReferenceTensor? _bias;
    private readonly int[] _outputLengths;
    private readonly Func<int, int> _outputOf;
    private readonly Func<int, int> _inputOf;

    private LinearLayer(Node node, ReferenceTensor weights, ReferenceTensor? bias, int[] outputLengths, int inputs, int outputs, Func<int, int> inputOf, Func<int, int> outputOf)
    {
        _node = node;
        _weights = weights;
        _bias = bias;
        _outputLengths = outputLengths;
        Inputs = inputs;
        Outputs = outputs;
        _inputOf = inputOf;
        _outputOf = outputOf;
    }

    /// <summary>The number of input channels.</summary>
    public int Inputs { get; }

    /// <summary>The number of output channels.</summary>
    public int Outputs { get; }

    /// <summary>The axis of the output that the output channels lie along, or -1 where the node is no such layer.</summary>
    public static int OutputAxis(GraphBuilder builder, Node node) => Axis(builder, node, node.Outputs[0]);

    /// <summary>The axis of the input that the input channels lie along, or -1 where the node is no such layer.</summary>
    public static int InputAxis(GraphBuilder builder, Node node) => Axis(builder, node, node.Input(0));

    /// <summary>Reads a node, or gives null where it is no such layer.</summary>
    public static LinearLayer? Read(GraphBuilder builder, Node node)
    {
        if (OutputAxis(builder, node) < 0 || builder.Reals(node.Input(1)) is not { Count: > 0 } weights || builder.Lengths(node.Outputs[0]) is not { } output) return null;
        ReferenceTensor? bias = node.HasInput(2) ? builder.Reals(node.Inputs[2]) : null;
        if (node.HasInput(2) && bias is null) return null;
        return node.Operator.Name switch
        {
            "Conv" => ReadConvolution(node, weights, bias, output),
            "ConvTranspose" => ReadTransposedConvolution(node, weights, bias, output),
            _ => ReadProduct(builder, node, weights, bias, output),
        };
    }

    /// <summary>The nodes that compute this layer and then a map of its output, or null where weights would overflow.</summary>
    public Node[]? WithOutputMap(GraphBuilder builder, AffineMap map, string output)
    {
        double alpha = _node.Attributes.Float("alpha", 1);
        double beta = _node.Attributes.Float("beta", 1);
        var weights = new ReferenceTensor(_weights.ElementType, _weights.Lengths);
        for (int i = 0; i < weights.Count; i++) weights.Reals![i] = _weights.Reals![i] * alpha * map.Scale[_outputOf(i)];
        ReferenceTensor bias = SpreadBias();
        for (int i = 0; i < bias.Count; i++)
            bias.Reals![i] = (bias.Reals[i] * beta * map.Scale[i % Outputs]) + map.Shift[i % Outputs];
        return Write(builder, weights, bias, _node.Input(0), output);
    }

    /// <summary>The nodes that compute this layer of a map of another input, or null where weights would overflow.</summary>
    public Node[]? WithInputMap(GraphBuilder builder, AffineMap map, string input)
    {
        double alpha = _node.Attributes.Float("alpha", 1);
        double beta = _node.Attributes.Float("beta", 1);
        var weights = new ReferenceTensor(_weights.ElementType, _weights.Lengths);
        var shift = new double[Outputs];
        for (int i = 0; i < weights.Count; i++)
        {
            double weight = _weights.Reals![i] * alpha;
            weights.Reals![i] = weight * map.Scale[_inputOf(i)];
            shift[_outputOf(i)] += weight * map.Shift[_inputOf(i)];
        }

        ReferenceTensor bias = SpreadBias();
        for (int i = 0; i < bias.Count; i++) bias.Reals![i] = (bias.Reals[i] * beta) + shift[i % Outputs];
        return Write(builder, weights, bias, input, _node.Outputs[0]);
    }

    private static int Axis(GraphBuilder builder, Node node, string value)
    {
        if (value.Length == 0 || builder.Lengths(value) is not { } lengths) return -1;
        if ((node.Is("Conv") || node.Is("ConvTranspose")) && lengths.Length >= 3) return 1;
        if (node.Is("Gemm") && node.Attributes.Int("transA", 0) == 0 && lengths.Length == 2) return 1;
        return node.Is("MatMul") && lengths.Length >= 2 && builder.Lengths(node.Input(1))?.Length == 2 ? lengths.Length - 1 : -1;
    }

    private static LinearLayer? ReadConvolution(Node node, ReferenceTensor weights, ReferenceTensor? bias, int[] output)
    {
        int groups = (int)node.Attributes.Int("group", 1);
        int outputs = weights.Lengths[0];
        int perGroup = weights.Lengths[1];
        int taps = weights.Count / outputs / perGroup;
        if (groups < 1 || outputs % groups != 0) return null;
        int OutputOf(int i) => i / taps / perGroup;
        return new(node, weights, bias, output, perGroup * groups, outputs, i => (OutputOf(i) / (outputs / groups) * perGroup) + (i / taps % perGroup), OutputOf);
    }

    private static LinearLayer? ReadTransposedConvolution(Node node, ReferenceTensor weights, ReferenceTensor? bias, int[] output)
    {
        int groups = (int)node.Attributes.Int("group", 1);
        int inputs = weights.Lengths[0];
        int perGroup = weights.Lengths[1];
        int taps = weights.Count / inputs / perGroup;
        if (groups < 1 || inputs % groups != 0) return null;
        int InputOf(int i) => i / taps / perGroup;
        return new(node, weights, bias, output, inputs, perGroup * groups, InputOf, i => (InputOf(i) / (inputs / groups) * perGroup) + (i / taps % perGroup));
    }

    private static LinearLayer? ReadProduct(GraphBuilder builder, Node node, ReferenceTensor weights, ReferenceTensor? bias, int[] output)
    {
        if (weights.Rank != 2 || builder.Lengths(node.Input(0)) is not { } input) return null;
        bool transposed = node.Is("Gemm") && node.Attributes.Int("transB", 0) != 0;
        int inputs = weights.Lengths[transposed ? 1 : 0];
        int outputs = weights.Lengths[transposed ? 0 : 1];
        return transposed
            ? new(node, weights, bias, output, inputs, outputs, i => i % inputs, i => i / inputs)
            : new(node, weights, bias, output, inputs, outputs, i => i / outputs, i => i % outputs);
    }

    /// <summary>The bias as [outputs], or as [rows, outputs] where it differs from row to row; zeros where there is none.</summary>
    private ReferenceTensor SpreadBias()
    {
        if (_bias is null) return new(_weights.ElementType, [Outputs]);
        int rows = _bias.Rank == 2 && _bias.Lengths[0] > 1 ? _bias.Lengths[0] : 1;
        var spread = new ReferenceTensor(_bias.ElementType, rows > 1 ? [rows, Outputs] : [Outputs]);
        var reader = new BroadcastReader(rows > 1 || _bias.Rank < 2 ? _bias.Lengths : [_bias.Lengths[1]], spread.Lengths);
        for (int i = 0; i < spread.Count; i++) spread.Reals![i] = _bias.Reals![reader.IndexOf(i)];
        return spread;
    }

    private Node[]? Write(GraphBuilder builder, ReferenceTensor weights, ReferenceTensor bias, string input, string output)
    {
        weights.Rounded();
        bias.Rounded();
        if (!weights.Reals!.All(IsFinite) || !bias.Reals!.All(IsFinite)) return null;
        bool needsBias = _bias is not null || bias.Reals!.Any(b => b != 0);
        string weightName = builder.AddInitializer(_node.Inputs[1] + "_folded", weights.ToTensor());
        string biasName = needsBias ? builder.AddInitializer((_node.HasInput(2) ? _node.Inputs[2] : _node.Name + "_bias") + "_folded", bias.ToTensor()) : "";
        Node layer = _node with { Inputs = needsBias ? [input, weightName, biasName] : [input, weightName], Outputs = [output] };
        if (_node.Is("Conv") || _node.Is("ConvTranspose")) return [layer];
        if (_node.Is("Gemm") || _outputLengths.Length == 2) return [AsGemm(layer)];
        if (!needsBias) return [layer];

        // A product of more dimensions has no bias of its own.
        string product = builder.FreshName(_node.Outputs[0] + "_product");
        builder.SetType(product, builder.TypeOf(output));
        return
        [
            _node with { Inputs = [input, weightName], Outputs = [product] },
            new Node { Name = builder.FreshName(_node.Name + "_add"), Operator = PatternExtensions.Written("Add"), Inputs = [product, biasName], Outputs = [output] },
        ];
    }

    private static Node AsGemm(Node layer) => layer with
    {
        Operator = PatternExtensions.Written("Gemm"),
        Attributes = layer.Attributes.Int("transB", 0) != 0 ? NodeAttributes.Empty.With("transB", 1) : NodeAttributes.Empty,
    };

    private static bool IsFinite(double value) => !double.IsNaN(value) && !double.IsInfinity(value);
}
