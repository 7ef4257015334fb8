using System;
using System.Collections.Generic;
using System.Linq;
using RedGen.Compiler.Execute;
using RedGen.Compiler.Graphs;
using RedGen.TestKit;
using Xunit;

namespace RedGen.Compiler.Tests.Quantised;

/// <summary>Operators of com.microsoft over quantised tensors give what DequantizeLinear, their operator of ai.onnx, and QuantizeLinear give.</summary>
public sealed class MicrosoftTests
{
    /// <summary>The node, and the nodes that say the same.</summary>
    private static readonly Dictionary<string, (Action<OnnxModelWriter> Node, Action<OnnxModelWriter> Graph)> Rows = new()
    {
        ["QLinearAdd"] = (m => Node(m, "QLinearAdd", "x,s,z,x2,t,z,u,z"), m => Graph(m, "Add", "x,s,z", "x2,t,z")),
        ["QLinearMul"] = (m => Node(m, "QLinearMul", "x,s,z,x2,t,z,u,z"), m => Graph(m, "Mul", "x,s,z", "x2,t,z")),
        ["QLinearSigmoid"] = (m => Node(m, "QLinearSigmoid", "x,s,z,u,z"), m => Graph(m, "Sigmoid", "x,s,z")),
        ["QLinearLeakyRelu"] = (m => Node(m, "QLinearLeakyRelu", "x,s,z,u,z", n => n.Float("alpha", 0.2f)), m => Graph(m, "LeakyRelu", "x,s,z", n => n.Float("alpha", 0.2f))),
        ["QLinearSoftmax"] = (m => Node(m, "QLinearSoftmax", "x,s,z,u,z", n => n.Int("opset", 13).Int("axis", 1)), m => Graph(m, "Softmax", "x,s,z", n => n.Int("axis", 1))),
        ["QLinearAveragePool"] = (m => Node(m, "QLinearAveragePool", "x,s,z,u,z", n => n.Ints("kernel_shape", 2, 3)), m => Graph(m, "AveragePool", "x,s,z", n => n.Ints("kernel_shape", 2, 3))),
        ["QLinearGlobalAveragePool"] = (m => Node(m, "QLinearGlobalAveragePool", "x,s,z,u,z"), m => Graph(m, "GlobalAveragePool", "x,s,z")),
        ["QLinearConcat"] = (m => Node(m, "QLinearConcat", "u,z,x,s,z,x2,t,z", n => n.Int("axis", 2)), m => Graph(m, "Concat", "x,s,z", "x2,t,z", n => n.Int("axis", 2))),
    };

    public static TheoryData<string> Names => [.. Rows.Keys];

    [Theory]
    [MemberData(nameof(Names))]
    public void An_operator_is_its_graph(string name)
    {
        using var node = CompiledModel.Compile(Model(Rows[name].Node), TestOptions.Exact);
        using var graph = CompiledModel.Compile(Model(Rows[name].Graph), TestOptions.Exact);
        ReferenceTensor[] inputs = [Filled(1), Filled(2)];
        Assert.Equal(graph.RunReference(inputs)[0].Integers, node.Run(inputs)[0].Integers);
        node.AssertAgrees(0, 0, inputs);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void QGemm_adds_a_bias_of_integers(bool isFloat)
    {
        OnnxModelWriter model = Constants(new OnnxModelWriter()).Input("x", ElementType.Int8, 4, 10).Initializer("w", Bytes(5, 10, 6)).Initializer("c", Tensor.FromSpan<int>(ElementType.Int32, [1, -200, 3000, 4, 5, -6], 6))
            .Node("QGemm", isFloat ? "x,s,z,w,t,z,c" : "x,s,z,w,t,z,c,u,z", "y", n => n.Domain("com.microsoft")).Output("y");
        using var compiled = CompiledModel.Compile(model, TestOptions.Exact);
        Assert.Contains(compiled.Plan.Root.Steps, s => s.Kernel == "Gemm.Integers");
        double tolerance = isFloat ? 1e-4 : 0;
        compiled.AssertAgrees(tolerance, tolerance, new ReferenceTensor(ElementType.Int8, [4, 10], [.. Enumerable.Range(0, 40).Select(i => (long)(i * 37))]).Rounded());
    }

    [Fact]
    public void Products_of_integers_become_floats()
    {
        OnnxModelWriter model = Constants(new OnnxModelWriter()).Input("x", ElementType.Float32, 4, 10).Input("q", ElementType.Int8, 4, 10).Initializer("w", Bytes(5, 10, 6)).Initializer("b", [1f, 2f, 3f, 4f, 5f, 6f], 6)
            .Node("DynamicQuantizeMatMul", "x,w,t,z,b", "y", n => n.Domain("com.microsoft")).Node("MatMulIntegerToFloat", "q,w,s,t,z,z", "v", n => n.Domain("com.microsoft")).Output("y").Output("v");
        using var compiled = CompiledModel.Compile(model, TestOptions.Exact);
        Assert.Equal(2, compiled.Plan.Root.Steps.Count(s => s.Kernel == "Gemm.Integers"));
        compiled.AssertAgrees(1e-5, 1e-5, RandomTensor.Of(ElementType.Float32, 1, 4, 10), RandomTensor.Of(ElementType.Int8, 2, 4, 10));
    }

    [Theory]
    [InlineData(4, false)]
    [InlineData(4, true)]
    [InlineData(8, true)]
    public void Products_with_blocks_of_few_bits_are_products_with_floats(int bits, bool hasZeroPoints)
    {
        const int K = 40;
        const int N = 3;
        byte[] weights = new byte[N * 3 * 16 * bits / 8];
        byte[] zeros = new byte[bits == 4 ? N * 2 : N * 3];
        var random = new Random(bits);
        random.NextBytes(weights);
        random.NextBytes(zeros);
        float[] scales = [.. Enumerable.Range(1, N * 3).Select(i => 0.01f * i)];
        int Unpacked(byte[] bytes, int row, int index, int perRow) => bits == 8 ? bytes[(row * perRow) + index] : (bytes[(row * ((perRow + 1) / 2)) + (index / 2)] >> (4 * (index % 2))) & 15;
        float[] dense = new float[K * N];
        for (int n = 0; n < N; n++)
            for (int k = 0; k < K; k++)
                dense[(k * N) + n] = (Unpacked(weights, n, k, 48) - (hasZeroPoints ? Unpacked(zeros, n, k / 16, 3) : 1 << (bits - 1))) * scales[(n * 3) + (k / 16)];
        OnnxModelWriter model = new OnnxModelWriter().Opset(17).Opset(1, "com.microsoft").Input("x", ElementType.Float32, 2, K)
            .Initializer("w", new Tensor(ElementType.UInt8, [N, 3, 16 * bits / 8], weights)).Initializer("s", scales, N * 3).Initializer("z", new Tensor(ElementType.UInt8, [zeros.Length], zeros)).Initializer("d", dense, K, N)
            .Node("MatMulNBits", hasZeroPoints ? "x,w,s,z" : "x,w,s", "y", n => n.Domain("com.microsoft").Int("K", K).Int("N", N).Int("bits", bits).Int("block_size", 16))
            .Node("MatMul", "x,d", "v").Node("Sub", "y,v", "difference").Output("difference");
        using var compiled = CompiledModel.Compile(model, TestOptions.Exact);
        ReferenceTensor x = RandomTensor.Of(ElementType.Float32, 1, 2, K);
        compiled.AssertAgrees(1e-4, 1e-4, x);
        Assert.All(Enumerable.Range(0, 2 * N), i => Assert.InRange(compiled.Run(x)[0].Real(i), -1e-3, 1e-3));
    }

    private static ReferenceTensor Filled(int seed) => new ReferenceTensor(ElementType.Int8, [1, 3, 6, 8], [.. Enumerable.Range(0, 144).Select(i => (long)(i * ((2 * seed) + 41)))]).Rounded();

    private static Tensor Bytes(int seed, params int[] lengths)
    {
        byte[] bytes = new byte[lengths.Aggregate(1, (a, b) => a * b)];
        new Random(seed).NextBytes(bytes);
        return new Tensor(ElementType.Int8, [.. lengths], bytes);
    }

    private static OnnxModelWriter Constants(OnnxModelWriter model) => model.Opset(17).Opset(1, "com.microsoft")
        .Initializer("s", [0.03f]).Initializer("t", [0.011f]).Initializer("u", [0.05f]).Initializer("z", Tensor.FromSpan<sbyte>(ElementType.Int8, [7]));

    private static OnnxModelWriter Model(Action<OnnxModelWriter> write)
    {
        OnnxModelWriter model = Constants(new OnnxModelWriter()).Input("x", ElementType.Int8, 1, 3, 6, 8).Input("x2", ElementType.Int8, 1, 3, 6, 8);
        write(model);
        return model.Output("y");
    }

    private static void Node(OnnxModelWriter model, string op, string inputs, Action<OnnxNodeWriter>? write = null) => model.Node(op, inputs, "y", n =>
    {
        n.Domain("com.microsoft");
        write?.Invoke(n);
    });

    private static void Graph(OnnxModelWriter model, string op, string first, Action<OnnxNodeWriter>? write = null)
        => model.Node("DequantizeLinear", first, "d").Node(op, "d", "r", write).Node("QuantizeLinear", "r,u,z", "y");

    private static void Graph(OnnxModelWriter model, string op, string first, string second, Action<OnnxNodeWriter>? write = null)
        => model.Node("DequantizeLinear", first, "d").Node("DequantizeLinear", second, "e").Node(op, "d,e", "r", write).Node("QuantizeLinear", "r,u,z", "y");
}
