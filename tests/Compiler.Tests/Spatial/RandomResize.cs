using System.Linq;
using RedGen.Compiler.Graphs;
using RedGen.Compiler.Tests.Linear;

namespace RedGen.Compiler.Tests.Spatial;

/// <summary>Random Resize and Upsample nodes: every mode, by scales or sizes, all axes or some.</summary>
internal static class RandomResize
{
    private static readonly ElementType[] Types =
    [
        ElementType.Float32, ElementType.Float32, ElementType.Float32, ElementType.Float64, ElementType.Float16, ElementType.BFloat16, ElementType.UInt8, ElementType.Int8,
        ElementType.Int32, ElementType.Int64, ElementType.UInt64, ElementType.Bool,
    ];

    private static readonly string[] Coordinates = ["half_pixel", "half_pixel_symmetric", "pytorch_half_pixel", "align_corners", "asymmetric", "tf_crop_and_resize"];

    public static RandomModel Resize(int seed)
    {
        RandomModel m = new RandomModel(seed, Types[seed % Types.Length]).Opset(seed % 4 == 0 ? 13 : 19);
        bool isNew = seed % 4 != 0;
        int[] x = m.Lengths(m.Next(1, 4), 1, 6);
        m.Input("x", x);
        bool some = isNew && m.Chance(0.5);
        long[] axes = [.. Enumerable.Range(0, x.Length).Where(a => !some || m.Chance(0.6)).Select(a => some && m.Chance(0.3) ? (long)a - x.Length : a)];
        if (axes.Length == 0) axes = [0];
        string coordinates = m.Any(Coordinates);
        string inputs = "x,";
        if (coordinates == "tf_crop_and_resize")
        {
            m.Writer.Initializer("roi", [.. axes.Select(_ => m.Any(0f, 0.2f, -0.1f)), .. axes.Select(_ => m.Any(1f, 0.7f, 1.2f))], 2 * axes.Length);
            inputs += "roi";
        }

        bool bySize = m.Chance(0.5);
        if (bySize) m.Writer.Initializer("sizes", [.. axes.Select(_ => (long)m.Next(1, 9))], axes.Length);
        else m.Writer.Initializer("scales", [.. axes.Select(_ => m.Any(1f, 1f, 2f, 3f, 0.5f, 0.6f, 1.7f))], axes.Length);
        if (!bySize && x.Where((d, i) => axes.Contains(i) || axes.Contains(i - x.Length)).Any(d => d == 1)) coordinates = coordinates == "align_corners" ? "half_pixel" : coordinates;
        inputs += bySize ? ",,sizes" : ",scales";
        string mode = m.Any("nearest", "linear", "linear", "cubic");
        return m.Node("Resize", inputs, "y", n =>
        {
            n.String("mode", mode).String("coordinate_transformation_mode", coordinates).String("nearest_mode", m.Any("round_prefer_floor", "round_prefer_ceil", "floor", "ceil"));
            n.Float("extrapolation_value", 3).Float("cubic_coeff_a", m.Any(-0.75f, -0.5f)).Int("exclude_outside", m.Chance(0.2) ? 1 : 0);
            if (some) n.Ints("axes", axes);
            if (isNew) n.Int("antialias", mode != "nearest" && m.Chance(0.4) ? 1 : 0);
            if (isNew && bySize) n.String("keep_aspect_ratio_policy", m.Any("stretch", "not_larger", "not_smaller"));
        }).Output("y");
    }

    public static RandomModel Upsample(int seed)
    {
        int opset = new[] { 6, 8, 9, 10 }[seed % 4];
        RandomModel m = new RandomModel(seed, Types[seed % Types.Length]).Opset(opset);
        int[] x = [m.Next(1, 2), m.Next(1, 3), m.Next(1, 6), m.Next(1, 6)];
        m.Input("x", x);
        float[] scales = [1, 1, m.Any(1f, 2f, 3f, 2.5f), m.Any(1f, 2f, 1.3f)];
        if (opset == 10) scales[2] = m.Any(0.5f, 0.4f, 2f);
        if (opset >= 9) m.Writer.Initializer("scales", scales, 4);
        return m.Node(opset == 10 ? "Resize" : "Upsample", opset >= 9 ? "x,scales" : "x", "y", n =>
        {
            n.String("mode", m.Any("nearest", "linear"));
            if (opset == 8) n.Floats("scales", scales);
            if (opset == 6) n.Float("height_scale", scales[2]).Float("width_scale", scales[3]);
        }).Output("y");
    }
}
