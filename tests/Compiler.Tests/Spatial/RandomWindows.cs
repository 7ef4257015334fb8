using System.Linq;
using RedGen.Compiler.Graphs;
using RedGen.Compiler.Tests.Linear;

namespace RedGen.Compiler.Tests.Spatial;

/// <summary>Random convolutions, transposed convolutions and poolings of unusual shapes: any rank, kernels and paddings larger than what they read.</summary>
internal static class RandomWindows
{
    private static readonly ElementType[] Floats = [ElementType.Float32, ElementType.Float32, ElementType.Float32, ElementType.Float64, ElementType.Float16, ElementType.BFloat16];

    private static readonly int[] Opsets = [8, 11, 22];

    public static RandomModel ConvTranspose(int seed)
    {
        RandomModel m = new RandomModel(seed, Floats[seed % Floats.Length]).Opset(Opsets[seed % 3]);
        int rank = seed % 11 == 0 ? 4 : m.Next(1, 3);
        int groups = m.Any(1, 1, 2, 3);
        int groupOutputs = m.Next(1, 4);
        int[] kernel = m.Lengths(rank, 1, rank > 2 ? 3 : 5);
        int[] x = m.Lengths(rank, 1, rank > 2 ? 4 : 9);
        int channels = groups * m.Next(1, 5);
        m.Input("x", [m.Any(1, 1, 2), channels, .. x]);
        string inputs = "x, " + m.Weights("w", 0.85, [channels, groupOutputs, .. kernel]);
        if (m.Chance(0.6)) inputs += ", " + m.Weights("b", 0.85, groups * groupOutputs);
        bool isFused = m.Chance(0.3);
        m.Node("ConvTranspose", inputs, isFused ? "h" : "y", n =>
        {
            long[] strides = [.. m.Lengths(rank, 1, 3).Select(s => (long)s)];
            n.Int("group", groups).Ints("strides", strides);
            if (m.Chance(0.4)) n.Ints("dilations", [.. m.Lengths(rank, 1, 3).Select(d => (long)d)]);
            if (m.Chance(0.3)) n.Ints("output_padding", [.. strides.Select(s => (long)m.Next(0, (int)s - 1))]);
            int kind = m.Next(0, 4);
            if (kind == 0) n.String("auto_pad", m.Any("VALID", "SAME_UPPER", "SAME_LOWER"));
            else if (kind == 1) n.Ints("output_shape", [.. x.Select((d, i) => (d * strides[i]) + m.Next(0, 2))]);
            else if (kind == 2) n.Ints("pads", [.. Enumerable.Range(0, 2 * rank).Select(i => (long)m.Next(0, (kernel[i % rank] - 1) / 2))]);
        });
        if (isFused) m.Node(m.Any("Relu", "Tanh", "LeakyRelu"), "h", "y");
        return m.Output("y");
    }

    public static RandomModel Conv(int seed)
    {
        RandomModel m = new RandomModel(seed, Floats[seed % Floats.Length]).Opset(Opsets[seed % 3]);
        int rank = seed % 4 == 0 ? m.Next(4, 5) : m.Next(1, 3);
        int groups = m.Any(1, 1, 2, 4);
        int groupInputs = groups == 4 ? 1 : m.Next(1, 3);
        int most = rank > 3 ? 3 : 6;
        int[] kernel = m.Lengths(rank, 1, most);
        int[] dilations = m.Chance(0.5) ? m.Lengths(rank, 1, 3) : [.. kernel.Select(_ => 1)];
        int[] pads = m.Lengths(2 * rank, 0, rank > 3 ? 2 : 9);
        // The kernel may be larger than the input, never than the padded input.
        int[] x = [.. kernel.Select((k, i) => System.Math.Max(1, ((k - 1) * dilations[i]) + 1 - pads[i] - pads[rank + i] + m.Next(0, 3)))];
        m.Input("x", [m.Any(1, 2), groups * groupInputs, .. x]);
        int outputs = groups * m.Next(1, 3);
        string inputs = "x, " + m.Weights("w", 0.85, [outputs, groupInputs, .. kernel]);
        if (m.Chance(0.6)) inputs += ", " + m.Weights("b", 0.85, outputs);
        return m.Node("Conv", inputs, "y", n => n.Int("group", groups).Ints("dilations", Longs(dilations)).Ints("pads", Longs(pads)).Ints("strides", Longs(m.Lengths(rank, 1, 5)))).Output("y");
    }

    public static RandomModel Pool(int seed)
    {
        string op = new[] { "MaxPool", "AveragePool", "LpPool" }[seed % 3];
        ElementType[] types = op == "MaxPool" ? [ElementType.Float32, ElementType.Float64, ElementType.UInt8, ElementType.Int8, ElementType.Float16] : Floats;
        RandomModel m = new RandomModel(seed, types[seed / 3 % types.Length]).Opset(22);
        int rank = seed % 4 == 0 ? m.Next(4, 5) : m.Next(1, 3);
        int[] kernel = m.Lengths(rank, 1, rank > 3 ? 3 : 5);
        int[] dilations = m.Chance(0.5) ? m.Lengths(rank, 1, 3) : [.. kernel.Select(_ => 1)];
        int[] pads = [.. Enumerable.Range(0, 2 * rank).Select(i => m.Next(0, kernel[i % rank] - 1))];
        int[] x = [.. kernel.Select((k, i) => System.Math.Max(1, ((k - 1) * dilations[i]) + 1 - pads[i] - pads[rank + i] + m.Next(0, 4)))];
        m.Input("x", [m.Any(1, 2), m.Next(1, 2), .. x]);
        bool indices = op == "MaxPool" && m.Chance(0.5);
        m.Node(op, "x", indices ? "y, places" : "y", n =>
        {
            n.Ints("kernel_shape", Longs(kernel)).Ints("dilations", Longs(dilations)).Ints("pads", Longs(pads)).Ints("strides", Longs(m.Lengths(rank, 1, 5))).Int("ceil_mode", m.Next(0, 1));
            if (op == "AveragePool") n.Int("count_include_pad", m.Next(0, 1));
            if (indices) n.Int("storage_order", m.Next(0, 1));
            if (op == "LpPool") n.Int("p", m.Next(1, 3));
        }).Output("y");
        return indices ? m.Output("places") : m;
    }

    private static long[] Longs(int[] values) => [.. values.Select(v => (long)v)];
}
