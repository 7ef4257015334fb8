using System;

namespace RedGen.Compiler.Verify.Network;

/// <summary>The inverse sine.</summary>
internal sealed record AsinActivation : InflectedActivation
{
    /// <inheritdoc/>
    public override double Domain => 1;

    /// <inheritdoc/>
    protected override bool IsConvexAbove => true;

    /// <inheritdoc/>
    public override double Apply(double x) => Math.Asin(x);

    /// <inheritdoc/>
    public override double Slope(double x) => 1 / Math.Sqrt(1 - (x * x));
}
