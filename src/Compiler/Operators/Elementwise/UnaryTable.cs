using System;
using System.Collections.Immutable;

namespace RedGen.Compiler.Operators.Elementwise;

/// <summary>The elementwise operators of one input that are arithmetic: a row each.</summary>
internal static class UnaryTable
{
    /// <summary>The rows.</summary>
    public static ImmutableArray<ElementwiseRow> Rows { get; } =
    [
        Row("Abs", [1, 6, 13], TypeSet.Numeric, Math.Abs, x => x < 0 ? unchecked(-x) : x,
            new() { Float = "{M}.Abs({a})", Integer = "({a} < {#0} ? -{a} : {a})", Unsigned = "{a}", Vector = "Vector.Abs({a})", VectorTypes = VectorTypes.Numbers }) with { Unsigned = (x, _) => x[0] },
        Row("Neg", [1, 6, 13], TypeSet.Float | TypeSet.SignedInteger, x => -x, x => unchecked(-x),
            new() { Float = "-{a}", Integer = "-{a}", Vector = "-{a}", VectorTypes = VectorTypes.Numbers }),
        Row("Sign", [9, 13], TypeSet.Numeric, x => x > 0 ? 1 : x < 0 ? -1 : x == 0 ? 0 : x, x => Math.Sign(x),
            new() { Float = "({a} > {#0} ? {#1} : {a} < {#0} ? {#-1} : {a} == {#0} ? {#0} : {a})", Integer = "({a} > {#0} ? {#1} : {a} < {#0} ? {#-1} : {#0})", Unsigned = "({a} > {#0} ? {#1} : {#0})", Vector = "VectorMath.Sign({a})" })
            with { Unsigned = (x, _) => x[0] > 0 ? 1u : 0u },
        Row("Reciprocal", [1, 6, 13], TypeSet.Float, x => 1 / x,
            new() { Float = "{#1} / {a}", Vector = "{#1} / {a}", VectorTypes = VectorTypes.Floats }),
        Row("Sqrt", [1, 6, 13], TypeSet.Float, Math.Sqrt,
            new() { Float = "{M}.Sqrt({a})", Vector = "Vector.SquareRoot({a})", VectorTypes = VectorTypes.Floats }),
        Row("Ceil", [1, 6, 13], TypeSet.Float, Math.Ceiling,
            new() { Float = "{M}.Ceiling({a})", Vector = "Vector.Ceiling({a})", VectorTypes = VectorTypes.Floats }),
        Row("Floor", [1, 6, 13], TypeSet.Float, Math.Floor,
            new() { Float = "{M}.Floor({a})", Vector = "Vector.Floor({a})", VectorTypes = VectorTypes.Floats }),
        // Half to even.
        Row("Round", [11, 22], TypeSet.Float, Math.Round, new() { Float = "{M}.Round({a})", Vector = "VectorMath.Round({a})" }),
        Row("Exp", [1, 6, 13], TypeSet.Float, Math.Exp, Smooth("{M}.Exp({a})", "VectorMath.Exp({a})")),
        Row("Log", [1, 6, 13], TypeSet.Float, Math.Log, Smooth("{M}.Log({a})", "VectorMath.Log({a})")),
        Row("Sin", [7, 22], TypeSet.Float, Math.Sin, Smooth("{M}.Sin({a})", "VectorMath.Sin({a})")),
        Row("Cos", [7, 22], TypeSet.Float, Math.Cos, Smooth("{M}.Cos({a})", "VectorMath.Cos({a})")),
        Row("Tan", [7, 22], TypeSet.Float, Math.Tan, new() { Float = "{M}.Tan({a})" }),
        Row("Asin", [7, 22], TypeSet.Float, Math.Asin, Smooth("{M}.Asin({a})", "VectorMath.Asin({a})")),
        Row("Acos", [7, 22], TypeSet.Float, Math.Acos, Smooth("{M}.Acos({a})", "VectorMath.Acos({a})")),
        Row("Atan", [7, 22], TypeSet.Float, Math.Atan, Smooth("{M}.Atan({a})", "VectorMath.Atan({a})")),
        Row("Sinh", [9, 22], TypeSet.Float, Math.Sinh, new() { Float = "{M}.Sinh({a})" }),
        Row("Cosh", [9, 22], TypeSet.Float, Math.Cosh, new() { Float = "{M}.Cosh({a})" }),
        Row("Tanh", [1, 6, 13], TypeSet.Float, Math.Tanh, Smooth("{M}.Tanh({a})", "VectorMath.Tanh({a})")),
        Row("Asinh", [9, 22], TypeSet.Float, ReferenceMath.Asinh, new() { Float = "{M}.Asinh({a})" }),
        Row("Acosh", [9, 22], TypeSet.Float, ReferenceMath.Acosh, new() { Float = "{M}.Acosh({a})" }),
        Row("Atanh", [9, 22], TypeSet.Float, ReferenceMath.Atanh, new() { Float = "{M}.Atanh({a})" }),
        Row("Erf", [9, 13], TypeSet.Numeric, ReferenceMath.Erf, x => (long)ReferenceMath.Erf(x),
            Smooth("ScalarMath.Erf({a})", "VectorMath.Erf({a})") with { Integer = "({T})ElementConvert.ToInt64(ScalarMath.Erf((double){a}))" })
            with { Unsigned = (x, _) => (ulong)ReferenceMath.Erf(x[0]) },
        Row("Not", [1], TypeSet.Bool, null, x => x == 0 ? 1 : 0, new() { Bool = "!{a}", Mask = "~{a}" }),
        Row("BitwiseNot", [18], TypeSet.Integer, null, x => ~x,
            new() { Integer = "~{a}", Vector = "Vector.OnesComplement({a})", VectorTypes = VectorTypes.Integers }) with { Unsigned = (x, _) => ~x[0] },
        Row("IsNaN", [9, 13, 20], TypeSet.Float | TypeSet.Float8, x => double.IsNaN(x) ? 1 : 0, new() { Float = "{T}.IsNaN({a})" }) with { Result = ResultType.Bool },
        IsInf(),
    ];

    /// <summary>A row of floats.</summary>
    internal static ElementwiseRow Row(string name, ImmutableArray<int> versions, TypeSet types, Func<double, double>? real, ElementwiseTexts texts)
        => Row(name, versions, types, real, null, texts);

    /// <summary>A row without attributes.</summary>
    internal static ElementwiseRow Row(string name, ImmutableArray<int> versions, TypeSet types, Func<double, double>? real, Func<long, long>? exact, ElementwiseTexts texts) => new()
    {
        Name = name,
        Versions = versions,
        Types = types,
        Inputs = ["X"],
        Real = real is null ? null : (x, _) => real(x[0]),
        Exact = exact is null ? null : (x, _) => exact(x[0]),
        Text = _ => texts,
    };

    /// <summary>A function that vectors compute by polynomials: the last bits differ from the scalar function's.</summary>
    internal static ElementwiseTexts Smooth(string scalar, string vector) => new() { Float = scalar, Vector = vector, VectorIsExact = false };

    private static ElementwiseRow IsInf() => new()
    {
        Name = "IsInf",
        Versions = [10, 20],
        Types = TypeSet.Float | TypeSet.Float8,
        Inputs = ["X"],
        Result = ResultType.Bool,
        Attributes = [new("detect_positive", 1, AttributeKind.Int), new("detect_negative", 1, AttributeKind.Int)],
        Real = (x, p) => (double.IsPositiveInfinity(x[0]) && p[0] != 0) || (double.IsNegativeInfinity(x[0]) && p[1] != 0) ? 1 : 0,
        Text = p => new()
        {
            Float = (p[0] != 0, p[1] != 0) switch
            {
                (true, true) => "{T}.IsInfinity({a})",
                (true, false) => "{T}.IsPositiveInfinity({a})",
                (false, true) => "{T}.IsNegativeInfinity({a})",
                _ => "false",
            },
        },
    };
}
