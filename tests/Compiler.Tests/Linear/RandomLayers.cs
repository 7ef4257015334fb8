using System.Linq;
using RedGen.Compiler.Execute;
using RedGen.Compiler.Graphs;
using RedGen.TestKit;

namespace RedGen.Compiler.Tests.Linear;

/// <summary>Random models of the operators that compute over axes.</summary>
internal static class RandomLayers
{
    private static readonly ElementType[] Floats = [ElementType.Float32, ElementType.Float32, ElementType.Float32, ElementType.Float64, ElementType.Float16, ElementType.BFloat16];

    private static readonly ElementType[] Numbers =
    [
        ElementType.Float32, ElementType.Float32, ElementType.Float64, ElementType.Float16, ElementType.Int32, ElementType.Int64, ElementType.UInt8,
        ElementType.Int8, ElementType.UInt64, ElementType.Int16, ElementType.BFloat16,
    ];

    public static RandomModel Conv(int seed)
    {
        RandomModel m = Of(seed, Floats).Opset(22);
        int rank = m.Next(1, 3);
        int groups = m.Any(1, 1, 1, 2, 3, 8);
        int groupInputs = groups == 8 ? 1 : m.Next(1, 5);
        int groupOutputs = groups == 8 ? m.Next(1, 2) : m.Next(1, 7);
        int[] kernel = m.Lengths(rank, 1, 4);
        m.Input("x", [m.Any(1, 1, 2), groups * groupInputs, .. m.Lengths(rank, 8, rank == 3 ? 9 : 21)]);
        string inputs = "x, " + m.Weights("w", 0.85, [groups * groupOutputs, groupInputs, .. kernel]);
        if (m.Chance(0.6)) inputs += ", " + m.Weights("b", 0.8, groups * groupOutputs);
        return m.Node("Conv", inputs, "y", n => Window(m, n.Int("group", groups), rank, kernel, dilations: true)).Output("y");
    }

    public static RandomModel Pool(int seed)
    {
        string op = new[] { "MaxPool", "AveragePool", "LpPool" }[seed % 3];
        RandomModel m = op == "MaxPool" ? Of(seed, ElementType.Float32, ElementType.Float32, ElementType.Float64, ElementType.UInt8, ElementType.Int8) : Of(seed, Floats);
        m.Opset(22);
        int rank = m.Next(1, 3);
        int[] kernel = m.Lengths(rank, 1, 4);
        m.Input("x", [m.Any(1, 2), m.Next(1, 4), .. m.Lengths(rank, 8, 13)]);
        bool indices = op == "MaxPool" && m.Chance(0.3);
        m.Node(op, "x", indices ? "y, places" : "y", n =>
        {
            Window(m, n.Ints("kernel_shape", [.. kernel.Select(k => (long)k)]).Int("ceil_mode", m.Next(0, 1)), rank, kernel, dilations: true);
            if (op == "AveragePool") n.Int("count_include_pad", m.Next(0, 1));
            if (indices) n.Int("storage_order", m.Next(0, 1));
            if (op == "LpPool") n.Int("p", m.Next(1, 3));
        }).Output("y");
        return indices ? m.Output("places") : m;
    }

    public static RandomModel GlobalPool(int seed)
    {
        RandomModel m = Of(seed, Floats).Opset(17);
        m.Input("x", [m.Next(1, 2), m.Next(1, 5), .. m.Lengths(m.Next(1, 3), 1, 6)]);
        return m.Node(m.Any("GlobalAveragePool", "GlobalMaxPool", "GlobalLpPool"), "x", "y").Output("y");
    }

    public static RandomModel MatMul(int seed)
    {
        RandomModel m = Of(seed, Numbers).Opset(17);
        int depth = m.Next(1, 40);
        int[] batch = m.Lengths(m.Next(0, 3), 1, 3);
        int[] left = m.Chance(0.15) ? [depth] : [.. Broadcast(m, batch), m.Next(1, 9), depth];
        int[] right = m.Chance(0.15) ? [depth] : m.Chance(0.4) ? [depth, m.Next(1, 40)] : [.. Broadcast(m, batch), depth, m.Next(1, 20)];
        return m.Node("MatMul", m.Input("a", left) + ", " + m.Weights("b", 0.5, right), "y").Output("y");
    }

    public static RandomModel Gemm(int seed)
    {
        RandomModel m = Of(seed, Numbers).Opset(17);
        (int rows, int depth, int columns) = (m.Any(1, 1, 2, 7), m.Next(1, 50), m.Next(1, 40));
        (bool transA, bool transB) = (m.Chance(0.2), m.Chance(0.5));
        string inputs = m.Input("a", transA ? [depth, rows] : [rows, depth]) + ", " + m.Weights("b", 0.7, transB ? [columns, depth] : [depth, columns]);
        if (m.Chance(0.7)) inputs += ", " + m.Weights("c", 0.6, m.Any<int[]>([columns], [1, columns], [rows, columns], [rows, 1], [], [1]));
        bool real = m.Type.IsFloat();
        return m.Node("Gemm", inputs, "y", n =>
        {
            n.Int("transA", transA ? 1 : 0).Int("transB", transB ? 1 : 0);
            if (m.Chance(0.3)) n.Float("alpha", real ? 0.5f : 2);
            if (m.Chance(0.3)) n.Float("beta", real ? 0.25f : 3);
        }).Output("y");
    }

    public static RandomModel Reduce(int seed)
    {
        string op = "Reduce" + new[] { "Sum", "Mean", "Max", "Min", "Prod", "L1", "L2", "SumSquare", "LogSum", "LogSumExp" }[seed % 10];
        RandomModel m = Of(seed, op is "ReduceLogSum" or "ReduceLogSumExp" ? Floats : op is "ReduceMax" or "ReduceMin" ? [.. Numbers, ElementType.Bool] : Numbers);
        m.Opset(m.Any(11, 20, 20)); // Before 18 the axes are an attribute.
        if (op is "ReduceMax" or "ReduceMin" && m.Type == ElementType.Bool) m = new RandomModel(seed, m.Type).Opset(20);
        int[] x = m.Lengths(m.Next(1, 4), 1, 5);
        long[] axes = [.. Enumerable.Range(0, x.Length).Where(_ => m.Chance(0.5)).Select(a => m.Chance(0.5) ? (long)a : a - x.Length)];
        m.Input("x", x);
        bool asInput = m.Writer.ToModel().OpsetImports[""] >= 18;
        string inputs = "x";
        if (asInput && (axes.Length > 0 || m.Chance(0.5)))
        {
            m.Writer.Initializer("axes", axes, axes.Length);
            inputs += ", axes";
        }

        if (op == "ReduceLogSum") m.Node("Abs", "x", "positive");
        return m.Node(op, inputs.Replace("x,", op == "ReduceLogSum" ? "positive," : "x,"), "y", n =>
        {
            n.Int("keepdims", m.Next(0, 1));
            if (asInput) n.Int("noop_with_empty_axes", m.Next(0, 1));
            else if (axes.Length > 0) n.Ints("axes", axes);
        }).Output("y");
    }

    public static RandomModel AlongAxis(int seed)
    {
        string op = new[] { "Softmax", "LogSoftmax", "Hardmax", "ArgMax", "ArgMin" }[seed % 5];
        RandomModel m = Of(seed, op.StartsWith("Arg", System.StringComparison.Ordinal) ? Numbers : Floats).Opset(seed % 2 == 0 ? 12 : 13);
        int[] x = m.Lengths(m.Next(2, 4), 1, 9);
        m.Input("x", x);
        return m.Node(op, "x", "y", n =>
        {
            if (m.Chance(0.8)) n.Int("axis", m.Next(-x.Length, x.Length - 1));
            if (op.StartsWith("Arg", System.StringComparison.Ordinal)) n.Int("keepdims", m.Next(0, 1)).Int("select_last_index", m.Next(0, 1));
        }).Output("y");
    }

    public static RandomModel BatchNormalization(int seed)
    {
        RandomModel m = Of(seed, Floats).Opset(15);
        int channels = m.Next(1, 6);
        m.Input("x", [m.Next(1, 3), channels, .. m.Lengths(m.Next(0, 3), 1, 7)]);
        m.Constant("variance", Positive(m, channels));
        string inputs = "x, " + m.Weights("scale", 0.8, channels) + ", " + m.Weights("shift", 0.8, channels) + ", " + m.Weights("mean", 0.8, channels) + ", variance";
        return m.Node("BatchNormalization", inputs, "y", n => n.Float("epsilon", 1e-3f)).Output("y");
    }

    /// <summary>By the batch's statistics, which every opset states in its own way.</summary>
    public static RandomModel TrainedBatchNormalization(int seed)
    {
        RandomModel m = Of(seed, Floats);
        int opset = m.Any(1, 6, 9, 14, 15);
        m.Opset(opset);
        int channels = m.Next(1, 6);
        m.Input("x", [m.Next(1, 3), channels, .. m.Lengths(m.Next(0, 3), 1, 7)]);
        string inputs = "x, " + m.Weights("scale", 0.8, channels) + ", " + m.Weights("shift", 0.8, channels) + ", " + m.Weights("mean", 0.5, channels) + ", " + m.Weights("variance", 0.5, channels);
        string[] outputs = opset >= 14 ? ["y", "running_mean", "running_var"] : ["y", "m", "v", "sm", "sv"];
        m.Node("BatchNormalization", inputs, string.Join(",", outputs), n => _ = opset >= 14 ? n.Float("momentum", 0.75f).Int("training_mode", 1) : n.Float("epsilon", 1e-2f));
        foreach (string output in outputs) m.Output(output);
        return m;
    }

    public static RandomModel LayerNormalization(int seed)
    {
        RandomModel m = Of(seed, Floats).Opset(17);
        int[] x = m.Lengths(m.Next(1, 4), 1, 7);
        int axis = m.Next(0, x.Length - 1);
        int[] row = x[axis..];
        string inputs = m.Input("x", x) + ", " + m.Weights("scale", 0.7, m.Chance(0.2) ? [1] : row) + (m.Chance(0.7) ? ", " + m.Weights("shift", 0.7, row) : "");
        bool all = m.Chance(0.4);
        m.Node("LayerNormalization", inputs, all ? "y, mean, inverse" : "y", n => n.Int("axis", m.Chance(0.5) ? axis : axis - x.Length).Float("epsilon", 1e-2f)).Output("y");
        return all ? m.Output("mean").Output("inverse") : m;
    }

    /// <summary>A product or convolution with a bias, a residual, an activation behind it.</summary>
    public static RandomModel Fused(int seed)
    {
        var m = new RandomModel(seed, ElementType.Float32);
        m.Opset(20);
        int channels = m.Next(1, 20);
        int[] y = Head(m, channels);
        string value = "h";
        if (m.Chance(0.4)) value = Add(m, value, "biased", m.Constant("bias", m.Any<int[]>([1], Channels(y, channels))));
        if (m.Chance(0.5)) value = Add(m, value, "sum", m.Chance(0.2) ? "h0" : m.Input("residual", y));
        return Activate(m, value).Output("y");
    }

    private static int[] Head(RandomModel m, int channels)
    {
        if (m.Chance(0.5))
        {
            int[] x = [m.Any(1, 2), m.Next(1, 6), m.Next(6, 12), m.Next(6, 12)];
            bool depthwise = m.Chance(0.3);
            int inputs = depthwise ? channels : x[1];
            m.Input("x", x[0], inputs, x[2], x[3]);
            m.Node("Conv", "x, " + m.Constant("w", channels, depthwise ? 1 : inputs, 3, 3) + ", " + m.Constant("b", channels), "h",
                n => n.Int("group", depthwise ? channels : 1).Ints("pads", 1, 1, 1, 1));
            m.Node("Conv", "x, w", "h0", n => n.Int("group", depthwise ? channels : 1).Ints("pads", 1, 1, 1, 1));
            return [x[0], channels, x[2], x[3]];
        }

        (int rows, int depth) = (m.Any(1, 1, 3), m.Next(1, 30));
        m.Input("x", rows, depth);
        m.Constant("w", depth, channels);
        m.Node("MatMul", "x, w", "h0");
        if (m.Chance(0.5)) m.Node("MatMul", "x, w", "h");
        else m.Node("Gemm", "x, w, " + m.Constant("b", channels), "h");
        return [rows, channels];
    }

    private static int[] Channels(int[] y, int channels) => y.Length == 4 ? [channels, 1, 1] : [channels];

    private static string Add(RandomModel m, string value, string sum, string other)
    {
        m.Node("Add", m.Chance(0.5) ? value + ", " + other : other + ", " + value, sum);
        return sum;
    }

    private static RandomModel Activate(RandomModel m, string value)
    {
        string op = m.Any("Relu", "LeakyRelu", "Sigmoid", "Tanh", "HardSwish", "HardSigmoid", "Elu", "Gelu", "Clip", "Silu", "Identity");
        if (op == "Silu") return m.Node("Sigmoid", value, "gate").Node("Mul", m.Chance(0.5) ? value + ", gate" : "gate, " + value, "y");
        if (op != "Clip") return m.Node(op, value, "y");
        m.Writer.Initializer("zero", [0f]).Initializer("six", [6f]);
        return m.Node("Clip", value + ", zero, six", "y");
    }

    private static RandomModel Of(int seed, params ElementType[] types) => new(seed, types[seed / 3 % types.Length]);

    private static int[] Broadcast(RandomModel m, int[] batch) => [.. batch.Select(d => m.Chance(0.3) ? 1 : d).Skip(m.Chance(0.2) ? m.Next(0, batch.Length) : 0)];

    private static ReferenceTensor Positive(RandomModel m, int length)
    {
        ReferenceTensor tensor = RandomTensor.Of(m.Type, m.Seed, length);
        for (int i = 0; i < tensor.Count; i++) tensor.Reals![i] = System.Math.Abs(tensor.Reals[i]) + 0.5;
        return tensor.Rounded();
    }

    private static void Window(RandomModel m, OnnxNodeWriter node, int rank, int[] kernel, bool dilations)
    {
        node.Ints("strides", [.. m.Lengths(rank, 1, 3).Select(s => (long)s)]);
        if (dilations && m.Chance(0.4)) node.Ints("dilations", [.. m.Lengths(rank, 1, 2).Select(d => (long)d)]);
        if (m.Chance(0.3)) node.String("auto_pad", m.Any("VALID", "SAME_UPPER", "SAME_LOWER"));
        else if (m.Chance(0.6)) node.Ints("pads", [.. Enumerable.Range(0, 2 * rank).Select(i => (long)m.Next(0, System.Math.Max(0, kernel[i % rank] - 1)))]);
    }
}
