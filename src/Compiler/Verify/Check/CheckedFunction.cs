using System;
using RedGen.Compiler.Verify.Network;

namespace RedGen.Compiler.Verify.Check;

/// <summary>
/// The lines around a function that the checker uses, derived here again, without the search's: from how slopes and bends of functions go
/// (<see cref="CheckedRules"/>), and outside of them the error that code declares.
/// </summary>
internal static class CheckedFunction
{
    /// <summary>Lines are moved outward by this share of their ends: more than they lose to the rounding of doubles.</summary>
    private const double Slack = 1.0 / (1L << 44);

    /// <summary>Parts of an interval over which slopes are bounded one by one.</summary>
    private const int Parts = 32;

    /// <summary>The values over an interval.</summary>
    /// <exception cref="UnverifiableException">The checker does not know the function.</exception>
    public static (double Low, double High) Bound(Activation function, double lower, double upper)
    {
        double reach = Math.Max(Math.Abs(lower), Math.Abs(upper));
        (double low, double high) = (0, 0);
        if (CheckedSteps.Has(function)) (low, high) = CheckedSteps.Bound(function, lower, upper);
        else if (function is LeakyReluActivation or ClipActivation) (low, high) = (function.Apply(lower), function.Apply(upper));
        else if (!IsKnown(function, lower, upper)) return Anything(function);
        else (low, high) = Values(function, RuleOf(function), lower, upper);
        // Close to the end of float32 code may give infinity.
        double largest = Math.Max(Math.Abs(low), Math.Abs(high)), error = function.Error(reach, largest);
        if (error == 0) return (low, high);
        if (!(largest < float.MaxValue / 2)) return Anything(function);
        double slack = error + (Slack * largest);
        return CheckedRules.Of(function) is { } rule ? (Math.Max(low - slack, Math.Max(rule.Floor(lower), -rule.Most)), Math.Min(high + slack, rule.Most)) : (low - slack, high + slack);
    }

    /// <summary>The lines over an interval.</summary>
    /// <exception cref="UnverifiableException">The checker does not know the function.</exception>
    public static (Line Below, Line Above) Lines(Activation function, double lower, double upper)
    {
        double reach = Math.Max(Math.Abs(lower), Math.Abs(upper));
        if (function is LeakyReluActivation or ClipActivation)
        {
            (Line bentBelow, Line bentAbove) = function is ClipActivation clip ? Clipped(clip, lower, upper) : Bent(((LeakyReluActivation)function).NegativeSlope, lower, upper);
            double rounding = Error(function, lower, upper);
            return (bentBelow.Moved(-1, rounding, reach * Slack), bentAbove.Moved(1, rounding, reach * Slack));
        }

        (double low, double high) = Bound(function, lower, upper);
        double largest = Math.Max(Math.Abs(low), Math.Abs(high));
        if (CheckedSteps.Has(function))
        {
            (Line stepBelow, Line stepAbove) = CheckedSteps.Lines(function, lower, upper);
            double rounding = function.Error(reach, largest);
            return (stepBelow.Moved(-1, rounding, reach * Slack), stepAbove.Moved(1, rounding, reach * Slack));
        }

        (Line Below, Line Above) flat = (new(0, low), new(0, high));
        if (!(largest < double.MaxValue) || !(upper - lower > 1e-8)) return flat;
        (Line below, Line above) = Around(function, RuleOf(function), lower, upper);
        double error = function.Error(reach, largest);
        (below, above) = (below.Moved(-1, error + (largest * Slack), reach * Slack * (1 + Math.Abs(below.Slope))), above.Moved(1, error + (largest * Slack), reach * Slack * (1 + Math.Abs(above.Slope))));
        double middle = (lower / 2) + (upper / 2);
        return (below.At(middle) > low ? below : flat.Below, above.At(middle) < high ? above : flat.Above);
    }

    /// <summary>The least and the largest slope over an interval.</summary>
    /// <exception cref="UnverifiableException">The function has no bound of its slope there.</exception>
    public static (double Least, double Most) Slopes(Activation function, double lower, double upper)
    {
        switch (function)
        {
            case LeakyReluActivation { NegativeSlope: var slope }:
                return (lower < 0 ? slope : 1, upper > 0 ? 1 : slope);
            case ClipActivation clip:
                return (lower < clip.Low || upper > clip.High ? 0 : 1, upper > clip.Low && lower < clip.High ? 1 : 0);
            case var _ when CheckedSteps.Has(function):
                if (CheckedSteps.Identity(function, lower, upper) is not null) return (1, 1);
                (double low, double high) = CheckedSteps.Bound(function, lower, upper);
                return low == high ? (0, 0) : throw NoSlope(function);
            default:
                if (!IsKnown(function, lower, upper)) throw NoSlope(function);
                (double least, double most) = RuleOf(function).Slopes(lower, upper);
                (double flattest, double steepest) = (least - (Slack * (1 + Math.Abs(least))), most + (Slack * (1 + Math.Abs(most))));
                // Slopes of functions that rise everywhere are above zero.
                if (least >= 0) flattest = Math.Max(0, flattest);
                return flattest > -double.MaxValue && steepest < double.MaxValue ? (flattest, steepest) : throw NoSlope(function);
        }
    }

    /// <summary>How far float32 code may be from the function.</summary>
    public static double Error(Activation function, double lower, double upper)
    {
        (double low, double high) = Bound(function, lower, upper);
        return function.Error(Math.Max(Math.Abs(lower), Math.Abs(upper)), Math.Max(Math.Abs(low), Math.Abs(high)));
    }

    private static CheckedRule RuleOf(Activation function) => CheckedRules.Of(function) ?? throw new UnverifiableException("the checker has no rule for " + function.GetType().Name);

    private static UnverifiableException NoSlope(Activation function) => new("the checker has no bound of slopes of " + function.GetType().Name);

    private static bool IsKnown(Activation function, double lower, double upper) => lower >= -function.Domain && upper <= function.Domain && RuleOf(function).IsDefined(lower, upper);

    private static (double Low, double High) Anything(Activation function) => CheckedRules.Of(function) is { } rule ? (-rule.Most, rule.Most) : (double.NegativeInfinity, double.PositiveInfinity);

    /// <summary>The values of a function with a rule: those of the ends where it rises or falls, otherwise part by part.</summary>
    private static (double Low, double High) Values(Activation function, CheckedRule rule, double lower, double upper)
    {
        double a = function.Apply(lower), b = function.Apply(upper);
        (double least, double most) = rule.Slopes(lower, upper);
        if (least >= 0) return (a, b);
        if (most <= 0) return (b, a);
        (double low, double high) = Offsets(function, rule, lower, upper, 0);
        int bend = rule.Bend(lower, upper);
        return (bend < 0 ? Math.Min(a, b) : low, bend > 0 ? Math.Max(a, b) : high);
    }

    /// <summary>The lines of a function with a rule: chord and tangent where it bends one way, otherwise the best of a few slopes.</summary>
    private static (Line Below, Line Above) Around(Activation function, CheckedRule rule, double lower, double upper)
    {
        double middle = (lower / 2) + (upper / 2), tangent = rule.Slopes(middle, middle).Least;
        Line chord = Chord(lower, function.Apply(lower), upper, function.Apply(upper)), touching = new(tangent, function.Apply(middle) - (tangent * middle));
        int bend = rule.Bend(lower, upper);
        if (bend != 0 && touching.IsFinite) return bend > 0 ? (touching, chord) : (chord, touching);
        (double least, double most) = rule.Slopes(lower, upper);
        // Less the least slope's line, the function still rises.
        if (rule.IsOdd) return (new(least, function.Apply(lower) - (least * lower)), new(least, function.Apply(upper) - (least * upper)));
        (Line below, Line above) = (new(0, double.NegativeInfinity), new(0, double.PositiveInfinity));
        foreach (double slope in (ReadOnlySpan<double>)[chord.Slope, tangent, least, most, rule.Slopes(lower, lower).Least, rule.Slopes(upper, upper).Least])
        {
            if (!(Math.Abs(slope) < double.MaxValue)) continue;
            (double low, double high) = Offsets(function, rule, lower, upper, slope);
            if ((slope * middle) + low > below.At(middle)) below = new(slope, low);
            if ((slope * middle) + high < above.At(middle)) above = new(slope, high);
        }

        return (below, above);
    }

    /// <summary>
    /// The least and the largest f(x) − slope·x, part by part: at an end where f' is at least, or at most, the slope; elsewhere no further from the
    /// value in the part's middle than f' − slope lets it go (mean value theorem).
    /// </summary>
    private static (double Low, double High) Offsets(Activation function, CheckedRule rule, double lower, double upper, double slope)
    {
        (double low, double high) = (double.PositiveInfinity, double.NegativeInfinity);
        for (int k = 0; k < Parts; k++)
        {
            double a = lower + ((upper - lower) * k / Parts), b = k == Parts - 1 ? upper : lower + ((upper - lower) * (k + 1) / Parts), half = (b - a) / 2, middle = a + half;
            (double least, double most) = rule.Slopes(a, b);
            (double first, double last) = (function.Apply(a) - (slope * a), function.Apply(b) - (slope * b));
            double value = function.Apply(middle) - (slope * middle), drop = Math.Max(Math.Max(slope - least, most - slope), 0) * half;
            if (least >= slope) (low, high) = (Math.Min(low, first), Math.Max(high, last));
            else if (most <= slope) (low, high) = (Math.Min(low, last), Math.Max(high, first));
            else (low, high) = (Math.Min(low, value - drop), Math.Max(high, value + drop));
        }

        return double.IsNaN(low) || double.IsNaN(high) ? (double.NegativeInfinity, double.PositiveInfinity) : (low, high);
    }

    /// <summary>Convex: above is the chord; below either branch, whichever is nearer over the interval.</summary>
    private static (Line Below, Line Above) Bent(double slope, double lower, double upper)
    {
        if (lower >= 0) return (new(1, 0), new(1, 0));
        if (upper <= 0) return (new(slope, 0), new(slope, 0));
        double chord = (upper - (slope * lower)) / (upper - lower);
        return (new(upper >= -lower ? 1 : slope, 0), new(chord, upper * (1 - chord)));
    }

    /// <summary>Constant below the one end, constant above the other, the identity between them.</summary>
    private static (Line Below, Line Above) Clipped(ClipActivation clip, double lower, double upper)
    {
        (double low, double high) = (clip.Low, clip.High);
        if (upper <= low) return (new(0, low), new(0, low));
        if (lower >= high) return (new(0, high), new(0, high));
        bool reachesLow = lower < low, reachesHigh = upper > high;
        if (!reachesLow && !reachesHigh) return (new(1, 0), new(1, 0));
        if (reachesLow && reachesHigh) return (new(0, low), new(0, high));
        if (reachesLow) return (upper - low >= low - lower ? new(1, 0) : new(0, low), Chord(lower, low, upper, upper));
        return (Chord(lower, lower, upper, high), high - lower >= upper - high ? new(1, 0) : new(0, high));
    }

    private static Line Chord(double x, double y, double otherX, double otherY)
    {
        double slope = (otherY - y) / (otherX - x);
        return new(slope, y - (slope * x));
    }

    /// <summary>slope · x + offset.</summary>
    internal readonly record struct Line(double Slope, double Offset)
    {
        /// <summary>Whether both are numbers.</summary>
        public bool IsFinite => Math.Abs(Slope) < double.MaxValue && Math.Abs(Offset) < double.MaxValue;

        /// <summary>The value at a point.</summary>
        public double At(double x) => (Slope * x) + Offset;

        /// <summary>The line moved down (−1) or up (1) by an error, and by what rounding may take from it.</summary>
        public Line Moved(int direction, double error, double rounding)
        {
            // The identity and constants of the function itself lose nothing.
            double slack = (Slope == 1 && Offset == 0) || Slope == 0 ? 0 : rounding + (Math.Abs(Offset) * Slack);
            return new(Slope, Offset + (direction * (error + slack)));
        }
    }
}
