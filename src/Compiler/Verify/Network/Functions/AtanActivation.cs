using System;

namespace RedGen.Compiler.Verify.Network;

/// <summary>The inverse tangent.</summary>
internal sealed record AtanActivation : InflectedActivation
{
    /// <inheritdoc/>
    protected override bool IsConvexAbove => false;

    /// <inheritdoc/>
    public override double Apply(double x) => Math.Atan(x);

    /// <inheritdoc/>
    public override double Slope(double x) => 1 / (1 + (x * x));
}
