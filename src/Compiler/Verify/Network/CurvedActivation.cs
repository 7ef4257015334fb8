using System;
using RedGen.Compiler.Red.Certify;

namespace RedGen.Compiler.Verify.Network;

/// <summary>A function that is convex or concave over the intervals that matter: the chord is one line, the tangent in the middle the other.</summary>
internal abstract record CurvedActivation : Activation
{
    /// <summary>What lines lose to the analyser's rounding, relative to all magnitudes in them.</summary>
    private const double Slack = 64 * FloatRounding.Analyser;

    /// <summary>The error of the generated code relative to the largest value.</summary>
    public virtual double Precision => FloatRounding.Function;

    /// <summary>The error of the generated code that does not depend on the value.</summary>
    public virtual double Absolute => 0;

    /// <summary>What the function of arguments from a number on is never less than, as float32 code computes it.</summary>
    protected virtual double Floor(double lower) => double.NegativeInfinity;

    /// <summary>Where the function turns from falling to rising; no number where it does not.</summary>
    protected virtual double Turn => double.NaN;

    /// <inheritdoc/>
    public sealed override double Error(double reach, double largest) => FloatRounding.Of(largest, Precision) + Absolute;

    /// <inheritdoc/>
    public sealed override Interval Bound(double lower, double upper)
    {
        if (Curvature(lower, upper) is null) return Interval.Unbounded;
        (double low, double high) = (Apply(lower), Apply(upper));
        double least = Math.Min(low, high), most = Math.Max(low, high);
        if (lower < Turn && upper > Turn) (least, most) = (Math.Min(least, Apply(Turn)), Math.Max(most, Apply(Turn)));
        // Near the end of float32 the generated code may give infinity.
        double largest = Math.Max(Math.Abs(least), Math.Abs(most));
        if (!(largest < float.MaxValue / 2)) return Interval.Unbounded;
        Interval widened = new Interval(least, most).Widened(Error(0, largest));
        return widened with { Low = Math.Max(widened.Low, Floor(lower)) };
    }

    /// <inheritdoc/>
    public sealed override Relaxation Relax(double lower, double upper)
    {
        Interval range = Bound(lower, upper);
        double middle = lower + ((upper - lower) / 2), tangent = Slope(middle), value = Apply(middle);
        double chord = (Apply(upper) - Apply(lower)) / (upper - lower);
        int curvature = Curvature(lower, upper) ?? 0;
        if (curvature == 0 || double.IsInfinity(range.High) || !(upper - lower > 1e-9) || double.IsInfinity(tangent)) return Relaxation.Constant(range.Low, range.High);
        double error = Error(0, range.MaxAbs);
        error += (range.MaxAbs + ((Math.Abs(chord) + Math.Abs(tangent)) * (Math.Abs(lower) + Math.Abs(upper)))) * Slack;
        double onTangent = value - (tangent * middle), onChord = Apply(lower) - (chord * lower);
        return curvature > 0
            ? new(tangent, onTangent - error, chord, onChord + error)
            : new(chord, onChord - error, tangent, onTangent + error);
    }

    /// <summary>1 where the function is convex over an interval, −1 where it is concave, 0 where it is neither but monotone; null where it has no value somewhere.</summary>
    protected abstract int? Curvature(double lower, double upper);
}
