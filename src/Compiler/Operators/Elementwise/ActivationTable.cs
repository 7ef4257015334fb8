using System;
using System.Collections.Immutable;

namespace RedGen.Compiler.Operators.Elementwise;

/// <summary>The activation functions: a row each. NaN stays NaN in all of them but ThresholdedRelu and Shrink, whose tests it fails.</summary>
internal static class ActivationTable
{
    private const string HardClamp = "Vector.ConditionalSelect(Vector.GreaterThan({a}, {#1}), {#1}, Vector.ConditionalSelect(Vector.LessThan({a}, {#0}), {#0}, {a}))";

    /// <summary>The rows.</summary>
    public static ImmutableArray<ElementwiseRow> Rows { get; } =
    [
        UnaryTable.Row("Relu", [1, 6, 13, 14], TypeSet.Numeric, x => x < 0 ? 0 : x, x => Math.Max(x, 0), new()
        {
            Float = "({a} < {#0} ? {#0} : {a})",
            Integer = "({a} < {#0} ? {#0} : {a})",
            Unsigned = "{a}",
            Vector = "Vector.ConditionalSelect(Vector.LessThan({a}, {#0}), {#0}, {a})",
            VectorTypes = VectorTypes.Numbers,
        }) with { Unsigned = (x, _) => x[0] },
        UnaryTable.Row("Sigmoid", [1, 6, 13], TypeSet.Float, ReferenceMath.Sigmoid,
            UnaryTable.Smooth("{#1} / ({#1} + {M}.Exp(-{a}))", "VectorMath.Sigmoid({a})")),
        UnaryTable.Row("Softplus", [1, 22], TypeSet.Float, ReferenceMath.Softplus, new()
        {
            Single = "MathF.Max({a}, 0f) + (float)ScalarMath.LogOnePlus(Math.Exp(-MathF.Abs({a})))",
            Float = "Math.Max({a}, 0d) + ScalarMath.LogOnePlus(Math.Exp(-Math.Abs({a})))",
            Vector = "VectorMath.Softplus({a})",
            VectorIsExact = false,
        }),
        UnaryTable.Row("Softsign", [1, 22], TypeSet.Float, x => x / (1 + Math.Abs(x)),
            new() { Float = "{a} / ({#1} + {M}.Abs({a}))", Vector = "{a} / ({#1} + Vector.Abs({a}))", VectorTypes = VectorTypes.Floats }),
        UnaryTable.Row("HardSwish", [14, 22], TypeSet.Float, x => x * ReferenceMath.Clamp((x / 6) + 0.5, 0, 1), new()
        {
            Float = "{a} * {M}.Min({#1}, {M}.Max({#0}, ({a} * {#0.16666666666666666}) + {#0.5}))",
            Vector = "{a} * " + HardClamp.Replace("{a}", "(({a} * {#0.16666666666666666}) + {#0.5})"),
            VectorTypes = VectorTypes.Floats,
        }),
        UnaryTable.Row("Mish", [18, 22], TypeSet.Float, x => x * Math.Tanh(ReferenceMath.Softplus(x)), new()
        {
            Single = "{a} * (float)Math.Tanh(Math.Max({a}, 0d) + ScalarMath.LogOnePlus(Math.Exp(-Math.Abs((double){a}))))",
            Float = "{a} * Math.Tanh(Math.Max({a}, 0d) + ScalarMath.LogOnePlus(Math.Exp(-Math.Abs({a}))))",
            Vector = "{a} * VectorMath.Tanh(VectorMath.Softplus({a}))",
            VectorIsExact = false,
        }),
        Row("LeakyRelu", [1, 6, 16], [new("alpha", 0.01f)], (x, p) => x < 0 ? p[0] * x : x, new()
        {
            Float = "({a} < {#0} ? {alpha} * {a} : {a})",
            Vector = "Vector.ConditionalSelect(Vector.LessThan({a}, {#0}), {alpha} * {a}, {a})",
            VectorTypes = VectorTypes.Floats,
        }),
        Row("ThresholdedRelu", [10, 22], [new("alpha", 1)], (x, p) => x > p[0] ? x : 0, new()
        {
            Float = "({a} > {alpha} ? {a} : {#0})",
            Vector = "Vector.ConditionalSelect(Vector.GreaterThan({a}, {alpha}), {a}, {#0})",
            VectorTypes = VectorTypes.Floats,
        }),
        Row("HardSigmoid", [1, 6, 22], [new("alpha", 0.2f), new("beta", 0.5f)], (x, p) => ReferenceMath.Clamp((p[0] * x) + p[1], 0, 1), new()
        {
            Float = "{M}.Min({#1}, {M}.Max({#0}, ({alpha} * {a}) + {beta}))",
            Vector = HardClamp.Replace("{a}", "(({alpha} * {a}) + {beta})"),
            VectorTypes = VectorTypes.Floats,
        }),
        Row("Elu", [1, 6, 22], [new("alpha", 1)], (x, p) => x < 0 ? p[0] * ReferenceMath.ExpMinusOne(x) : x,
            Exponential("({a} < {#0} ? {alpha} * ({T})ScalarMath.ExpMinusOne({a}) : {a})",
                "Vector.ConditionalSelect(Vector.LessThan({a}, {#0}), {alpha} * VectorMath.ExpMinusOne({a}), {a})")),
        Row("Celu", [12, 28], [new("alpha", 1)], (x, p) => Math.Max(0, x) + Math.Min(0, p[0] * ReferenceMath.ExpMinusOne(x / p[0])),
            Exponential("{M}.Max({#0}, {a}) + {M}.Min({#0}, {alpha} * ({T})ScalarMath.ExpMinusOne({a} / {alpha}))", null)),
        Row("Selu", [1, 6, 22], [new("alpha", 1.67326319217681884765625f), new("gamma", 1.05070102214813232421875f)],
            (x, p) => p[1] * (x <= 0 ? p[0] * ReferenceMath.ExpMinusOne(x) : x),
            Exponential("{gamma} * ({a} <= {#0} ? {alpha} * ({T})ScalarMath.ExpMinusOne({a}) : {a})",
                "{gamma} * Vector.ConditionalSelect(Vector.LessThanOrEqual({a}, {#0}), {alpha} * VectorMath.ExpMinusOne({a}), {a})")),
        Row("Swish", [24], [new("alpha", 1)], (x, p) => x * ReferenceMath.Sigmoid(p[0] * x),
            UnaryTable.Smooth("{a} / ({#1} + {M}.Exp(-({alpha} * {a})))", "{a} * VectorMath.Sigmoid({alpha} * {a})")),
        Gelu(),
        Shrink(),
    ];

    private static ElementwiseRow Row(string name, ImmutableArray<int> versions, ImmutableArray<RowAttribute> attributes, Func<double, double[], double> real, ElementwiseTexts texts) => new()
    {
        Name = name,
        Versions = versions,
        Types = TypeSet.Float,
        Inputs = ["X"],
        Attributes = attributes,
        Real = (x, p) => real(x[0], p),
        Text = _ => texts,
    };

    private static ElementwiseTexts Exponential(string scalar, string? vector) => new() { Float = scalar, Vector = vector, VectorIsExact = false };

    private static ElementwiseRow Gelu() => new()
    {
        Name = "Gelu",
        Versions = [20],
        Types = TypeSet.Float,
        Inputs = ["X"],
        Attributes = [RowAttribute.Choice("approximate", false, "none", "tanh")],
        Real = (x, p) => 0.5 * x[0] * (1 + (p[0] == 0
            ? ReferenceMath.Erf(x[0] / Math.Sqrt(2))
            : Math.Tanh(Math.Sqrt(2 / Math.PI) * (x[0] + (0.044715 * x[0] * x[0] * x[0]))))),
        Text = p => p[0] == 0
            ? UnaryTable.Smooth("({#0.5} * {a}) * ({#1} + ({T})ScalarMath.Erf({a} * {#0.7071067811865476}))",
                "({#0.5} * {a}) * ({#1} + VectorMath.Erf({a} * {#0.7071067811865476}))")
            : UnaryTable.Smooth("({#0.5} * {a}) * ({#1} + {M}.Tanh({#0.7978845608028654} * ({a} + ({#0.044715} * {a} * {a} * {a}))))",
                "({#0.5} * {a}) * ({#1} + VectorMath.Tanh({#0.7978845608028654} * ({a} + ({#0.044715} * {a} * {a} * {a}))))"),
    };

    /// <summary>Integers are compared and moved as doubles, and truncated.</summary>
    private static ElementwiseRow Shrink() => new()
    {
        Name = "Shrink",
        Versions = [9],
        Types = TypeSet.Numeric,
        Inputs = ["X"],
        Attributes = [new("bias", 0), new("lambd", 0.5f)],
        Real = (x, p) => ReferenceMath.Shrink(x[0], p[0], p[1]),
        Exact = (x, p) => ReferenceMath.ToInt64(ReferenceMath.Shrink(x[0], p[0], p[1])),
        Unsigned = (x, p) => ReferenceMath.ToUInt64(ReferenceMath.Shrink(x[0], p[0], p[1])),
        Text = p => new()
        {
            Float = "({a} < -{lambd} ? {a} + {bias} : {a} > {lambd} ? {a} - {bias} : {#0})",
            Vector = "Vector.ConditionalSelect(Vector.LessThan({a}, -{lambd}), {a} + {bias}, Vector.ConditionalSelect(Vector.GreaterThan({a}, {lambd}), {a} - {bias}, {#0}))",
            VectorTypes = VectorTypes.Floats,
            Integer = "({T})ElementConvert.ToInt64(" + ShrinkInDouble(p) + ")",
            Unsigned = "({T})ElementConvert.ToUInt64(" + ShrinkInDouble(p) + ")",
        },
    };

    private static string ShrinkInDouble(double[] p)
    {
        string bias = RowText.Literal(ArithmeticClass.Double, p[0]);
        string low = RowText.Literal(ArithmeticClass.Double, -p[1]);
        string high = RowText.Literal(ArithmeticClass.Double, p[1]);
        return "{a} < " + low + " ? {a} + " + bias + " : {a} > " + high + " ? {a} - " + bias + " : 0d";
    }
}
