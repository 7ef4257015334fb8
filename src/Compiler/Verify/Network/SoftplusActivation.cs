using System;

namespace RedGen.Compiler.Verify.Network;

/// <summary>ln(1 + eˣ).</summary>
internal sealed record SoftplusActivation : CurvedActivation
{
    /// <inheritdoc/>
    protected override double Floor(double lower) => 0;

    /// <inheritdoc/>
    public override double Apply(double x) => x > 40 ? x : x < -40 ? Math.Exp(x) : Math.Log(1 + Math.Exp(x));

    /// <inheritdoc/>
    public override double Slope(double x) => 1 / (1 + Math.Exp(-x));

    /// <inheritdoc/>
    protected override int? Curvature(double lower, double upper) => 1;
}
