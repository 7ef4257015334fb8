using System;
using System.Collections.Generic;
using System.Collections.Immutable;
using System.Linq;
using RedGen.Compiler.Operators.Elementwise;

namespace RedGen.Compiler.Red.Certify.Rules;

/// <summary>An elementwise function of one operand, as the error bound sees it. Its values come from the operator's own row.</summary>
/// <param name="Name">The operator.</param>
/// <param name="Slope">The slopes that occur in an interval, given the attributes; null: it has none.</param>
internal sealed record FunctionRow(string Name, Func<Interval, double[], Interval>? Slope)
{
    /// <summary>The points between which it is monotone.</summary>
    public Func<double[], double[]> Turns { get; init; } = _ => [];

    /// <summary>The rounding error relative to the result; 0: exact.</summary>
    public double OfResult { get; init; } = FloatRounding.Function;

    /// <summary>The rounding error relative to the operand, where terms cancel.</summary>
    public double OfInput { get; init; }

    /// <summary>Where it is a number; null: everywhere.</summary>
    public Interval? Domain { get; init; }

    /// <summary>Whether the rule holds for the attributes; null: for all.</summary>
    public Func<double[], bool>? Accepts { get; init; }
}

/// <summary>The elementwise functions of one operand: a row each.</summary>
internal static class FunctionTable
{
    /// <summary>Beside zero, so that a function with a pole there has finite values.</summary>
    private static readonly Interval Positive = new(double.Epsilon, double.MaxValue);

    private static readonly Dictionary<string, FunctionRow> Rows = new FunctionRow[]
    {
        // Pieces of lines
        new("Relu", (h, _) => Kink(h, 0, 1)) { OfResult = 0 },
        new("LeakyRelu", (h, p) => Kink(h, p[0], 1)) { Turns = _ => [0], OfResult = FloatRounding.Operation },
        new("HardSigmoid", (h, p) => Ramp(h, p[0], -p[1] / p[0], (1 - p[1]) / p[0])) { Accepts = p => p[0] is > 0 and <= 1, OfResult = FloatRounding.Operation, OfInput = FloatRounding.Operation },
        new("HardSwish", HardSwishSlope) { Turns = _ => [-3, -1.5, 3], OfResult = FloatRounding.Function, OfInput = FloatRounding.Function },
        new("Abs", (h, _) => Kink(h, -1, 1)) { Turns = _ => [0], OfResult = 0 },
        new("Neg", (_, _) => Interval.Point(-1)) { OfResult = 0 },
        new("ThresholdedRelu", null) { Accepts = p => p[0] >= 0, OfResult = 0 },

        // Steps
        new("Floor", null) { OfResult = 0 },
        new("Ceil", null) { OfResult = 0 },
        new("Round", null) { OfResult = 0 },
        new("Sign", null) { OfResult = 0 },

        // Slopes that fall from zero to both sides
        new("Sigmoid", (h, _) => Bell(h, x => ReferenceMath.Sigmoid(-Math.Abs(x)) * ReferenceMath.Sigmoid(Math.Abs(x)))),
        new("Tanh", (h, _) => Bell(h, x => 1 - (Math.Tanh(x) * Math.Tanh(x)))),
        new("Erf", (h, _) => Bell(h, x => 2 / Math.Sqrt(Math.PI) * Math.Exp(-x * x))),
        new("Softsign", (h, _) => Bell(h, x => 1 / ((1 + Math.Abs(x)) * (1 + Math.Abs(x))))),
        new("Atan", (h, _) => Bell(h, x => 1 / (1 + (x * x)))),

        // Slopes that rise or fall
        new("Exp", (h, _) => Between(h, Math.Exp)),
        new("Softplus", (h, _) => Between(h, ReferenceMath.Sigmoid)),
        new("Log", (h, _) => Between(h, x => 1 / x)) { Domain = Positive },
        new("Sqrt", (h, _) => Between(h, x => 0.5 / Math.Sqrt(x))) { Domain = new(0, double.MaxValue), OfResult = FloatRounding.Operation },
        new("Elu", (h, p) => Exponential(h, p[0], 1)) { Turns = _ => [0] },
        new("Celu", (h, p) => Exponential(h, 1, p[0])) { Turns = _ => [0], Accepts = p => p[0] > 0 },
        new("Selu", (h, p) => Interval.Point(p[1]) * Exponential(h, p[0], 1)) { Turns = _ => [0] },

        // Smooth functions with a valley: its place, and all slopes
        new("Gelu", (h, p) => p[0] == 0 ? GeluSlope(h) : new(-0.15, 1.15))
        {
            Turns = p => [p[0] == 0 ? -0.7517915246935645 : -0.7524614220710162], OfResult = FloatRounding.Function, OfInput = FloatRounding.Function,
        },
        new("Swish", (_, _) => new(-0.11, 1.11))
        {
            Turns = p => [-1.2784645427610738 / p[0]], Accepts = p => p[0] > 0, OfResult = FloatRounding.Function, OfInput = FloatRounding.Function,
        },
        new("Mish", (_, _) => new(-0.12, 1.1)) { Turns = _ => [-1.1924312145], OfResult = 4 * FloatRounding.Function, OfInput = FloatRounding.Function },

        // Both sides of a pole
        new("Reciprocal", (h, _) => h.HoldsZero ? Interval.Unbounded : Between(h.Low > 0 ? h : -h, x => -1 / (x * x))) { Turns = _ => [0], OfResult = FloatRounding.Operation },
    }.ToDictionary(r => r.Name, StringComparer.Ordinal);

    /// <summary>The operators of the table.</summary>
    public static ImmutableArray<string> Names => [.. Rows.Keys];

    /// <summary>The row of an operator.</summary>
    public static FunctionRow Find(string name) => Rows[name];

    /// <summary>The slopes of a function of two lines that meet at zero.</summary>
    public static Interval Kink(Interval h, double left, double right)
        => h.Low >= 0 ? Interval.Point(right) : h.High <= 0 ? Interval.Point(left) : Interval.Point(left).Hull(Interval.Point(right));

    /// <summary>The slopes of a function that is flat outside two points and has one slope between.</summary>
    public static Interval Ramp(Interval h, double slope, double from, double to)
        => h.Low >= from && h.High <= to ? Interval.Point(slope) : h.High <= from || h.Low >= to ? Interval.Point(0) : Interval.Point(0).Hull(Interval.Point(slope));

    /// <summary>Slopes of an even function that falls from zero to both sides.</summary>
    private static Interval Bell(Interval h, Func<double, double> slope) => Outward(Math.Min(slope(h.Low), slope(h.High)), slope(h.MinAbs));

    /// <summary>Slopes of a monotone function.</summary>
    private static Interval Between(Interval h, Func<double, double> slope)
    {
        double a = slope(h.Low);
        double b = slope(h.High);
        return Outward(Math.Min(a, b), Math.Max(a, b));
    }

    /// <summary>The slopes of factor·width·(e^(x ⁄ width) − 1) below zero and x above.</summary>
    private static Interval Exponential(Interval h, double factor, double width)
    {
        if (h.Low >= 0) return Interval.Point(1);
        Interval left = Outward(factor * Math.Exp(h.Low / width), factor * Math.Exp(Math.Min(h.High, 0) / width));
        return h.High <= 0 ? left : left.Hull(Interval.Point(1));
    }

    /// <summary>(2x + 3) ⁄ 6 between −3 and 3: −0.5 and 1.5 at its ends.</summary>
    private static Interval HardSwishSlope(Interval h, double[] parameters)
    {
        if (h.High <= -3) return Interval.Point(0);
        if (h.Low >= 3) return Interval.Point(1);
        var inside = Outward(((2 * Math.Max(h.Low, -3)) + 3) / 6, ((2 * Math.Min(h.High, 3)) + 3) / 6);
        if (h.Low < -3) inside = inside.Hull(Interval.Point(0));
        return h.High > 3 ? inside.Hull(Interval.Point(1)) : inside;
    }

    /// <summary>Φ(x) + x φ(x), which turns at ±√2.</summary>
    private static Interval GeluSlope(Interval h)
    {
        static double Slope(double x) => (0.5 * (1 + ReferenceMath.Erf(x / Math.Sqrt(2)))) + (x * Math.Exp(-x * x / 2) / Math.Sqrt(2 * Math.PI));
        Interval slopes = Between(h, Slope);
        foreach (double turn in new[] { -Math.Sqrt(2), Math.Sqrt(2) })
            if (turn > h.Low && turn < h.High) slopes = slopes.Hull(Outward(Slope(turn), Slope(turn)));
        return slopes;
    }

    /// <summary>A slope was computed in double.</summary>
    private static Interval Outward(double low, double high)
        => new Interval(Math.Min(low, high), Math.Max(low, high)) is var x ? x.Widened((x.MaxAbs * 1e-12) + 1e-13) : default;
}
