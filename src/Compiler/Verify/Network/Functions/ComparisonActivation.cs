using RedGen.Compiler.Red.Certify;

namespace RedGen.Compiler.Verify.Network;

/// <summary>Whether the difference of two float32 numbers is above zero, not below zero, or zero: 1 or 0.</summary>
/// <param name="Kind">Which.</param>
internal sealed record ComparisonActivation(ComparisonKind Kind) : Activation
{
    /// <summary>Less than the least difference of two float32 numbers, 1.4e-45.</summary>
    private const double Least = 7e-46;

    /// <inheritdoc/>
    public override double Apply(double x) => Kind switch
    {
        ComparisonKind.Above => x > 0 ? 1 : 0,
        ComparisonKind.NotBelow => x >= 0 ? 1 : 0,
        _ => x == 0 ? 1 : 0,
    };

    /// <inheritdoc/>
    public override double Slope(double x) => 0;

    /// <inheritdoc/>
    public override Interval Bound(double lower, double upper) => Kind switch
    {
        ComparisonKind.Above => new(lower > 0 ? 1 : 0, upper < Least ? 0 : 1),
        ComparisonKind.NotBelow => new(lower > -Least ? 1 : 0, upper < 0 ? 0 : 1),
        _ => new(lower > -Least && upper < Least ? 1 : 0, lower > 0 || upper < 0 ? 0 : 1),
    };

    /// <inheritdoc/>
    public override bool IsLinear(double lower, double upper) => Bound(lower, upper) is var bound && bound.Low == bound.High;

    /// <inheritdoc/>
    public override double SplitPoint(double lower, double upper) => Kind == ComparisonKind.Above || lower >= -Least ? Least : -Least;

    /// <inheritdoc/>
    public override Relaxation Relax(double lower, double upper)
    {
        Interval bound = Bound(lower, upper);
        if (Kind == ComparisonKind.Same || bound.Low == bound.High || !(System.Math.Min(-lower, upper) > 1e-6)) return Relaxation.Constant(bound.Low, bound.High);
        // From the far end to the jump where the interval is mostly on that side.
        const double Slack = 1e-12;
        return upper < -lower ? new(0, 0, -1 / lower, 1 + Slack) : new(1 / upper, -Slack, 0, 1);
    }
}

/// <summary>What is asked of a difference.</summary>
internal enum ComparisonKind
{
    /// <summary>Above zero.</summary>
    Above,

    /// <summary>Zero or above.</summary>
    NotBelow,

    /// <summary>Zero.</summary>
    Same,
}
