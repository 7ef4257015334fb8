using System;
using RedGen.Compiler.Red.Certify;

namespace RedGen.Compiler.Verify.Network;

/// <summary>A rising function that bends one way below zero and the other way above it.</summary>
internal abstract record InflectedActivation : Activation
{
    /// <summary>What lines lose to the analyser's rounding, relative to all magnitudes in them.</summary>
    private const double Slack = 64 * FloatRounding.Analyser;

    /// <summary>Whether it is convex above zero, and steeper the further from it; else concave.</summary>
    protected abstract bool IsConvexAbove { get; }

    /// <inheritdoc/>
    public override double Domain => float.MaxValue;

    /// <inheritdoc/>
    public sealed override Interval Bound(double lower, double upper)
    {
        if (!(lower >= -Domain && upper <= Domain)) return Interval.Unbounded;
        var exact = new Interval(Apply(lower), Apply(upper));
        return exact.MaxAbs < float.MaxValue / 2 ? exact.Widened(Error(0, exact.MaxAbs)) : Interval.Unbounded;
    }

    /// <inheritdoc/>
    public sealed override Relaxation Relax(double lower, double upper)
    {
        Interval range = Bound(lower, upper);
        if (double.IsInfinity(range.High) || !(upper - lower > 1e-9)) return Relaxation.Constant(range.Low, range.High);
        (double low, double high) = (Apply(lower), Apply(upper));
        double middle = lower + ((upper - lower) / 2), tangent = Slope(middle), chord = (high - low) / (upper - lower);
        double error = Error(0, range.MaxAbs) + ((range.MaxAbs + ((Math.Abs(chord) + Math.Abs(tangent)) * (Math.Abs(lower) + Math.Abs(upper)))) * Slack);
        (double onChord, double onTangent) = (low - (chord * lower), Apply(middle) - (tangent * middle));
        if (lower >= 0 || upper <= 0)
        {
            return IsConvexAbove == lower >= 0
                ? new(tangent, onTangent - error, chord, onChord + error)
                : new(chord, onChord - error, tangent, onTangent + error);
        }

        // No slope in the interval is less than those of the ends, or at zero.
        double least = Math.Max(0, Math.Min(Slope(0), Math.Min(Slope(lower), Slope(upper))) * (1 - 1e-12));
        return new(least, low - (least * lower) - error, least, high - (least * upper) + error);
    }

    /// <inheritdoc/>
    public override double SplitPoint(double lower, double upper) => lower < 0 && upper > 0 ? 0 : base.SplitPoint(lower, upper);

    /// <inheritdoc/>
    public override double Error(double reach, double largest) => FloatRounding.Of(largest, FloatRounding.Function);
}
