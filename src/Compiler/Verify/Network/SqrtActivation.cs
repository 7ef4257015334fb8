using System;

namespace RedGen.Compiler.Verify.Network;

/// <summary>The square root.</summary>
internal sealed record SqrtActivation : CurvedActivation
{
    /// <inheritdoc/>
    protected override double Floor(double lower) => 0;

    /// <inheritdoc/>
    public override double Apply(double x) => Math.Sqrt(x);

    /// <inheritdoc/>
    public override double Slope(double x) => 0.5 / Math.Sqrt(x);

    /// <inheritdoc/>
    protected override int? Curvature(double lower, double upper) => lower >= 0 ? -1 : null;
}
