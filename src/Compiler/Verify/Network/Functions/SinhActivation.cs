using System;

namespace RedGen.Compiler.Verify.Network;

/// <summary>The hyperbolic sine.</summary>
internal sealed record SinhActivation : InflectedActivation
{
    /// <inheritdoc/>
    protected override bool IsConvexAbove => true;

    /// <inheritdoc/>
    public override double Apply(double x) => Math.Sinh(x);

    /// <inheritdoc/>
    public override double Slope(double x) => Math.Cosh(x);
}
