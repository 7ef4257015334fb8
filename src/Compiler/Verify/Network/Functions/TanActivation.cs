using System;

namespace RedGen.Compiler.Verify.Network;

/// <summary>The tangent between its poles around zero.</summary>
internal sealed record TanActivation : InflectedActivation
{
    /// <inheritdoc/>
    public override double Domain => 1.57;

    /// <inheritdoc/>
    protected override bool IsConvexAbove => true;

    /// <inheritdoc/>
    public override double Apply(double x) => Math.Tan(x);

    /// <inheritdoc/>
    public override double Slope(double x) => 1 / (Math.Cos(x) * Math.Cos(x));
}
