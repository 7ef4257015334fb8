using System;
using System.Collections.Immutable;
using System.Linq;

namespace RedGen.Compiler.Operators.Elementwise;

/// <summary>The elementwise operators of any number of inputs: a row each. A NaN among the operands of Max and Min gives NaN.</summary>
internal static class VariadicTable
{
    /// <summary>The rows.</summary>
    public static ImmutableArray<ElementwiseRow> Rows { get; } =
    [
        Row("Sum", TypeSet.Float, x => x.Sum(), new() { Float = "{a} + {b}", Vector = "{a} + {b}", VectorTypes = VectorTypes.Floats }),
        Row("Mean", TypeSet.Float, x => x.Sum() / x.Length, new() { Float = "{a} + {b}|{a} / {count}", Vector = "{a} + {b}|{a} / {count}", VectorTypes = VectorTypes.Floats }),
        Row("Max", TypeSet.Numeric, x => x.Aggregate(Math.Max), new() { Float = "{M}.Max({a}, {b})", Integer = "Math.Max({a}, {b})", Vector = "VectorMath.Max({a}, {b})", VectorTypes = VectorTypes.Numbers })
            with { Versions = [1, 6, 8, 12, 13], Exact = (x, _) => x.Max(), Unsigned = (x, _) => x.Max() },
        Row("Min", TypeSet.Numeric, x => x.Aggregate(Math.Min), new() { Float = "{M}.Min({a}, {b})", Integer = "Math.Min({a}, {b})", Vector = "VectorMath.Min({a}, {b})", VectorTypes = VectorTypes.Numbers })
            with { Versions = [1, 6, 8, 12, 13], Exact = (x, _) => x.Min(), Unsigned = (x, _) => x.Min() },
    ];

    private static ElementwiseRow Row(string name, TypeSet types, Func<double[], double> real, ElementwiseTexts texts) => new()
    {
        Name = name,
        Versions = [1, 6, 8, 13],
        Types = types,
        Inputs = ["data_0"],
        IsVariadic = true,
        Real = (x, _) => real(x),
        Text = _ => texts,
    };
}
