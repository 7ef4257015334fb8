using System.Linq;
using RedGen.Compiler.Graphs;
using RedGen.Compiler.Tests.Linear;

namespace RedGen.Compiler.Tests.Spatial;

/// <summary>Random deformable convolutions.</summary>
internal static class RandomDeformConv
{
    private static readonly ElementType[] Floats = [ElementType.Float32, ElementType.Float32, ElementType.Float64, ElementType.Float16, ElementType.BFloat16];

    public static RandomModel DeformConv(int seed)
    {
        RandomModel m = new RandomModel(seed, Floats[seed % Floats.Length]).Opset(seed % 2 == 0 ? 19 : 22);
        int groups = m.Any(1, 1, 2);
        int offsetGroups = m.Any(1, 1, 2);
        int channels = groups * offsetGroups * m.Next(1, 2);
        int outputs = groups * m.Next(1, 5);
        int[] kernel = m.Lengths(2, 1, 3);
        int[] strides = m.Lengths(2, 1, 2);
        int[] dilations = m.Lengths(2, 1, 2);
        int[] pads = m.Lengths(4, 0, 2);
        int[] x = [.. kernel.Select((k, i) => System.Math.Max(1, ((k - 1) * dilations[i]) + 1 - pads[i] - pads[2 + i] + m.Next(0, 4)))];
        int[] y = [.. x.Select((d, i) => ((d + pads[i] + pads[2 + i] - ((kernel[i] - 1) * dilations[i]) - 1) / strides[i]) + 1)];
        int batch = m.Any(1, 2);
        int taps = offsetGroups * kernel[0] * kernel[1];
        string inputs = m.Input("x", batch, channels, x[0], x[1]) + "," + m.Weights("w", 0.7, outputs, channels / groups, kernel[0], kernel[1]) + "," + m.Input("offset", batch, 2 * taps, y[0], y[1]);
        bool hasMask = m.Chance(0.5);
        inputs += m.Chance(0.5) ? "," + m.Weights("b", 0.5, outputs) : hasMask ? "," : "";
        if (hasMask) inputs += "," + m.Input("mask", batch, taps, y[0], y[1]);
        return m.Node("DeformConv", inputs, "y", n => n.Int("group", groups).Int("offset_group", offsetGroups).Ints("strides", Longs(strides)).Ints("dilations", Longs(dilations)).Ints("pads", Longs(pads))).Output("y");
    }

    private static long[] Longs(int[] values) => [.. values.Select(v => (long)v)];
}
