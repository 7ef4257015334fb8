using System;
using System.Collections.Generic;
using System.Linq;
using RedGen.Compiler.Graphs;
using RedGen.Compiler.Tests.Passes;

namespace RedGen.Compiler.Tests.Red.Certify;

/// <summary>Small networks in which one operator reads values that differ between original and reduced network.</summary>
internal static class OperatorCases
{
    /// <summary>Adds nodes of the operator behind two values of [1, 3, 4, 4] and gives the last output.</summary>
    private delegate string Case(Author a, string x, string y);

    private static readonly (string Operator, Case Add)[] Cases =
    [
        ("Conv", (a, x, _) => a.Node("Conv", 13, x, a.Weights(4, 3, 3, 3), a.Weights(4))),
        ("Conv", (a, x, _) => a.Node("Conv", 13, a.Flags(("group", 3)).Pads("strides", 2, 2).Pads("pads", 1, 0, 1, 2).Pads("dilations", 1, 2), x, a.Weights(6, 1, 3, 2))),
        ("Gemm", (a, x, _) => a.Node("Gemm", 13, a.Flags(("transB", 1)), a.Row(x), a.Weights(5, 48), a.Weights(1, 5))),
        ("Gemm", (a, x, _) => a.Node("Gemm", 13, a.Row(x), a.Weights(48, 7))),
        ("MatMul", (a, x, _) => a.Node("MatMul", 13, x, a.Weights(4, 5))),
        ("MatMul", (a, x, y) => a.Node("MatMul", 13, x, a.Node("Transpose", 13, a.Axes("perm", 0, 1, 3, 2), y))),
        ("MatMul", (a, x, _) => a.Node("MatMul", 13, a.Weights(1, 1, 2, 4), x)),
        ("Add", (a, x, y) => a.Node("Add", 13, x, y)),
        ("Add", (a, x, _) => a.Node("Add", 13, x, a.Weights(3, 1, 1))),
        ("Add", (a, x, _) => a.Node("Add", 13, x, x)),
        ("Sub", (a, x, y) => a.Node("Sub", 13, x, y)),
        ("Sub", (a, x, _) => a.Node("Sub", 13, x, x)),
        ("Mul", (a, x, y) => a.Node("Mul", 13, x, y)),
        ("Mul", (a, x, _) => a.Node("Mul", 13, x, x)),
        ("Mul", (a, x, _) => a.Node("Mul", 13, x, a.Weights(4))),
        ("Div", (a, x, y) => a.Node("Div", 13, x, a.Positive(y))),
        ("Div", (a, x, _) => a.Node("Div", 13, x, a.Filled(-3))),
        ("Sum", (a, x, y) => a.Node("Sum", 13, x, y, x)),
        ("Mean", (a, x, y) => a.Node("Mean", 13, x, y, a.Weights(4))),
        ("Max", (a, x, y) => a.Node("Max", 13, x, y, a.Filled(0.25f))),
        ("Min", (a, x, y) => a.Node("Min", 13, x, y, a.Filled(0.25f))),
        ("PRelu", (a, x, _) => a.Node("PRelu", 16, x, a.Weights(3, 1, 1))),
        ("Pow", (a, x, _) => a.Node("Pow", 13, x, a.Filled(3))),
        ("Pow", (a, x, _) => a.Node("Pow", 13, x, a.Filled(2))),
        ("Pow", (a, x, _) => a.Node("Pow", 13, a.Positive(x), a.Filled(-0.5f))),
        ("Clip", (a, x, _) => a.Node("Clip", 13, x, a.Filled(-0.5f), a.Filled(0.75f))),
        ("Clip", (a, x, _) => a.Node("Clip", 6, a.Flags().Number("min", 0), x)),
        ("Cast", (a, x, _) => a.Node("Cast", 13, a.Flags(("to", 1)), a.Node("Cast", 13, a.Flags(("to", 11)), x))),
        ("BatchNormalization", (a, x, _) => a.Node("BatchNormalization", 9, x, a.Weights(3), a.Weights(3), a.Weights(3), a.Squares(3))),
        ("LayerNormalization", (a, x, _) => a.Node("LayerNormalization", 17, a.Flags(("axis", 2)).Number("epsilon", 0.1f), x, a.Weights(4, 4), a.Weights(4))),
        ("LayerNormalization", (a, x, y) => a.Node("LayerNormalization", 17, a.Node("Add", 13, x, a.Node("Mul", 13, a.Filled(50), a.Ramp())), a.Weights(4))),
        ("Softmax", (a, x, _) => a.Node("Softmax", 13, a.Flags(("axis", 1)), x)),
        ("Softmax", (a, x, _) => a.Node("Softmax", 11, x)),
        ("LogSoftmax", (a, x, _) => a.Node("LogSoftmax", 13, x)),
        ("ReduceSum", (a, x, _) => a.Node("ReduceSum", 13, a.Flags(("keepdims", 0)), x, a.Integers(1, -1))),
        ("ReduceMean", (a, x, _) => a.Node("ReduceMean", 13, a.Axes("axes", 2), x)),
        ("ReduceMax", (a, x, _) => a.Node("ReduceMax", 13, a.Axes("axes", 1, 2), x)),
        ("ReduceMin", (a, x, _) => a.Node("ReduceMin", 13, a.Axes("axes", 3), x)),
        ("ReduceL1", (a, x, _) => a.Node("ReduceL1", 13, a.Axes("axes", 1, 2), x)),
        ("ReduceL2", (a, x, _) => a.Node("ReduceL2", 13, a.Axes("axes", 1, 2), x)),
        ("AveragePool", (a, x, _) => a.Node("AveragePool", 11, a.Axes("kernel_shape", 3, 2).Pads("pads", 1, 0, 1, 1).Pads("strides", 2, 1), x)),
        ("AveragePool", (a, x, _) => a.Node("AveragePool", 11, a.Flags(("count_include_pad", 1)).Pads("kernel_shape", 3, 2).Pads("pads", 1, 0, 1, 1), x)),
        ("MaxPool", (a, x, _) => a.Node("MaxPool", 11, a.Axes("kernel_shape", 2, 3).Pads("pads", 1, 1, 1, 1), x)),
        ("LpPool", (a, x, _) => a.Node("LpPool", 11, a.Axes("kernel_shape", 2, 3), x)),
        ("GlobalAveragePool", (a, x, _) => a.Node("GlobalAveragePool", 1, x)),
        ("GlobalMaxPool", (a, x, _) => a.Node("GlobalMaxPool", 1, x)),
        ("GlobalLpPool", (a, x, _) => a.Node("GlobalLpPool", 2, a.Flags(("p", 3)), x)),
        ("Concat", (a, x, y) => a.Node("Concat", 13, a.Flags(("axis", 1)), x, y, a.Weights(1, 2, 4, 4))),
        ("DepthToSpace", (a, x, _) => a.Node("DepthToSpace", 13, a.Flags(("blocksize", 2)), a.Node("SpaceToDepth", 13, a.Flags(("blocksize", 2)), x))),
        ("SpaceToDepth", (a, x, _) => a.Node("SpaceToDepth", 13, a.Flags(("blocksize", 2)), x)),
        ("Dropout", (a, x, _) => a.Node("Dropout", 13, x)),
        ("Expand", (a, x, _) => a.Node("Expand", 13, x, a.Integers(2, 3, 4, 4))),
        ("Flatten", (a, x, _) => a.Node("Flatten", 13, x)),
        ("Gather", (a, x, _) => a.Node("Gather", 13, a.Flags(("axis", 2)), x, a.Integers(3, 0, 1))),
        ("GatherElements", (a, x, _) => a.Node("GatherElements", 13, a.Flags(("axis", 3)), x, a.Constant(Tensor.Of([2L, 0], 1, 1, 1, 2)))),
        ("GatherND", (a, x, _) => a.Node("GatherND", 13, x, a.Constant(Tensor.Of([0L, 2], 1, 2)))),
        ("Identity", (a, x, _) => a.Node("Identity", 13, x)),
        ("Pad", (a, x, _) => a.Node("Pad", 13, x, a.Integers(0, 0, 1, 0, 0, 1, 2, 0), a.Filled(1.5f))),
        ("Reshape", (a, x, _) => a.Node("Reshape", 13, x, a.Integers(4, -1))),
        ("Slice", (a, x, _) => a.Node("Slice", 13, x, a.Integers(3), a.Integers(0), a.Integers(2), a.Integers(-1))),
        ("Split", (a, x, _) => a.Node("Split", 13, a.Flags(("axis", 2)), x, a.Integers(4))),
        ("Squeeze", (a, x, _) => a.Node("Squeeze", 13, x, a.Integers(0))),
        ("Tile", (a, x, _) => a.Node("Tile", 13, x, a.Integers(1, 2, 1, 1))),
        ("Transpose", (a, x, _) => a.Node("Transpose", 13, a.Axes("perm", 0, 3, 1, 2), x)),
        ("Trilu", (a, x, _) => a.Node("Trilu", 14, x)),
        ("Unsqueeze", (a, x, _) => a.Node("Unsqueeze", 13, x, a.Integers(1))),
        ("Where", (a, x, y) => a.Node("Where", 13, a.Constant(Tensor.FromSpan<byte>(ElementType.Bool, [1, 0, 0, 1], 4)), x, y)),
        ("Log", (a, x, _) => a.Node("Log", 13, a.Positive(x))),
        ("Sqrt", (a, x, _) => a.Node("Sqrt", 13, a.Node("Abs", 13, x))),
        ("Sqrt", (a, x, _) => a.Node("Sqrt", 13, a.Positive(x))),
        ("Reciprocal", (a, x, _) => a.Node("Reciprocal", 13, a.Positive(x))),
        ("Reciprocal", (a, x, _) => a.Node("Reciprocal", 13, a.Node("Neg", 13, a.Positive(x)))),
        ("LeakyRelu", (a, x, _) => a.Node("LeakyRelu", 13, a.Flags().Number("alpha", -0.5f), x)),
        ("Gelu", (a, x, _) => a.Node("Gelu", 20, a.Word("approximate", "tanh"), x)),
        ("Celu", (a, x, _) => a.Node("Celu", 13, a.Flags().Number("alpha", 2.5f), x)),
        ("Elu", (a, x, _) => a.Node("Elu", 13, a.Flags().Number("alpha", 3), x)),
        .. new[] { "Abs", "Ceil", "Celu", "Elu", "Erf", "Exp", "Floor", "HardSigmoid", "LeakyRelu", "Neg", "Relu", "Selu", "Sigmoid", "Sign", "Softplus", "Softsign", "Tanh", "Atan", "ThresholdedRelu", "Round" }
            .Select(op => (op, (Case)((a, x, _) => a.Node(op, 13, x)))),
        .. new[] { ("HardSwish", 14), ("Mish", 18), ("Gelu", 20), ("Swish", 24) }.Select(o => (o.Item1, (Case)((a, x, _) => a.Node(o.Item1, o.Item2, x)))),
    ];

    /// <summary>The operators that have a case, sorted.</summary>
    public static IEnumerable<string> Operators => Cases.Select(c => c.Operator).Distinct().OrderBy(n => n, StringComparer.Ordinal);

    /// <summary>The networks of an operator.</summary>
    public static IEnumerable<Graph> Of(string op, int seed)
    {
        foreach ((string name, Case add) in Cases)
        {
            if (name != op) continue;
            var author = new Author(seed);
            string last = add(author, author.Layer(), author.Layer());
            yield return author.Finish(last);
        }
    }

    /// <summary>Writes such a network.</summary>
    private sealed class Author(int seed)
    {
        private readonly GraphAuthor _author = new();
        private readonly Random _random = new(seed);
        private readonly float _size = new[] { 0.05f, 0.4f, 1.5f }[seed % 3];
        private string? _input;

        /// <summary>A convolution of the input to [1, 3, 4, 4].</summary>
        public string Layer()
            => Node("Conv", 13, Axes("pads", 1, 1, 1, 1), _input ??= _author.Input(1, 2, 4, 4), Weights(3, 2, 3, 3), Weights(3));

        public string Node(string op, int version, params string[] inputs) => Node(op, version, NodeAttributes.Empty, inputs);

        public string Node(string op, int version, NodeAttributes attributes, params string[] inputs) => _author.Add(op, inputs, attributes, version) ?? throw new InvalidOperationException("There is no " + op + ".");

        public string Constant(Tensor tensor) => _author.Constant(tensor);

        public string Weights(params int[] lengths)
            => Constant(Tensor.Of([.. Enumerable.Range(0, lengths.Aggregate(1, (a, b) => a * b)).Select(_ => ((_random.NextSingle() * 2) - 1) * _size)], lengths));

        public string Squares(int count) => Constant(Tensor.Of([.. Enumerable.Range(0, count).Select(_ => 0.1f + _random.NextSingle())], count));

        public string Filled(float value) => Constant(Tensor.Of([value], []));

        public string Ramp() => Node("Identity", 13, Constant(Tensor.Of([-2f, 0, 1, 3], 4)));

        public string Integers(params long[] values) => Constant(Tensor.Of(values, values.Length));

        public string Row(string x) => Node("Flatten", 13, x);

        /// <summary>|x| + 0.3.</summary>
        public string Positive(string x) => Node("Add", 13, Node("Abs", 13, x), Filled(0.3f));

        public NodeAttributes Flags(params (string Name, long Value)[] values) => values.Aggregate(NodeAttributes.Empty, (a, v) => a.With(v.Name, v.Value));

        public NodeAttributes Axes(string name, params long[] values) => NodeAttributes.Empty.Pads(name, values);

        public NodeAttributes Word(string name, string value) => NodeAttributes.Empty.With(name, new StringAttribute(value));

        public Graph Finish(string output) => Rewriting.Infer(_author.ToGraph([output]));
    }

    private static NodeAttributes Pads(this NodeAttributes attributes, string name, params long[] values) => attributes.With(name, [.. values]);

    private static NodeAttributes Number(this NodeAttributes attributes, string name, float value) => attributes.With(name, new FloatAttribute(value));
}
