using System;
using RedGen.Compiler.Red.Certify;

namespace RedGen.Compiler.Verify.Network;

/// <summary>−1, 0 or 1: exact in float32.</summary>
internal sealed record SignActivation : Activation
{
    /// <summary>Less than the least float32 above zero, 1.4e-45: an argument that is at least −this is at least zero, one that is at most −this is below zero.</summary>
    private const double Least = 7e-46;

    /// <inheritdoc/>
    public override double Apply(double x) => x > 0 ? 1 : x < 0 ? -1 : x == 0 ? 0 : x;

    /// <inheritdoc/>
    public override double Slope(double x) => 0;

    /// <inheritdoc/>
    public override Interval Bound(double lower, double upper) => new(AtLeast(lower), AtMost(upper));

    /// <inheritdoc/>
    public override bool IsLinear(double lower, double upper) => AtLeast(lower) == AtMost(upper);

    /// <inheritdoc/>
    public override double SplitPoint(double lower, double upper) => lower < -Least ? -Least : Least;

    /// <inheritdoc/>
    public override Relaxation Relax(double lower, double upper)
    {
        (double low, double high) = (AtLeast(lower), AtMost(upper));
        // A line from an end's value to the jump at zero is nearer than a constant where the interval is mostly on that side.
        bool jumps = low < 0 && high > 0 && Math.Min(-lower, upper) > 1e-6;
        return jumps && upper < -lower ? new(0, low, 2 / -lower, 1 + 1e-12)
            : jumps ? new(2 / upper, -1 - 1e-12, 0, high)
            : Relaxation.Constant(low, high);
    }

    /// <summary>The sign of a float32 number that is at least a number.</summary>
    private static double AtLeast(double lower) => lower > 0 ? 1 : lower >= -Least ? 0 : -1;

    /// <summary>The sign of a float32 number that is at most a number.</summary>
    private static double AtMost(double upper) => upper < 0 ? -1 : upper <= Least ? 0 : 1;
}
