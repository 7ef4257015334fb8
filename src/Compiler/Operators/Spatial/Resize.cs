using System.Linq;
using RedGen.Compiler.Execute;
using RedGen.Compiler.Graphs;
using RedGen.Compiler.Operators.Shaping;

namespace RedGen.Compiler.Operators.Spatial;

/// <summary>Resize, and Upsample before it: every output is a weighted sum of the elements around the place that it stands for, axis by axis.</summary>
internal sealed class Resize : Operator
{
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
    public override bool InferOpen(InferenceContext context)
    {
        _ = ResizeMode.Read(context);
        (_, int scales, int sizes) = ResizeParameters.Places(context);
        int parameter = System.Math.Max(scales, sizes);
        if (parameter < 0 || (scales >= 0 && sizes >= 0)) return false;
        int[] axes = ResizeParameters.Axes(context);
        if (context.Constant(parameter) is not null || (context.Shape(parameter) is { IsStatic: true } shape && shape.ElementCount != axes.Length)) return false;
        context.SetOutput(0, context.Type(0), new Shape([.. context.Shape(0).Dimensions.Select((d, a) => axes.Contains(a) ? context.Open(0, a, null) : d)]));
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
            if (own.Any(t => t.Positions.Length == 0)) WeightedSum.Store(y, next, mode.Extrapolation);
            else if (mode.Interpolation == "nearest") y.CopyElement(next, x, own.Select((t, a) => t.Positions[0] * strides[a]).Sum());
            else WeightedSum.Store(y, next, Sum(x, own, strides, 0, 0));
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
}
