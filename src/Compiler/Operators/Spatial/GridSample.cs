using System;
using System.Globalization;
using System.Linq;
using RedGen.Compiler.Execute;
using RedGen.Compiler.Operators.Shaping;

namespace RedGen.Compiler.Operators.Spatial;

/// <summary>GridSample: the input at places that a grid names, by the nearest element, linear or cubic interpolation.</summary>
internal sealed class GridSample : Operator
{
    private const int MaxRank = 12;

    /// <inheritdoc/>
    public override OperatorSchema Schema { get; } = new()
    {
        Name = "GridSample",
        Versions = [16, 20, 22],
        Inputs = [new("X", TypeSet.NumericOrBool), new("grid", TypeSet.Float)],
        Outputs = [new("Y", TypeSet.NumericOrBool)],
        Attributes = [new("align_corners", AttributeKind.Int), new("mode", AttributeKind.String), new("padding_mode", AttributeKind.String)],
    };

    /// <inheritdoc/>
    public override bool IsLinearTime => false;

    /// <summary>The mode: <c>nearest</c>, <c>linear</c> or <c>cubic</c>.</summary>
    public static string Mode(InferenceContext context) => context.Attributes.String("mode", "linear") switch
    {
        "nearest" => "nearest",
        "linear" or "bilinear" => "linear",
        "cubic" or "bicubic" => "cubic",
        string other => throw context.Unsupported("mode", "'" + other + "' is not one of nearest, linear, cubic"),
    };

    /// <summary>The padding: <c>zeros</c>, <c>border</c> or <c>reflection</c>.</summary>
    public static string Padding(InferenceContext context)
    {
        string padding = context.Attributes.String("padding_mode", "zeros");
        return padding is "zeros" or "border" or "reflection" ? padding : throw context.Unsupported("padding_mode", "'" + padding + "' is not one of zeros, border, reflection");
    }

    /// <inheritdoc/>
    public override void Infer(InferenceContext context)
    {
        _ = Mode(context);
        int[] x = context.Lengths(0);
        int[] grid = context.Lengths(1);
        if (x.Length is < 3 or > MaxRank || grid.Length != x.Length) throw context.Fail("X and grid must have one rank, at least 3");
        if (context.Version < 20 && x.Length != 4) throw context.Fail("before opset 20 X must have two spatial dimensions");
        if (grid[0] != x[0]) throw context.Fail("X and grid must have one batch");
        if (grid[^1] != x.Length - 2) throw context.Fail("grid must name " + (x.Length - 2).ToString(CultureInfo.InvariantCulture) + " coordinates a place");
        if (Padding(context) != "zeros" && x.Skip(2).Contains(0) && !grid.Contains(0)) throw context.Fail("X has no element to repeat");
        context.SetOutput(0, context.Type(0), [x[0], x[1], .. grid.Skip(1).Take(grid.Length - 2)]);
    }

    /// <inheritdoc/>
    public override void Evaluate(EvaluationContext context)
    {
        ReferenceTensor x = context.Input(0);
        ReferenceTensor grid = context.Input(1);
        ReferenceTensor y = context.NewOutput(0);
        string mode = Mode(context.Parameters);
        string padding = Padding(context.Parameters);
        bool align = context.Attributes.Int("align_corners", 0) != 0;
        int rank = x.Rank - 2;
        int places = y.Lengths.Skip(2).Aggregate(1, (a, b) => a * b);
        int[] strides = Positions.Strides(x.Lengths);
        for (int n = 0; n < x.Lengths[0]; n++)
        {
            for (int place = 0; place < places; place++)
            {
                // The grid names the last axis first.
                (int[] Positions, double[] Weights)[] taps = [.. Enumerable.Range(0, rank).Select(a => Find(grid.Reals![(((n * places) + place) * rank) + rank - 1 - a], x.Lengths[a + 2], mode, padding, align))];
                for (int c = 0; c < x.Lengths[1]; c++)
                {
                    int plane = (n * strides[0]) + (c * strides[1]);
                    int target = (((n * x.Lengths[1]) + c) * places) + place;
                    if (mode != "nearest") WeightedSum.Store(y, target, Sum(x, taps, strides, 0, plane));
                    else if (taps.All(t => t.Positions[0] >= 0)) y.CopyElement(target, x, plane + taps.Select((t, a) => t.Positions[0] * strides[a + 2]).Sum());
                }
            }
        }

        context.SetOutput(0, y);
    }

    /// <summary>The elements along an axis that the value at a coordinate is made of; −1 is a zero outside.</summary>
    private static (int[] Positions, double[] Weights) Find(double coordinate, int length, string mode, string padding, bool align)
    {
        double place = align ? (coordinate + 1) / 2 * (length - 1) : (((coordinate + 1) * length) - 1) / 2;
        if (mode == "nearest") place = Math.Round(place, MidpointRounding.ToEven);
        double least = align ? 0 : -0.5;
        double most = align ? length - 1 : length - 0.5;
        if (place < least || place > most) place = padding == "border" ? Math.Max(0, Math.Min(length - 1, place)) : padding == "reflection" ? Reflect(place, least, most) : place;
        if (mode == "nearest") return ([Position(place, length, padding, least, most)], [1]);
        double left = Math.Floor(place);
        double ratio = place - left;
        double[] offsets = mode == "linear" ? [0, 1] : [-1, 0, 1, 2];
        return ([.. offsets.Select(o => Position(left + o, length, padding, least, most))], [.. offsets.Select(o => mode == "linear" ? 1 - Math.Abs(o - ratio) : Cubic(Math.Abs(o - ratio)))]);
    }

    private static int Position(double place, int length, string padding, double least, double most)
    {
        if (padding == "zeros") return place >= 0 && place <= length - 1 ? (int)place : -1;
        double inside = padding == "reflection" ? Reflect(place, least, most) : place;
        return inside >= length - 1 ? length - 1 : inside > 0 ? (int)inside : 0;
    }

    /// <summary>A place folded back at the borders until it lies between them.</summary>
    private static double Reflect(double place, double least, double most)
    {
        double range = most - least;
        if (range <= 0) return least;
        double beyond = place < least ? least - place : place > most ? place - most : 0;
        if (beyond == 0) return place;
        double turns = Math.Floor(beyond / range);
        double rest = beyond - (turns * range);
        bool fromLeast = place < least == (turns % 2 == 0);
        return fromLeast ? least + rest : most - rest;
    }

    private static double Cubic(double distance)
    {
        const double A = -0.75;
        return distance <= 1 ? ((((A + 2) * distance) - (A + 3)) * distance * distance) + 1 : (((((distance - 5) * distance) + 8) * distance) - 4) * A;
    }

    private static double Sum(ReferenceTensor x, (int[] Positions, double[] Weights)[] taps, int[] strides, int axis, int offset)
    {
        if (axis == taps.Length) return x.Real(offset);
        double sum = 0;
        for (int i = 0; i < taps[axis].Positions.Length; i++)
            if (taps[axis].Positions[i] >= 0) sum += taps[axis].Weights[i] * Sum(x, taps, strides, axis + 1, offset + (taps[axis].Positions[i] * strides[axis + 2]));
        return sum;
    }
}
