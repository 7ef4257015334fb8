using System;
using RedGen.Compiler.Operators.Elementwise;

namespace RedGen.Compiler.Verify.Network;

/// <summary>The inverse of the hyperbolic sine.</summary>
internal sealed record AsinhActivation : InflectedActivation
{
    /// <inheritdoc/>
    protected override bool IsConvexAbove => false;

    /// <inheritdoc/>
    public override double Apply(double x) => ReferenceMath.Asinh(x);

    /// <inheritdoc/>
    public override double Slope(double x) => 1 / Math.Sqrt((x * x) + 1);
}
