using System;
using RedGen.Compiler.Red.Certify;

namespace RedGen.Compiler.Verify.Network;

/// <summary>Floor, Ceil, Round (half to even) and truncation: exact in float32.</summary>
/// <param name="Kind">Which.</param>
internal sealed record RoundingActivation(RoundingKind Kind) : Activation
{
    /// <summary>From here on all floats are integers, and doubles nearly are; nothing is gained by steps.</summary>
    private const double Largest = 1L << 40;

    /// <inheritdoc/>
    public override double Apply(double x) => Kind switch
    {
        RoundingKind.Down => Math.Floor(x),
        RoundingKind.Up => Math.Ceiling(x),
        RoundingKind.Nearest => Math.Round(x),
        _ => Math.Truncate(x),
    };

    /// <summary>That of the line through the steps' middles: where they are small it is what an attack needs.</summary>
    public override double Slope(double x) => 1;

    /// <inheritdoc/>
    public override bool IsLinear(double lower, double upper) => Apply(lower) == Apply(upper);

    /// <inheritdoc/>
    public override Relaxation Relax(double lower, double upper)
    {
        (double low, double high) = (Apply(lower), Apply(upper));
        if (low == high || !(Math.Max(-lower, upper) < Largest)) return Relaxation.Constant(low, high);
        (double below, double above) = Kind switch
        {
            RoundingKind.Down => (-1, 0),
            RoundingKind.Up => (0, 1),
            RoundingKind.Nearest => (-0.5, 0.5),
            _ => (-1.0, 1),
        };
        // A line of slope 1 beside the steps, or the lowest and the highest of them: what is nearer in the middle.
        double middle = lower + ((upper - lower) / 2), slack = (Math.Abs(lower) + Math.Abs(upper) + 1) * FloatRounding.Analyser;
        Relaxation result = Relaxation.Constant(low, high);
        if (middle + below > low) result = result with { LowerSlope = 1, LowerOffset = below - slack };
        return middle + above < high ? result with { UpperSlope = 1, UpperOffset = above + slack } : result;
    }
}

/// <summary>To which integer a number is rounded.</summary>
internal enum RoundingKind
{
    /// <summary>The next below.</summary>
    Down,

    /// <summary>The next above.</summary>
    Up,

    /// <summary>The nearest, the even one of two.</summary>
    Nearest,

    /// <summary>The next towards zero.</summary>
    Zero,
}
