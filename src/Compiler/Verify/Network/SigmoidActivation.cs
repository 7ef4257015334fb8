using System;
using RedGen.Compiler.Red.Certify;

namespace RedGen.Compiler.Verify.Network;

/// <summary>An S-shaped function, convex below zero and concave above: sigmoid and tanh.</summary>
/// <param name="IsTanh">Whether it is tanh, else 1 ⁄ (1 + e⁻ˣ).</param>
internal sealed record SigmoidActivation(bool IsTanh) : Activation
{
    /// <inheritdoc/>
    public override double Apply(double x) => IsTanh ? Math.Tanh(x) : 1 / (1 + Math.Exp(-x));

    /// <inheritdoc/>
    public override double Error(double reach, double largest) => FloatRounding.Of(1, FloatRounding.Function);

    /// <inheritdoc/>
    public override double Slope(double x)
    {
        double y = Apply(x);
        return IsTanh ? 1 - (y * y) : y * (1 - y);
    }

    /// <inheritdoc/>
    public override Interval Bound(double lower, double upper) => new Interval(Apply(lower), Apply(upper)).Widened(Error(0, 1));

    /// <inheritdoc/>
    public override Relaxation Relax(double lower, double upper)
    {
        double error = Error(0, 1) + ((Math.Abs(lower) + Math.Abs(upper)) * FloatRounding.Analyser);
        double low = Apply(lower), high = Apply(upper);
        if (upper - lower < 1e-9) return Relaxation.Constant(low - error, high + error);
        double chord = (high - low) / (upper - lower);
        double middle = lower + ((upper - lower) / 2);
        double tangent = Slope(middle);
        double below = Apply(middle) - (tangent * middle);
        if (lower >= 0) return new(chord, low - (chord * lower) - error, tangent, below + error);
        if (upper <= 0) return new(tangent, below - error, chord, low - (chord * lower) + error);
        // No slope in the interval is less than that of its ends.
        double least = Math.Min(Slope(lower), Slope(upper));
        return new(least, low - (least * lower) - error, least, high - (least * upper) + error);
    }
}
