using System.Globalization;
using System.Linq;
using RedGen.Compiler.Graphs;

namespace RedGen.Compiler.Operators.Shaping;

/// <summary>How an axis is padded, or cut where a width is negative.</summary>
internal readonly record struct PadWidth(int Before, int After);

/// <summary>The parameters of Pad in all opsets.</summary>
internal static class PadWidths
{
    /// <summary>What is beyond the input's edges.</summary>
    public static string Mode(InferenceContext context)
    {
        string mode = context.Attributes.String("mode", "constant");
        bool known = mode is "constant" or "edge" or "reflect" || (mode == "wrap" && context.Version >= 19);
        return known ? mode : throw context.Unsupported("mode", "'" + mode + "' is not known in this opset");
    }

    /// <summary>The widths for each axis.</summary>
    public static PadWidth[] Read(InferenceContext context)
    {
        int rank = context.Rank(0);
        long[] pads = context.Version >= 11 ? context.RequireIntegers(1, "pads") : Attribute(context);
        int[] axes = context.HasInput(3) ? context.Axes(context.RequireIntegers(3, "axes"), rank) : [.. Enumerable.Range(0, rank)];
        if (pads.Length != 2 * axes.Length) throw context.Fail("there must be two pads for each axis, not " + Text(pads.Length) + " for " + Text(axes.Length));
        if (pads.Any(p => p is < int.MinValue + 1 or > int.MaxValue)) throw context.Fail("a pad is beyond all bounds");
        var result = new PadWidth[rank];
        for (int i = 0; i < axes.Length; i++) result[axes[i]] = new PadWidth((int)pads[i], (int)pads[i + axes.Length]);
        return result;
    }

    /// <summary>The value beyond the edges as a constant tensor; null where it is an input of run time or left out.</summary>
    public static Tensor? ConstantValue(InferenceContext context) => context.Version >= 11
        ? context.HasInput(2) ? context.Constant(2) : null
        : Tensor.Of([context.Attributes.Float("value", 0)], []);

    /// <summary>
    /// The input's position for each position of the padded axis, −1 where the constant stands. The input is cut by negative
    /// widths first; what is left is mirrored or repeated as often as needed.
    /// </summary>
    public static int[] Map(string mode, int length, PadWidth width)
    {
        int first = System.Math.Max(0, -width.Before);
        int kept = length - first - System.Math.Max(0, -width.After);
        int before = System.Math.Max(0, width.Before);
        var map = new int[before + kept + System.Math.Max(0, width.After)];
        for (int i = 0; i < map.Length; i++)
        {
            int position = i - before;
            bool inside = position >= 0 && position < kept;
            map[i] = inside ? first + position : mode == "constant" ? -1 : first + Beyond(mode, position, kept);
        }

        return map;
    }

    private static int Beyond(string mode, int position, int kept)
    {
        switch (mode)
        {
            case "edge":
                return position < 0 ? 0 : kept - 1;
            case "wrap":
                return ((position % kept) + kept) % kept;
            default:
                if (kept == 1) return 0;
                int period = 2 * (kept - 1);
                int place = ((position % period) + period) % period;
                return place < kept ? place : period - place;
        }
    }

    private static long[] Attribute(InferenceContext context)
        => context.Attributes.Ints(context.Version < 2 ? "paddings" : "pads") is { } pads ? pads.ToArray() : throw context.Unsupported("pads", "it is required");

    private static string Text(int value) => value.ToString(CultureInfo.InvariantCulture);
}
