using System;
using RedGen.Compiler.Red.Certify;
using RedGen.Compiler.Verify.Network;

namespace RedGen.Compiler.Verify.Check;

/// <summary>
/// The lines around a function that the checker uses, derived here again, without the search's: every function is monotone, and as float32 code
/// computes it off by at most an error that is added outside.
/// </summary>
internal static class CheckedFunction
{
    /// <summary>Lines are moved outward by this share of their ends: more than they lose to the rounding of doubles.</summary>
    private const double Slack = 1.0 / (1L << 44);

    /// <summary>The values over an interval.</summary>
    /// <exception cref="UnverifiableException">The checker does not know the function.</exception>
    public static (double Low, double High) Bound(Activation function, double lower, double upper)
    {
        double error = Error(function, lower, upper);
        (double low, double high) = (Value(function, lower), Value(function, upper));
        double slack = Slack * (Math.Abs(low) + Math.Abs(high));
        return error == 0 ? (low, high) : (low - error - slack, high + error + slack);
    }

    /// <summary>The lines over an interval.</summary>
    /// <exception cref="UnverifiableException">The checker does not know the function.</exception>
    public static (Line Below, Line Above) Lines(Activation function, double lower, double upper)
    {
        double error = Error(function, lower, upper);
        (Line below, Line above) = function switch
        {
            LeakyReluActivation { NegativeSlope: >= 0 and <= 1 } leaky => Bent(leaky.NegativeSlope, lower, upper),
            ClipActivation clip => Clipped(clip, lower, upper),
            SigmoidActivation => Curved(function, lower, upper),
            _ => throw Unknown(function),
        };
        double reach = Math.Max(Math.Abs(lower), Math.Abs(upper));
        return (below.Moved(-1, error, reach * Slack), above.Moved(1, error, reach * Slack));
    }

    /// <summary>The least and the largest slope over an interval.</summary>
    /// <exception cref="UnverifiableException">The checker does not know the function.</exception>
    public static (double Least, double Most) Slopes(Activation function, double lower, double upper)
    {
        switch (function)
        {
            case LeakyReluActivation { NegativeSlope: >= 0 and <= 1 and var slope }:
                return (lower < 0 ? slope : 1, upper > 0 ? 1 : slope);
            case ClipActivation clip:
                return (lower < clip.Low || upper > clip.High ? 0 : 1, upper > clip.Low && lower < clip.High ? 1 : 0);
            case SigmoidActivation:
                (double first, double last) = (Steepness(function, lower), Steepness(function, upper));
                double steepest = lower <= 0 && upper >= 0 ? Steepness(function, 0) : Math.Max(first, last);
                return (Math.Max(0, Math.Min(first, last) - Slack), steepest + Slack);
            default:
                throw Unknown(function);
        }
    }

    /// <summary>How far float32 code may be from the function.</summary>
    public static double Error(Activation function, double lower, double upper) => function switch
    {
        LeakyReluActivation { NegativeSlope: > 0 and var slope } => FloatRounding.Of(Math.Max(Math.Abs(lower), Math.Abs(upper)) * slope, FloatRounding.Operation),
        SigmoidActivation => FloatRounding.Of(1, FloatRounding.Function),
        _ => 0,
    };

    private static UnverifiableException Unknown(Activation function) => new("the checker has no rule for " + function.GetType().Name);

    private static double Value(Activation function, double x) => function switch
    {
        LeakyReluActivation leaky => x >= 0 ? x : leaky.NegativeSlope * x,
        ClipActivation clip => x <= clip.Low ? clip.Low : x >= clip.High ? clip.High : x,
        SigmoidActivation { IsTanh: true } => Math.Tanh(x),
        SigmoidActivation => 1 / (1 + Math.Exp(-x)),
        _ => throw Unknown(function),
    };

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

    /// <summary>Convex left of zero and concave right of it: a chord on the one side, a tangent on the other; across zero lines of the smallest slope.</summary>
    private static (Line Below, Line Above) Curved(Activation function, double lower, double upper)
    {
        (double low, double high) = (Value(function, lower), Value(function, upper));
        if (!(upper - lower > 1e-8)) return (new(0, low - 1e-15), new(0, high + 1e-15));
        Line chord = Chord(lower, low, upper, high), tangent = Tangent(function, (lower / 2) + (upper / 2));
        if (lower >= 0) return (chord, tangent);
        if (upper <= 0) return (tangent, chord);
        double least = Math.Min(Steepness(function, lower), Steepness(function, upper));
        return (new(least, low - (least * lower)), new(least, high - (least * upper)));
    }

    private static Line Chord(double x, double y, double otherX, double otherY)
    {
        double slope = (otherY - y) / (otherX - x);
        return new(slope, y - (slope * x));
    }

    private static Line Tangent(Activation function, double x)
    {
        double slope = Steepness(function, x);
        return new(slope, Value(function, x) - (slope * x));
    }

    /// <summary>The derivative: 1 − y² of tanh, y·(1 − y) of the sigmoid.</summary>
    private static double Steepness(Activation function, double x)
    {
        double y = Value(function, x);
        return function is SigmoidActivation { IsTanh: true } ? 1 - (y * y) : y * (1 - y);
    }

    /// <summary>slope · x + offset.</summary>
    internal readonly record struct Line(double Slope, double Offset)
    {
        /// <summary>The line moved down (−1) or up (1) by an error, and by what rounding may take from it.</summary>
        public Line Moved(int direction, double error, double rounding)
        {
            // The identity and constants of the function itself lose nothing.
            double slack = (Slope == 1 && Offset == 0) || Slope == 0 ? 0 : rounding + (Math.Abs(Offset) * Slack);
            return new(Slope, Offset + (direction * (error + slack)));
        }
    }
}
