using System;
using System.Linq;
using RedGen.Compiler.Execute;
using RedGen.Compiler.Graphs;
using RedGen.Compiler.Operators.Shaping;

namespace RedGen.Compiler.Operators.Spatial;

/// <summary>Resize, and Upsample before it: every output is a weighted sum of the elements around the place that it stands for, axis by axis.</summary>
internal sealed class Resize : Operator
{
    /// <summary>Sums of integers are truncated; what rounding took from a whole number is given back first.</summary>
    public const double Tolerance = 1e-6;

    private Resize(OperatorSchema schema) => Schema = schema;

    /// <summary>Resize.</summary>
    public static Resize Current { get; } = new(new OperatorSchema
    {
        Name = "Resize",
        Versions = [10, 11, 13, 18, 19],
        Inputs =
        [
            new("X", TypeSet.NumericOrBool), new("roi", TypeSet.Float, Arity.Optional), new("scales", TypeSet.Float, Arity.Optional, Since: 11),
            new("sizes", TypeSet.Int64, Arity.Optional, Since: 11),
        ],
        Outputs = [new("Y", TypeSet.NumericOrBool)],
        Attributes =
        [
            new("mode", AttributeKind.String), new("coordinate_transformation_mode", AttributeKind.String, Since: 11), new("nearest_mode", AttributeKind.String, Since: 11),
            new("cubic_coeff_a", AttributeKind.Float, Since: 11), new("exclude_outside", AttributeKind.Int, Since: 11), new("extrapolation_value", AttributeKind.Float, Since: 11),
            new("antialias", AttributeKind.Int, Since: 18), new("axes", AttributeKind.Ints, Since: 18), new("keep_aspect_ratio_policy", AttributeKind.String, Since: 18),
        ],
    });

    /// <summary>Upsample.</summary>
    public static Resize Upsample { get; } = new(new OperatorSchema
    {
        Name = "Upsample",
        Versions = [1, 7, 9, 10],
        Inputs = [new("X", TypeSet.NumericOrBool), new("scales", TypeSet.Float, Since: 9)],
        Outputs = [new("Y", TypeSet.NumericOrBool)],
        Attributes =
        [
            new("mode", AttributeKind.String), new("scales", AttributeKind.Floats, Since: 7, Until: 8, Required: true),
            new("height_scale", AttributeKind.Float, Until: 6, Required: true), new("width_scale", AttributeKind.Float, Until: 6, Required: true),
        ],
    });

    /// <inheritdoc/>
    public override OperatorSchema Schema { get; }

    /// <inheritdoc/>
    public override bool IsLinearTime => false;

    /// <inheritdoc/>
    public override bool AcceptsDeclaredShapes => true;

    /// <inheritdoc/>
    public override void Infer(InferenceContext context)
        => context.SetOutput(0, context.Type(0), ResizeParameters.Read(context, withRoi: false).Select(a => a.Out));

    /// <inheritdoc/>
    public override bool InferDeclared(InferenceContext context, int[][] shapes)
    {
        _ = ResizeMode.Read(context);
        int[] x = context.Lengths(0);
        int[] axes = ResizeParameters.Axes(context);
        if (shapes[0].Length != x.Length || x.Where((d, a) => d == 0 ? shapes[0][a] != 0 : !axes.Contains(a) && shapes[0][a] != d).Any()) return false;
        (_, int scales, int sizes) = ResizeParameters.Places(context);
        if ((scales >= 0 && context.Shape(scales).ElementCount != axes.Length) || (sizes >= 0 && context.Shape(sizes).ElementCount != axes.Length)) return false;
        context.SetOutput(0, context.Type(0), shapes[0]);
        return true;
    }

    /// <inheritdoc/>
    public override void Evaluate(EvaluationContext context)
    {
        ReferenceTensor x = context.Input(0);
        ReferenceTensor y = context.NewOutput(0);
        var mode = ResizeMode.Read(context.Parameters);
        ResizeAxis[] axes = ResizeParameters.Read(context.Parameters, withRoi: true);
        (int[] Positions, double[] Weights)[][] taps = y.Count == 0 ? [] : [.. axes.Select(a => Enumerable.Range(0, a.Out).Select(o => a.Find(mode, o)).ToArray())];
        int[] strides = Positions.Strides(x.Lengths);
        int next = 0;
        foreach (int[] position in Positions.All(y.Lengths))
        {
            (int[] Positions, double[] Weights)[] own = [.. position.Select((p, a) => taps[a][p])];
            if (own.Any(t => t.Positions.Length == 0)) Store(y, next, mode.Extrapolation);
            else if (mode.Interpolation == "nearest") y.CopyElement(next, x, own.Select((t, a) => t.Positions[0] * strides[a]).Sum());
            else Store(y, next, Sum(x, own, strides, 0, 0));
            next++;
        }

        context.SetOutput(0, y);
    }

    /// <summary>The weighted sum over an axis and those inside it, from an offset on.</summary>
    private static double Sum(ReferenceTensor x, (int[] Positions, double[] Weights)[] taps, int[] strides, int axis, int offset)
    {
        if (axis == taps.Length) return x.Real(offset);
        double sum = 0;
        (int[] positions, double[] weights) = taps[axis];
        for (int i = 0; i < positions.Length; i++)
            if (weights[i] != 0) sum += weights[i] * Sum(x, taps, strides, axis + 1, offset + (positions[i] * strides[axis]));
        return sum;
    }

    private static void Store(ReferenceTensor y, int index, double value)
    {
        if (y.IsReal) y.Reals![index] = value;
        else y.Integers![index] = ToInteger(y.ElementType, value);
    }

    /// <summary>A sum as an element of an integer type or bool: truncated, and cut to what the type holds.</summary>
    private static long ToInteger(ElementType type, double value)
    {
        if (type == ElementType.Bool) return Math.Abs(value) > Tolerance ? 1 : 0;
        (double least, double most) = Limits(type);
        double nudged = Math.Max(least, Math.Min(most, value < 0 ? value - Tolerance : value + Tolerance));
        return double.IsNaN(nudged) ? 0 : type == ElementType.UInt64 ? unchecked((long)(ulong)nudged) : (long)nudged;
    }

    /// <summary>The least and largest double that an integer type holds.</summary>
    public static (double Least, double Most) Limits(ElementType type) => type switch
    {
        ElementType.Int8 => (sbyte.MinValue, sbyte.MaxValue),
        ElementType.UInt8 => (0, byte.MaxValue),
        ElementType.Int16 => (short.MinValue, short.MaxValue),
        ElementType.UInt16 => (0, ushort.MaxValue),
        ElementType.Int32 => (int.MinValue, int.MaxValue),
        ElementType.UInt32 => (0, uint.MaxValue),
        ElementType.Int64 => (long.MinValue, 9223372036854774784d),
        _ => (0, 18446744073709549568d),
    };
}
