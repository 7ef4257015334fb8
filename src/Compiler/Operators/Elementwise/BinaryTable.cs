using System;
using System.Collections.Immutable;
using RedGen.Compiler.Graphs;

namespace RedGen.Compiler.Operators.Elementwise;

/// <summary>The elementwise operators of two or more inputs of one type: a row each.</summary>
internal static class BinaryTable
{
    /// <summary>The rows.</summary>
    public static ImmutableArray<ElementwiseRow> Rows { get; } =
    [
        Arithmetic("Add", (a, b) => a + b, (a, b) => unchecked(a + b), "{a} + {b}"),
        Arithmetic("Sub", (a, b) => a - b, (a, b) => unchecked(a - b), "{a} - {b}"),
        Arithmetic("Mul", (a, b) => a * b, (a, b) => unchecked(a * b), "{a} * {b}"),
        Pair("Div", [1, 6, 7, 13, 14], TypeSet.Numeric, (a, b) => a / b, ReferenceMath.Divide,
            new() { Float = "{a} / {b}", Integer = "ScalarMath.Divide({a}, {b})", IntegerByLiteral = "{a} / {b}", Vector = "{a} / {b}", VectorTypes = VectorTypes.Floats })
            with { Unsigned = (x, _) => x[1] == 0 ? 0 : x[0] / x[1] },
        Mod(),
        Pair("PRelu", [1, 6, 7, 9, 16], TypeSet.Numeric, (x, slope) => x < 0 ? slope * x : x, (x, slope) => x < 0 ? unchecked(slope * x) : x, new()
        {
            Float = "({a} < {#0} ? {b} * {a} : {a})",
            Integer = "({a} < {#0} ? {b} * {a} : {a})",
            Unsigned = "{a}",
            Vector = "Vector.ConditionalSelect(Vector.LessThan({a}, {#0}), {b} * {a}, {a})",
            VectorTypes = VectorTypes.Numbers,
        }) with { Unsigned = (x, _) => x[0], HasChannelOperand = true },

        Test("Equal", [1, 7, 11, 13, 19], TypeSet.NumericOrBool, (a, b) => a == b, (a, b) => a == b, (a, b) => a == b, "{a} == {b}", "Equals"),
        Test("Greater", [1, 7, 9, 13], TypeSet.Numeric, (a, b) => a > b, (a, b) => a > b, (a, b) => a > b, "{a} > {b}", "GreaterThan"),
        Test("GreaterOrEqual", [12, 16], TypeSet.Numeric, (a, b) => a >= b, (a, b) => a >= b, (a, b) => a >= b, "{a} >= {b}", "GreaterThanOrEqual"),
        Test("Less", [1, 7, 9, 13], TypeSet.Numeric, (a, b) => a < b, (a, b) => a < b, (a, b) => a < b, "{a} < {b}", "LessThan"),
        Test("LessOrEqual", [12, 16], TypeSet.Numeric, (a, b) => a <= b, (a, b) => a <= b, (a, b) => a <= b, "{a} <= {b}", "LessThanOrEqual"),

        Bits("And", [1, 7], TypeSet.Bool, (a, b) => a & b, "{a} & {b}"),
        Bits("Or", [1, 7], TypeSet.Bool, (a, b) => a | b, "{a} | {b}"),
        Bits("Xor", [1, 7], TypeSet.Bool, (a, b) => a ^ b, "{a} ^ {b}"),
        Bits("BitwiseAnd", [18], TypeSet.Integer, (a, b) => a & b, "{a} & {b}"),
        Bits("BitwiseOr", [18], TypeSet.Integer, (a, b) => a | b, "{a} | {b}"),
        Bits("BitwiseXor", [18], TypeSet.Integer, (a, b) => a ^ b, "{a} ^ {b}"),
        BitShift(),
    ];

    /// <summary>A row of two operands without attributes.</summary>
    private static ElementwiseRow Pair(string name, ImmutableArray<int> versions, TypeSet types, Func<double, double, double>? real, Func<long, long, long>? exact, ElementwiseTexts texts) => new()
    {
        Name = name,
        Versions = versions,
        Types = types,
        Inputs = ["A", "B"],
        Real = real is null ? null : (x, _) => real(x[0], x[1]),
        Exact = exact is null ? null : (x, _) => exact(x[0], x[1]),
        Text = _ => texts,
    };

    private static ElementwiseRow Arithmetic(string name, Func<double, double, double> real, Func<long, long, long> exact, string text)
        => Pair(name, [1, 6, 7, 13, 14], TypeSet.Numeric, real, exact, new() { Float = text, Integer = text, Vector = text, VectorTypes = VectorTypes.Numbers });

    private static ElementwiseRow Bits(string name, ImmutableArray<int> versions, TypeSet types, Func<long, long, long> exact, string text)
        => Pair(name, versions, types, null, exact, new() { Bool = text, Integer = text, Vector = text, VectorTypes = VectorTypes.Integers, Mask = types == TypeSet.Bool ? text : null });

    private static ElementwiseRow Test(string name, ImmutableArray<int> versions, TypeSet types, Func<double, double, bool> real, Func<long, long, bool> exact, Func<ulong, ulong, bool> unsigned, string text, string comparison)
        => Pair(name, versions, types, (a, b) => real(a, b) ? 1 : 0, (a, b) => exact(a, b) ? 1 : 0, new() { Float = text, Integer = text, Bool = text, Mask = "Vector." + comparison + "({a}, {b})" })
            with
        { Unsigned = (x, _) => unsigned(x[0], x[1]) ? 1u : 0u, Result = ResultType.Bool };

    /// <summary>With fmod 0 the remainder has the divisor's sign, with 1 the dividend's; modulo 0 an integer gives 0.</summary>
    private static ElementwiseRow Mod() => new()
    {
        Name = "Mod",
        Versions = [10, 13],
        Types = TypeSet.Numeric,
        Inputs = ["A", "B"],
        Attributes = [new("fmod", 0, AttributeKind.Int)],
        Check = (type, p) => type.IsFloat() && p[0] == 0 ? "it must be 1 for " + type.Name() : null,
        Real = (x, _) => x[0] % x[1],
        Exact = (x, p) => p[0] == 0 ? ReferenceMath.FloorModulo(x[0], x[1]) : ReferenceMath.Remainder(x[0], x[1]),
        Unsigned = (x, _) => x[1] == 0 ? 0 : x[0] % x[1],
        Text = p => new()
        {
            Float = "{a} % {b}",
            Integer = p[0] == 0 ? "ScalarMath.FloorModulo({a}, {b})" : "ScalarMath.Remainder({a}, {b})",
            Unsigned = "ScalarMath.Remainder({a}, {b})",
            IntegerByLiteral = p[0] == 0 ? null : "{a} % {b}",
        },
    };

    /// <summary>Shifts by the width of the type or more give 0, as in numpy.</summary>
    private static ElementwiseRow BitShift() => new()
    {
        Name = "BitShift",
        Versions = [11],
        Types = TypeSet.UnsignedInteger,
        Inputs = ["X", "Y"],
        Attributes = [RowAttribute.Choice("direction", true, "LEFT", "RIGHT")],
        // Narrow types are wrapped after the shift, so that 63 is enough of a limit here.
        Exact = (x, p) => x[1] > 63 ? 0 : p[0] == 0 ? unchecked((long)((ulong)x[0] << (int)x[1])) : unchecked((long)((ulong)x[0] >> (int)x[1])),
        Unsigned = (x, p) => x[1] > 63 ? 0 : p[0] == 0 ? x[0] << (int)x[1] : x[0] >> (int)x[1],
        Text = p => new()
        {
            Integer = p[0] == 0 ? "({b} < {bits} ? {a} << {b} : 0)" : "({b} < {bits} ? {a} >> {b} : 0)",
            Unsigned = p[0] == 0 ? "({b} < {bits} ? {a} << (int){b} : {#0})" : "({b} < {bits} ? {a} >> (int){b} : {#0})",
        },
    };
}
