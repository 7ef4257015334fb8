using System;
using System.Linq;
using RedGen.Compiler.Graphs;
using RedGen.TestKit;

namespace RedGen.Compiler.Tests.Verify;

/// <summary>By operator the nodes from z, [1, 6], to v; p is z made positive, between 0.2 and 1.2.</summary>
internal static class OperatorCases
{
    /// <summary>The cases.</summary>
    public static (string Name, Func<OnnxModelWriter, OnnxModelWriter> Build, int Outputs)[] All { get; } =
    [
        ("Exp", static m => m.Node("Exp", "z", "v"), 6),
        ("Log", static m => m.Node("Log", "p", "v"), 6),
        ("Sqrt", static m => m.Node("Sqrt", "p", "v"), 6),
        ("Reciprocal", static m => m.Node("Reciprocal", "p", "v"), 6),
        ("Abs", static m => m.Node("Abs", "z", "v"), 6),
        ("Softplus", static m => m.Node("Softplus", "z", "v"), 6),
        ("Sign", static m => m.Node("Sign", "z", "v"), 6),
        ("HardSigmoid", static m => m.Node("HardSigmoid", "z", "v"), 6),
        ("Pow 2", static m => m.Initializer("e", [2f]).Node("Pow", "z,e", "v"), 6),
        ("Pow 3", static m => m.Initializer("e", [3f]).Node("Pow", "z,e", "v"), 6),
        ("Pow 1.5", static m => m.Initializer("e", [1.5f]).Node("Pow", "p,e", "v"), 6),
        ("Pow -0.5", static m => m.Initializer("e", [-0.5f]).Node("Pow", "p,e", "v"), 6),
        ("Mul", static m => m.Node("Mul", "z,p", "v"), 6),
        ("Mul same", static m => m.Node("Mul", "z,z", "v"), 6),
        ("Div", static m => m.Node("Div", "z,p", "v"), 6),
        ("Div of a constant", static m => m.Initializer("e", [2f]).Node("Div", "e,p", "v"), 6),
        ("Swish", static m => m.Node("Sigmoid", "z", "s").Node("Mul", "z,s", "v"), 6),
        ("Max", static m => m.Node("Max", "z,p", "v"), 6),
        ("Min", static m => m.Initializer("e", [0.3f]).Node("Min", "z,p,e", "v"), 6),
        ("Softmax", static m => m.Node("Softmax", "z", "v"), 6),
        ("Softmax of rows", static m => m.Initializer("r", [2L, 3], 2).Node("Reshape", "z,r", "t").Node("Softmax", "t", "u", static n => n.Int("axis", 0)).Node("Flatten", "u", "v", static n => n.Int("axis", 0)), 6),
        ("ConvTranspose", static m => m.Initializer("r", [1L, 2, 3], 3).Node("Reshape", "z,r", "t").Initializer("k", [0.5f, -1, 2, 0.25f, 1, -0.5f, 0.75f, -0.3f], 2, 2, 2).Initializer("kb", [0.1f, -0.2f], 2)
            .Node("ConvTranspose", "t,k,kb", "u", static n => n.Ints("strides", 2)).Node("Flatten", "u", "v"), 12),
        .. new[]
        {
            "Erf", "Gelu", "HardSwish", "Elu", "Selu", "Celu", "Softsign", "ThresholdedRelu", "Mish", "Sin", "Cos", "Atan", "Asinh", "Sinh", "Cosh", "Floor", "Ceil", "Round", "Shrink", "LogSoftmax", "Hardmax", "LpNormalization",
        }.Select(Single),
        ("Gelu by tanh", static m => m.Node("Gelu", "z", "v", static n => n.String("approximate", "tanh")), 6),
        ("Swish of 1.7", static m => m.Node("Swish", "z", "v", static n => n.Float("alpha", 1.7f)), 6),
        ("Elu of 2.5", static m => m.Node("Elu", "z", "v", static n => n.Float("alpha", 2.5f)), 6),
        ("Celu of a half", static m => m.Node("Celu", "z", "v", static n => n.Float("alpha", 0.5f)), 6),
        ("ThresholdedRelu near", static m => m.Node("ThresholdedRelu", "z", "v", static n => n.Float("alpha", 0.2f)), 6),
        ("Shrink with a bias", static m => m.Node("Shrink", "z", "v", static n => n.Float("lambd", 0.3f).Float("bias", 0.1f)), 6),
        ("Steep LeakyRelu", static m => m.Node("LeakyRelu", "z", "v", static n => n.Float("alpha", 1.6f)), 6),
        ("PRelu", static m => m.Initializer("e", [0.1f, -0.7f, 2.2f, 1, 0, 0.4f], 6).Node("PRelu", "z,e", "v"), 6),
        ("Tan", static m => m.Node("Tan", "p", "v"), 6),
        ("Asin", static m => m.Node("Sin", "z", "s").Initializer("e", [0.9f]).Node("Mul", "s,e", "t").Node("Asin", "t", "v"), 6),
        ("Acos", static m => m.Node("Sin", "z", "s").Initializer("e", [0.9f]).Node("Mul", "s,e", "t").Node("Acos", "t", "v"), 6),
        ("Atanh", static m => m.Node("Sin", "z", "s").Initializer("e", [0.9f]).Node("Mul", "s,e", "t").Node("Atanh", "t", "v"), 6),
        ("Acosh", static m => m.Initializer("e", [1.5f]).Node("Add", "p,e", "t").Node("Acosh", "t", "v"), 6),
        ("Steps of a product", static m => m.Initializer("e", [7f]).Node("Mul", "z,e", "s").Node("Round", "s", "t").Node("Div", "t,e", "v"), 6),
        ("Greater", static m => m.Initializer("e", [0.3f]).Node("Greater", "z,e", "t").Node("Cast", "t", "v", static n => n.Int("to", 1)), 6),
        ("GreaterOrEqual", static m => m.Node("GreaterOrEqual", "z,p", "t").Node("Cast", "t", "v", static n => n.Int("to", 1)), 6),
        ("Less", static m => m.Node("Less", "z,p", "t").Node("Cast", "t", "v", static n => n.Int("to", 1)), 6),
        ("LessOrEqual", static m => m.Initializer("e", [0.1f]).Node("LessOrEqual", "e,z", "t").Node("Cast", "t", "v", static n => n.Int("to", 1)), 6),
        ("Equal", static m => m.Node("Round", "z", "s").Initializer("e", [0f]).Node("Equal", "s,e", "t").Node("Cast", "t", "v", static n => n.Int("to", 1)), 6),
        ("Logic", static m => m.Initializer("e", [0.3f]).Node("Greater", "z,e", "a").Node("Less", "z,p", "b1").Node("And", "a,b1", "c1x").Node("Or", "a,b1", "d").Node("Xor", "c1x,d", "g1").Node("Not", "g1", "h").Node("Cast", "h", "v", static n => n.Int("to", 1)), 6),
        ("Where", static m => m.Initializer("e", [0.3f]).Node("Greater", "z,e", "a").Node("Where", "a,p,z", "v"), 6),
        ("Where of constants", static m => m.Initializer("e", [0.3f]).Initializer("k", [2f]).Node("Greater", "z,e", "a").Node("Where", "a,k,z", "v"), 6),
        ("Cast to integers", static m => m.Initializer("e", [5f]).Node("Mul", "z,e", "s").Node("Cast", "s", "t", static n => n.Int("to", 6)).Node("Cast", "t", "v", static n => n.Int("to", 1)), 6),
        ("ArgMax", static m => m.Node("ArgMax", "z", "t", static n => n.Int("axis", 1)).Node("Cast", "t", "v", static n => n.Int("to", 1)), 1),
        ("ArgMin, the last", static m => m.Node("Round", "z", "s").Node("ArgMin", "s", "t", static n => n.Int("axis", 1).Int("select_last_index", 1)).Node("Cast", "t", "v", static n => n.Int("to", 1)), 1),
        ("Sum", static m => m.Initializer("e", [0.3f]).Node("Sum", "z,p,e", "v"), 6),
        ("Mean", static m => m.Initializer("e", [0.3f]).Node("Mean", "z,p,e", "v"), 6),
        .. new[] { "ReduceMax", "ReduceMin", "ReduceL1", "ReduceL2", "ReduceSumSquare" }.Select(Reduced),
        ("ReduceLogSum", static m => Rows(m, "p").Initializer("a", [1L], 1).Node("ReduceLogSum", "t,a", "u").Node("Flatten", "u", "v", static n => n.Int("axis", 0)), 2),
        ("CumSum", static m => m.Initializer("a", [1L]).Node("CumSum", "z,a", "v"), 6),
        ("MatMul of values", static m => Rows(m, "z").Node("Transpose", "t", "o", static n => n.Ints("perm", 1, 0)).Node("MatMul", "t,o", "u").Node("Flatten", "u", "v", static n => n.Int("axis", 0)), 4),
        ("Gemm of values", static m => Rows(m, "z").Initializer("q6", [2L, 3], 2).Node("Reshape", "p,q6", "o").Initializer("c2", [0.5f, -0.5f], 2).Node("Gemm", "t,o,c2", "u", static n => n.Int("transB", 1).Float("alpha", 0.5f).Float("beta", 2)).Node("Flatten", "u", "v", static n => n.Int("axis", 0)), 4),
        ("MatMul with the constant left", static m => Rows(m, "z").Initializer("k", [1f, -1, 0.5f, 2, 0, 1], 3, 2).Node("MatMul", "k,t", "u").Node("Flatten", "u", "v", static n => n.Int("axis", 0)), 9),
        ("Attention", static m => Rows(m, "z").Initializer("q6", [2L, 3], 2).Node("Reshape", "p,q6", "o").Node("Transpose", "o", "ot", static n => n.Ints("perm", 1, 0)).Node("MatMul", "t,ot", "s").Node("Softmax", "s", "w2").Node("MatMul", "w2,o", "u").Node("Flatten", "u", "v", static n => n.Int("axis", 0)), 6),
        ("LayerNormalization", static m => Rows(m, "z").Initializer("g1", [1f, 0.5f, -2], 3).Initializer("h", [0.1f, 0.2f, 0.3f], 3).Node("LayerNormalization", "t,g1,h", "u").Node("Flatten", "u", "v", static n => n.Int("axis", 0)), 6),
        ("RMSNormalization", static m => Rows(m, "p").Initializer("g1", [1f, 0.5f, -2], 3).Node("RMSNormalization", "t,g1", "u").Node("Flatten", "u", "v", static n => n.Int("axis", 0)), 6),
        ("InstanceNormalization", static m => m.Initializer("q7", [1L, 2, 3], 3).Node("Reshape", "z,q7", "t").Initializer("g1", [1f, -2], 2).Initializer("h", [0.1f, 0.2f], 2).Node("InstanceNormalization", "t,g1,h", "u").Node("Flatten", "u", "v", static n => n.Int("axis", 0)), 6),
        ("GroupNormalization", static m => m.Initializer("q7", [1L, 6, 1], 3).Node("Reshape", "z,q7", "t").Initializer("g1", [1f, -2, 1, 1, 0.5f, 1], 6).Initializer("h", [0.1f, 0.2f, 0, 0, 1, 0], 6).Node("GroupNormalization", "t,g1,h", "u", static n => n.Int("num_groups", 2)).Node("Flatten", "u", "v", static n => n.Int("axis", 0)), 6),
        ("Written normalisation", static m => Rows(m, "z").Initializer("a", [-1L], 1).Node("ReduceMean", "t,a", "m0").Node("Sub", "t,m0", "d").Node("Mul", "d,d", "s").Node("ReduceMean", "s,a", "r").Initializer("e", [1e-5f]).Node("Add", "r,e", "r1").Node("Sqrt", "r1", "r2").Node("Div", "d,r2", "u").Node("Flatten", "u", "v", static n => n.Int("axis", 0)), 6),
        ("MeanVarianceNormalization", static m => m.Initializer("q7", [1L, 2, 1, 3], 4).Node("Reshape", "z,q7", "t").Node("MeanVarianceNormalization", "t", "u").Node("Flatten", "u", "v", static n => n.Int("axis", 0)), 6),
        ("LRN", static m => m.Initializer("q7", [1L, 6, 1, 1], 4).Node("Reshape", "z,q7", "t").Node("LRN", "t", "u", static n => n.Int("size", 3).Float("alpha", 0.5f)).Node("Flatten", "u", "v", static n => n.Int("axis", 0)), 6),
        .. OperatorCasesOfArrays.All,
        ("Quantised", static m => Quantised(m, "z", "t").Initializer("sc", [0.02f]).Initializer("zp", Tensor.FromSpan<byte>(ElementType.UInt8, [128], [])).Node("DequantizeLinear", "t,sc,zp", "v"), 6),
        ("Quantised layer", static m => Quantised(m, "z", "t").Initializer("sc", [0.02f]).Initializer("zp", Tensor.FromSpan<byte>(ElementType.UInt8, [128], [])).Node("DequantizeLinear", "t,sc,zp", "a")
            .Initializer("wq", Tensor.FromSpan<sbyte>(ElementType.Int8, [.. Enumerable.Range(0, 24).Select(static i => (sbyte)((i * 37 % 200) - 100))], [6, 4])).Initializer("ws", [0.01f]).Initializer("wz", Tensor.FromSpan<sbyte>(ElementType.Int8, [0], []))
            .Node("DequantizeLinear", "wq,ws,wz", "wf").Node("MatMul", "a,wf", "b0").Initializer("so", [0.05f]).Initializer("zo", Tensor.FromSpan<sbyte>(ElementType.Int8, [-3], []))
            .Node("QuantizeLinear", "b0,so,zo", "c0").Node("DequantizeLinear", "c0,so,zo", "v"), 4),
        ("QLinearMatMul", static m => Quantised(m, "z", "t").Initializer("sc", [0.02f]).Initializer("zp", Tensor.FromSpan<byte>(ElementType.UInt8, [128], []))
            .Initializer("wq", Tensor.FromSpan<sbyte>(ElementType.Int8, [.. Enumerable.Range(0, 24).Select(static i => (sbyte)((i * 37 % 200) - 100))], [6, 4])).Initializer("ws", [0.01f]).Initializer("wz", Tensor.FromSpan<sbyte>(ElementType.Int8, [2], []))
            .Initializer("so", [0.05f]).Initializer("zo", Tensor.FromSpan<byte>(ElementType.UInt8, [100], [])).Node("QLinearMatMul", "t,sc,zp,wq,ws,wz,so,zo", "c0").Node("DequantizeLinear", "c0,so,zo", "v"), 4),
        ("QLinearConv", static m => Quantised(m, "z", "t").Initializer("sc", [0.02f]).Initializer("zp", Tensor.FromSpan<byte>(ElementType.UInt8, [128], [])).Initializer("q7", [1L, 1, 6], 3).Node("Reshape", "t,q7", "t1")
            .Initializer("wq", Tensor.FromSpan<sbyte>(ElementType.Int8, [50, -60, 70, 90, 10, -100], [2, 1, 3])).Initializer("ws", [0.01f, 0.02f], 2).Initializer("wz", Tensor.FromSpan<sbyte>(ElementType.Int8, [0, 0], [2]))
            .Initializer("so", [0.05f]).Initializer("zo", Tensor.FromSpan<byte>(ElementType.UInt8, [100], [])).Initializer("bq", Tensor.FromSpan<int>(ElementType.Int32, [100, -70], [2]))
            .Node("QLinearConv", "t1,sc,zp,wq,ws,wz,so,zo,bq", "c0", static n => n.Ints("pads", 1, 1)).Node("DequantizeLinear", "c0,so,zo", "u").Node("Flatten", "u", "v", static n => n.Int("axis", 0)), 12),
        ("MatMulInteger", static m => Quantised(m, "z", "t").Initializer("zp", Tensor.FromSpan<byte>(ElementType.UInt8, [128], []))
            .Initializer("wq", Tensor.FromSpan<sbyte>(ElementType.Int8, [.. Enumerable.Range(0, 24).Select(static i => (sbyte)((i * 37 % 200) - 100))], [6, 4]))
            .Node("MatMulInteger", "t,wq,zp", "c0").Node("Cast", "c0", "c1", static n => n.Int("to", 1)).Initializer("so", [0.0005f]).Node("Mul", "c1,so", "v"), 4),
        .. new[] { "LSTM", "GRU", "RNN" }.SelectMany(static op => new[] { "forward", "reverse", "bidirectional" }.Select(direction => Recurrent(op, direction))),
        ("GRU, linear before reset", static m => Layer(m, "GRU", "forward", 3, 1, static n => n.Int("linear_before_reset", 1)), 4),
        ("LSTM with peepholes", static m => Layer(m.Initializer("pp", Weights(6, 3), 1, 6), "LSTM", "forward", 4, 1, static n => n.Float("clip", 0.9f).Int("input_forget", 1), ",,,,pp"), 4),
        ("Loop", static m => m.Initializer("trips", [3L]).Initializer("start", [0.1f, 0, 0, 0.5f, 0, 0], 1, 6).Node("Loop", "trips,,start", "v", static n => n.Graph("body", static g => g
            .Input("it", ElementType.Int64).Input("ci", ElementType.Bool).Input("s", ElementType.Float32, 1, 6).Initializer("lw", Weights(36, 7, 0.4f), 6, 6).Node("MatMul", "s,lw", "s1").Node("Add", "s1,z", "s2").Node("Tanh", "s2", "s3").Node("Identity", "ci", "co").Output("co").Output("s3"))), 6),
        ("Loop that collects", static m => m.Initializer("trips", [3L]).Node("Loop", "trips,,z", "last,all", static n => n.Graph("body", static g => g
            .Input("it", ElementType.Int64).Input("ci", ElementType.Bool).Input("s", ElementType.Float32, 1, 6).Initializer("six", [6L], 1).Node("Cast", "it", "itf", static k => k.Int("to", 1)).Node("Add", "s,itf", "s2").Node("Sigmoid", "s2", "s3").Node("Identity", "ci", "co").Node("Reshape", "s3,six", "s4").Output("co").Output("s3").Output("s4")))
            .Node("Flatten", "all", "v", static n => n.Int("axis", 0)), 18),
        ("Loop that ends sooner", static m => m.Initializer("trips", [4L]).Initializer("ax", [1L], 1).Node("Loop", "trips,,z", "v", static n => n.Graph("body", static g => g
            .Input("it", ElementType.Int64).Input("ci", ElementType.Bool).Input("s", ElementType.Float32, 1, 6).Initializer("half", [0.7f]).Initializer("least", [0.5f]).Node("Mul", "s,half", "s3").Node("ReduceL1", "s3", "s4", static k => k.Int("keepdims", 0)).Node("Greater", "s4,least", "co").Output("co").Output("s3"))), 6),
        ("Scan", static m => Rows(m, "z").Initializer("start", [0.1f, 0.2f, 0.3f], 3).Node("Scan", "start,t", "last,all", static n => n.Int("num_scan_inputs", 1).Graph("body", static g => g
            .Input("s", ElementType.Float32, 3).Input("xi", ElementType.Float32, 3).Node("Mul", "s,xi", "s1").Node("Tanh", "s1", "s2").Node("Add", "s2,xi", "s3").Output("s3").Output("s2"))).Node("Concat", "all,t", "u", static n => n.Int("axis", 0)).Node("Flatten", "u", "v", static n => n.Int("axis", 0)), 12),
        ("Implicit", static m => m.Opset(1, "redgen").Initializer("start", new float[6], 1, 6).Node("Implicit", "start", "v", static n => n.Domain("redgen").Float("tolerance", 1e-3f).Int("max_iterations", 12).Graph("body", static g => g
            .Input("s", ElementType.Float32, 1, 6).Initializer("lw", Weights(36, 9, 0.2f), 6, 6).Node("MatMul", "s,lw", "s1").Node("Add", "s1,z", "s2").Node("Tanh", "s2", "s3").Output("s3"))), 6),
    ];

    /// <summary>A recurrent layer of two units over z as two steps of three.</summary>
    private static (string Name, Func<OnnxModelWriter, OnnxModelWriter> Build, int Outputs) Recurrent(string op, string direction)
    {
        int directions = direction == "bidirectional" ? 2 : 1;
        return (op + " " + direction, m => Layer(m, op, direction, op switch { "LSTM" => 4, "GRU" => 3, _ => 1 }, directions, null), 4 * directions);
    }

    private static OnnxModelWriter Layer(OnnxModelWriter model, string op, string direction, int gates, int directions, Action<OnnxNodeWriter>? more, string rest = "")
        => model.Initializer("seq", [2L, 1, 3], 3).Node("Reshape", "z,seq", "xs").Initializer("rw", Weights(directions * gates * 6, 1), directions, 2 * gates, 3).Initializer("rr", Weights(directions * gates * 4, 2), directions, 2 * gates, 2)
            .Initializer("rb", Weights(directions * gates * 4, 4, 0.3f), directions, 4 * gates).Node(op, "xs,rw,rr,rb" + rest, "all", n =>
            {
                n.String("direction", direction).Int("hidden_size", 2);
                more?.Invoke(n);
            }).Node("Flatten", "all", "v", static n => n.Int("axis", 0));

    /// <summary>Some numbers.</summary>
    public static float[] Weights(int count, int seed, float scale = 1)
    {
        var random = new Random(seed);
        return [.. Enumerable.Range(0, count).Select(_ => ((random.NextSingle() * 2) - 1) * scale)];
    }

    private static (string Name, Func<OnnxModelWriter, OnnxModelWriter> Build, int Outputs) Single(string op) => (op, m => m.Node(op, "z", "v"), 6);

    private static (string Name, Func<OnnxModelWriter, OnnxModelWriter> Build, int Outputs) Reduced(string op)
        => (op, m => Rows(m, "z").Initializer("a", [1L], 1).Node(op, "t,a", "u").Node("Flatten", "u", "v", static n => n.Int("axis", 0)), 2);

    /// <summary>A value as two rows of three, t.</summary>
    public static OnnxModelWriter Rows(OnnxModelWriter model, string value) => model.Initializer("q5", [2L, 3], 2).Node("Reshape", value + ",q5", "t");

    private static OnnxModelWriter Quantised(OnnxModelWriter model, string value, string result)
        => model.Initializer("qs", [0.02f]).Initializer("qz", Tensor.FromSpan<byte>(ElementType.UInt8, [128], [])).Node("QuantizeLinear", value + ",qs,qz", result);
}
