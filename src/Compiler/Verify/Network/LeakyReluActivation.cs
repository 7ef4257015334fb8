using System;
using RedGen.Compiler.Red.Certify;

namespace RedGen.Compiler.Verify.Network;

/// <summary>x for x ≥ 0, else slope · x: Relu for the slope 0. Ehlers 2017's triangle; the lower line as DeepPoly (Singh et al. 2019) chooses it.</summary>
/// <param name="NegativeSlope">The slope below zero, from 0 up to 1.</param>
internal sealed record LeakyReluActivation(double NegativeSlope) : Activation
{
    /// <inheritdoc/>
    public override double Apply(double x) => x >= 0 ? x : NegativeSlope * x;

    /// <summary>One rounding of a leaky product; Relu itself is exact.</summary>
    public override double Error(double reach, double largest) => NegativeSlope == 0 ? 0 : FloatRounding.Of(reach * NegativeSlope, FloatRounding.Operation);

    /// <inheritdoc/>
    public override double Slope(double x) => x >= 0 ? 1 : NegativeSlope;

    /// <inheritdoc/>
    public override bool IsLinear(double lower, double upper) => lower >= 0 || upper <= 0;

    /// <inheritdoc/>
    public override Interval Bound(double lower, double upper)
    {
        var exact = new Interval(Apply(lower), Apply(upper));
        return NegativeSlope == 0 ? exact : exact.Widened(Error(Math.Max(-lower, upper), 0));
    }

    /// <inheritdoc/>
    public override Relaxation Relax(double lower, double upper)
    {
        double error = Error(Math.Max(-lower, upper), 0);
        if (lower >= 0) return new(1, 0, 1, 0);
        if (upper <= 0) return new(NegativeSlope, -error, NegativeSlope, error);
        double slope = (upper - (NegativeSlope * lower)) / (upper - lower);
        // Raised by more than the double's rounding, so that the line is above the function at both ends.
        double offset = ((NegativeSlope - slope) * lower) + ((upper - lower) * FloatRounding.Analyser);
        return new(upper > -lower ? 1 : NegativeSlope, -error, slope, offset + error);
    }

    /// <inheritdoc/>
    public override Interval LowerSlopes(double lower, double upper) => new(NegativeSlope, 1);

    /// <inheritdoc/>
    public override double SplitPoint(double lower, double upper) => 0;
}
