using System;

namespace RedGen.Compiler.Verify.Network;

/// <summary>x ⁄ (1 + |x|).</summary>
internal sealed record SoftsignActivation : InflectedActivation
{
    /// <inheritdoc/>
    protected override bool IsConvexAbove => false;

    /// <inheritdoc/>
    public override double Apply(double x) => x / (1 + Math.Abs(x));

    /// <inheritdoc/>
    public override double Slope(double x) => 1 / ((1 + Math.Abs(x)) * (1 + Math.Abs(x)));
}
