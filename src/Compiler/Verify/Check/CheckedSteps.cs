using System;
using RedGen.Compiler.Verify.Network;

namespace RedGen.Compiler.Verify.Check;

/// <summary>Functions that jump, as the checker bounds them: each value is one of few, or the argument moved by a known number.</summary>
internal static class CheckedSteps
{
    /// <summary>Half of the least difference of two float32 numbers.</summary>
    private const double Nothing = 7e-46;

    /// <summary>Jumps nearer to an end than this make lines too steep to be worth it.</summary>
    private const double Near = 1e-6;

    /// <summary>From here on doubles do not tell an integer from the next number.</summary>
    private const double LargestStep = 1L << 40;

    /// <summary>More than lines lose to rounding at the jump.</summary>
    private const double Slack = 1e-12;

    /// <summary>Whether a function is one of these.</summary>
    public static bool Has(Activation function) => function is RoundingActivation or ComparisonActivation or SignActivation or FiniteTestActivation or WithinActivation or ThresholdedActivation;

    /// <summary>The values over an interval.</summary>
    public static (double Low, double High) Bound(Activation function, double lower, double upper) => function switch
    {
        RoundingActivation => (function.Apply(lower), function.Apply(upper)),
        ComparisonActivation { Kind: ComparisonKind.Above } => (lower > 0 ? 1 : 0, upper < Nothing ? 0 : 1),
        ComparisonActivation { Kind: ComparisonKind.NotBelow } => (lower > -Nothing ? 1 : 0, upper < 0 ? 0 : 1),
        ComparisonActivation => (Math.Max(-lower, upper) < Nothing ? 1 : 0, lower > 0 || upper < 0 ? 0 : 1),
        SignActivation => (lower > 0 ? 1 : lower > -Nothing ? 0 : -1, upper < 0 ? -1 : upper < Nothing ? 0 : 1),
        FiniteTestActivation => (0, lower > -float.MaxValue && upper < float.MaxValue ? 0 : 1),
        WithinActivation within => lower >= within.Low && upper <= within.High ? (lower, upper) : (double.NegativeInfinity, double.PositiveInfinity),
        ThresholdedActivation thresholded => Thresholded(thresholded, lower, upper),
        _ => throw new UnverifiableException("the checker has no rule for " + function.GetType().Name),
    };

    /// <summary>The lines over an interval.</summary>
    public static (CheckedFunction.Line Below, CheckedFunction.Line Above) Lines(Activation function, double lower, double upper)
    {
        (double low, double high) = Bound(function, lower, upper);
        (CheckedFunction.Line Below, CheckedFunction.Line Above) flat = (new(0, low), new(0, high));
        if (Identity(function, lower, upper) is { } shift) return (new(1, shift), new(1, shift));
        if (low == high) return flat;
        switch (function)
        {
            case RoundingActivation rounding when Math.Max(-lower, upper) < LargestStep:
                (double down, double up) = rounding.Kind switch { RoundingKind.Down => (1.0, 0.0), RoundingKind.Up => (0, 1), RoundingKind.Nearest => (0.5, 0.5), _ => (1, 1) };
                double middle = (lower / 2) + (upper / 2);
                return (middle - down > low ? new(1, -down - Slack) : flat.Below, middle + up < high ? new(1, up + Slack) : flat.Above);
            case ComparisonActivation { Kind: not ComparisonKind.Same } or SignActivation when lower < -Near && upper > Near:
                // From the low end to the jump above, from the jump to the high end below.
                double height = high - low;
                return (upper > -lower ? new(height / upper, low - Slack) : flat.Below, upper < -lower ? new(-height / lower, high + Slack) : flat.Above);
            default:
                return flat;
        }
    }

    /// <summary>By how much the function moves its argument over an interval; null where it does more than that.</summary>
    public static double? Identity(Activation function, double lower, double upper) => function switch
    {
        WithinActivation within when lower >= within.Low && upper <= within.High => 0,
        ThresholdedActivation thresholded when lower > thresholded.High => thresholded.Shift,
        ThresholdedActivation thresholded when upper < thresholded.Low => -thresholded.Shift,
        _ => null,
    };

    private static (double Low, double High) Thresholded(ThresholdedActivation function, double lower, double upper)
    {
        double a = function.Apply(lower), b = function.Apply(upper);
        (double low, double high) = (Math.Min(a, b), Math.Max(a, b));
        // The branch between the thresholds, and where the others begin.
        if (lower <= function.High && upper >= function.Low) Add(0);
        if (upper > function.High && lower <= function.High) Add(function.High + function.Shift);
        if (lower < function.Low && upper >= function.Low) Add(function.Low - function.Shift);
        return (low, high);

        void Add(double value) => (low, high) = (Math.Min(low, value), Math.Max(high, value));
    }
}
