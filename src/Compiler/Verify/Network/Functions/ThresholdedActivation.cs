using System.Collections.Immutable;
using RedGen.Compiler.Red.Certify;

namespace RedGen.Compiler.Verify.Network;

/// <summary>x + shift above a threshold, x − shift below another, 0 between: ThresholdedRelu and Shrink.</summary>
/// <param name="Low">Below it, x − shift; −∞ where there is no such part.</param>
/// <param name="High">Above it, x + shift.</param>
/// <param name="Shift">The shift.</param>
internal sealed record ThresholdedActivation(double Low, double High, double Shift) : SmoothActivation
{
    /// <inheritdoc/>
    protected override ImmutableArray<double> Breaks => double.IsInfinity(Low) || Low == High ? [High] : [Low, High];

    /// <inheritdoc/>
    public override double Apply(double x) => x > High ? x + Shift : x < Low ? x - Shift : 0;

    /// <inheritdoc/>
    public override double Slope(double x) => x > High || x < Low ? 1 : 0;

    /// <inheritdoc/>
    public override bool IsLinear(double lower, double upper) => lower > High || upper < Low || (lower >= Low && upper <= High);

    /// <inheritdoc/>
    public override double SplitPoint(double lower, double upper) => High > lower && High < upper ? High : Low > lower && Low < upper ? Low : base.SplitPoint(lower, upper);

    /// <inheritdoc/>
    protected override double Limit(double x, int side) => x == High && side > 0 ? x + Shift : x == Low && side < 0 ? x - Shift : Apply(x);

    /// <inheritdoc/>
    protected override double Curvature(double lower, double upper) => 0;

    /// <summary>Without a shift nothing is computed.</summary>
    public override double Error(double reach, double largest) => Shift == 0 ? 0 : FloatRounding.Of(largest, FloatRounding.Operation);
}
