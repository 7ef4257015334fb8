using System;
using RedGen.Compiler.Operators.Elementwise;
using RedGen.Compiler.Verify.Network;

namespace RedGen.Compiler.Verify.Check;

/// <summary>The checker's rules of functions: derivatives, where they turn and which way functions bend.</summary>
internal static class CheckedRules
{
    /// <summary>|t| where t·tanh(t ⁄ 2) = 2: there the slope of t·sigmoid(t) turns.</summary>
    private const double SwishTurn = 2.399357280520;

    private static readonly CheckedRule Exp = CheckedRule.Convex(Math.Exp) with { Floor = static _ => 0 };
    private static readonly CheckedRule Softplus = CheckedRule.Convex(Logistic) with { Floor = static _ => 0 };
    private static readonly CheckedRule Cosh = CheckedRule.Convex(Math.Sinh);
    private static readonly CheckedRule Log = CheckedRule.Concave(static x => 1 / x) with { IsDefined = static (lower, _) => lower > 0 };
    private static readonly CheckedRule Sqrt = CheckedRule.Concave(static x => 0.5 / Math.Sqrt(x)) with { IsDefined = static (lower, _) => lower >= 0, Floor = static _ => 0 };
    private static readonly CheckedRule Acosh = CheckedRule.Concave(static x => 1 / Math.Sqrt((x * x) - 1)) with { IsDefined = static (lower, _) => lower >= 1 };
    private static readonly CheckedRule Abs = new(static (lower, upper) => (lower < 0 ? -1 : 1, upper > 0 ? 1 : -1)) { Bend = static (_, _) => 1, Floor = static _ => 0 };
    private static readonly CheckedRule Sigmoid = CheckedRule.Odd(static x => Logistic(x) * Logistic(-x), growsSteeper: false);
    private static readonly CheckedRule Tanh = CheckedRule.Odd(static x => 4 * Logistic(2 * x) * Logistic(-2 * x), growsSteeper: false);
    private static readonly CheckedRule Atan = CheckedRule.Odd(static x => 1 / (1 + (x * x)), growsSteeper: false);
    private static readonly CheckedRule Asinh = CheckedRule.Odd(static x => 1 / Math.Sqrt(1 + (x * x)), growsSteeper: false);
    private static readonly CheckedRule Erf = CheckedRule.Odd(static x => 2 / Math.Sqrt(Math.PI) * Math.Exp(-(x * x)), growsSteeper: false);
    private static readonly CheckedRule Softsign = CheckedRule.Odd(static x => 1 / ((1 + x) * (1 + x)), growsSteeper: false);
    private static readonly CheckedRule Sinh = CheckedRule.Odd(Math.Cosh, growsSteeper: true);
    private static readonly CheckedRule Tan = CheckedRule.Odd(static x => 1 + (Math.Tan(x) * Math.Tan(x)), growsSteeper: true);
    private static readonly CheckedRule Asin = CheckedRule.Odd(static x => 1 / Math.Sqrt((1 - x) * (1 + x)), growsSteeper: true);
    private static readonly CheckedRule Atanh = CheckedRule.Odd(static x => 1 / ((1 - x) * (1 + x)), growsSteeper: true);
    private static readonly CheckedRule HardSwish = CheckedRule.Turning(static x => x <= -3 ? 0 : x >= 3 ? 1 : (x / 3) + 0.5, 3 - 5e-16, -3 + 5e-16);
    private static readonly CheckedRule Gelu = CheckedRule.Turning(static x => (0.5 * (1 + ReferenceMath.Erf(x / Math.Sqrt(2)))) + (x * Math.Exp(-(x * x) / 2) / Math.Sqrt(2 * Math.PI)), -Math.Sqrt(2), Math.Sqrt(2));

    /// <summary>Its |f''| is largest at 0, 0.80; twice that is taken.</summary>
    private static readonly CheckedRule TanhGelu = CheckedRule.Smooth(SlopeOfTanhGelu, 1.6);

    /// <summary>Its |f''| is largest near 0, 0.64; twice that is taken.</summary>
    private static readonly CheckedRule Mish = CheckedRule.Smooth(SlopeOfMish, 1.3);

    /// <summary>The rule of a function; null where it jumps, or bends at known points (<see cref="CheckedFunction"/>).</summary>
    public static CheckedRule? Of(Activation function) => function switch
    {
        SigmoidActivation sigmoid => sigmoid.IsTanh ? Tanh : Sigmoid,
        ExpActivation => Exp,
        LogActivation => Log,
        SqrtActivation => Sqrt,
        ReciprocalActivation => Reciprocal,
        PowerActivation power => Power(power.Exponent),
        SoftplusActivation => Softplus,
        AbsActivation => Abs,
        CoshActivation => Cosh,
        AcoshActivation => Acosh,
        AtanActivation => Atan,
        AsinhActivation => Asinh,
        ErfActivation => Erf,
        SoftsignActivation => Softsign,
        SinhActivation => Sinh,
        TanActivation => Tan,
        AsinActivation => Asin,
        AtanhActivation => Atanh,
        SineActivation sine => Sine(sine.IsCosine ? Math.PI / 2 : 0),
        EluActivation elu => Elu(elu),
        HardSwishActivation => HardSwish,
        GeluActivation gelu => gelu.IsTanh ? TanhGelu : Gelu,
        SwishActivation swish => Swish(swish.Alpha),
        MishActivation => Mish,
        _ => null,
    };

    private static double Logistic(double x) => x >= 0 ? 1 / (1 + Math.Exp(-x)) : Math.Exp(x) / (1 + Math.Exp(x));

    private static readonly CheckedRule Reciprocal = new(static (lower, upper) => lower > 0 ? (-1 / (lower * lower), -1 / (upper * upper)) : (-1 / (upper * upper), -1 / (lower * lower)))
    {
        IsDefined = static (lower, upper) => lower > 0 || upper < 0,
        Bend = static (lower, _) => lower > 0 ? 1 : -1,
    };

    /// <summary>p·xᵖ⁻¹ is monotone on either side of 0, where it is 0 for p above 1.</summary>
    private static CheckedRule Power(double p)
    {
        double Slope(double x) => p * Math.Pow(x, p - 1);
        bool isInteger = p == Math.Floor(p), isEven = isInteger && Math.Abs(p % 2) == 0;
        return (p > 1 ? CheckedRule.Turning(Slope, 0) : CheckedRule.Turning(Slope)) with
        {
            IsDefined = (lower, _) => p < 0 ? lower > 0 : lower >= 0 || isInteger,
            Bend = (lower, upper) => isEven && p > 0 ? 1 : lower >= 0 ? (p > 1 || p < 0 ? 1 : -1) : upper <= 0 ? -1 : 0,
            Floor = lower => isEven || lower >= 0 ? 0 : double.NegativeInfinity,
        };
    }

    /// <summary>The sine of an argument that is moved by a phase: its slope, the cosine, is ±1 at multiples of π.</summary>
    private static CheckedRule Sine(double phase) => new((lower, upper) =>
    {
        (double from, double to) = (lower + phase, upper + phase);
        (double least, double most) = (Math.Min(Math.Cos(from), Math.Cos(to)), Math.Max(Math.Cos(from), Math.Cos(to)));
        // A multiple of π is inside where its number changes; one that rounding hides is taken to be.
        double first = Math.Ceiling((from / Math.PI) - 1e-9), last = Math.Floor((to / Math.PI) + 1e-9);
        if (last < first) return (least, most);
        bool hasBoth = last > first, isTop = Math.Abs(first % 2) < 0.5;
        return (hasBoth || !isTop ? -1 : least, hasBoth || isTop ? 1 : most);
    })
    {
        Most = 1.00001,
    };

    /// <summary>gain above 0, below it factor ⁄ width · e^(x ⁄ width), which is monotone.</summary>
    private static CheckedRule Elu(EluActivation elu)
    {
        double Below(double x) => elu.Factor / elu.Width * Math.Exp(Math.Min(x, 0) / elu.Width);
        return new CheckedRule((lower, upper) =>
        {
            if (lower >= 0) return (elu.Gain, elu.Gain);
            (double a, double b) = (Below(lower), Below(upper));
            (double least, double most) = (Math.Min(a, b), Math.Max(a, b));
            return upper > 0 ? (Math.Min(least, elu.Gain), Math.Max(most, elu.Gain)) : (least, most);
        });
    }

    private static CheckedRule Swish(double alpha)
    {
        double Slope(double x) => Logistic(alpha * x) + (alpha * x * Logistic(alpha * x) * Logistic(-alpha * x));
        double turn = SwishTurn / Math.Abs(alpha);
        return alpha == 0 ? CheckedRule.Turning(static _ => 0.5) : CheckedRule.Turning(Slope, -turn, turn);
    }

    private static double SlopeOfTanhGelu(double x)
    {
        double factor = Math.Sqrt(2 / Math.PI), inner = factor * (x + (0.044715 * x * x * x)), t = Math.Tanh(inner);
        return (0.5 * (1 + t)) + (0.5 * x * (1 - t) * (1 + t) * factor * (1 + (3 * 0.044715 * x * x)));
    }

    private static double SlopeOfMish(double x)
    {
        // tanh(ln(1 + eˣ)) = 1 − 2 ⁄ (1 + (1 + eˣ)²).
        double e = Math.Exp(Math.Min(x, 300)), q = (1 + e) * (1 + e), t = 1 - (2 / (1 + q));
        return t + (x * (4 * (1 + e) * e / ((1 + q) * (1 + q))));
    }
}
