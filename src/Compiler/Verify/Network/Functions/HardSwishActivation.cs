using System;
using System.Collections.Immutable;
using RedGen.Compiler.Red.Certify;

namespace RedGen.Compiler.Verify.Network;

/// <summary>x · min(max(x ⁄ 6 + ½, 0), 1).</summary>
internal sealed record HardSwishActivation : SmoothActivation
{
    /// <summary>Beyond this the clamped factor is 0 or 1 in float32 too.</summary>
    private const double Flat = 3.001;

    /// <inheritdoc/>
    protected override ImmutableArray<double> Breaks => [-3, 3];

    /// <inheritdoc/>
    public override double Apply(double x) => x * Math.Min(Math.Max((x / 6) + 0.5, 0), 1);

    /// <inheritdoc/>
    public override double Slope(double x) => x <= -3 ? 0 : x >= 3 ? 1 : ((2 * x) + 3) / 6;

    /// <inheritdoc/>
    public override bool IsLinear(double lower, double upper) => lower >= Flat || upper <= -Flat;

    /// <inheritdoc/>
    public override double SplitPoint(double lower, double upper) => lower < -Flat && upper > -Flat ? -Flat : lower < Flat && upper > Flat ? Flat : base.SplitPoint(lower, upper);

    /// <inheritdoc/>
    protected override double Curvature(double lower, double upper) => lower >= 3 || upper <= -3 ? 0 : 1.0 / 3;

    /// <summary>The factor errs by a rounding of ½ or so, where it is not 0 or 1.</summary>
    public override double Error(double reach, double largest) => FloatRounding.Of(Math.Min(reach, 4) + largest, FloatRounding.Function);
}
