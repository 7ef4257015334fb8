using System;
using RedGen.Compiler.Red.Certify;

namespace RedGen.Compiler.Verify.Network;

/// <summary>min(max(x, low), high): exact in float32.</summary>
/// <param name="Low">The least value.</param>
/// <param name="High">The largest value.</param>
internal sealed record ClipActivation(double Low, double High) : Activation
{
    /// <inheritdoc/>
    public override double Apply(double x) => Math.Min(Math.Max(x, Low), High);

    /// <inheritdoc/>
    public override double Slope(double x) => x > Low && x < High ? 1 : 0;

    /// <inheritdoc/>
    public override bool IsLinear(double lower, double upper) => upper <= Low || lower >= High || (lower >= Low && upper <= High);

    /// <inheritdoc/>
    public override Relaxation Relax(double lower, double upper)
    {
        if (upper <= Low) return Relaxation.Constant(Low, Low);
        if (lower >= High) return Relaxation.Constant(High, High);
        double slack = (Math.Abs(lower) + Math.Abs(upper)) * FloatRounding.Analyser;
        // Above: from the left end's value to the corner (high, high), or flat; below: mirrored.
        Relaxation result = new(1, 0, 1, 0);
        if (upper > High)
        {
            double slope = lower >= Low ? (High - lower) / (upper - lower) : 0;
            result = lower >= Low ? result with { LowerSlope = slope, LowerOffset = lower - (slope * lower) - slack } : result with { LowerSlope = 0, LowerOffset = Low };
        }

        if (lower < Low)
        {
            double slope = upper <= High ? (upper - Low) / (upper - lower) : 0;
            result = upper <= High
                ? result with { UpperSlope = slope, UpperOffset = Low - (slope * lower) + slack }
                : result with { UpperSlope = 0, UpperOffset = High };
        }

        if (upper > High && lower >= Low) result = High - lower > upper - High ? result with { UpperSlope = 1, UpperOffset = 0 } : result with { UpperSlope = 0, UpperOffset = High };
        if (lower < Low && upper <= High) result = upper - Low > Low - lower ? result with { LowerSlope = 1, LowerOffset = 0 } : result with { LowerSlope = 0, LowerOffset = Low };
        return result;
    }

    /// <inheritdoc/>
    public override double SplitPoint(double lower, double upper) => lower < Low ? Low : High;
}
