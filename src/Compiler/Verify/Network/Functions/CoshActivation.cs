using System;

namespace RedGen.Compiler.Verify.Network;

/// <summary>The hyperbolic cosine.</summary>
internal sealed record CoshActivation : CurvedActivation
{
    /// <inheritdoc/>
    protected override double Turn => 0;

    /// <inheritdoc/>
    public override double Apply(double x) => Math.Cosh(x);

    /// <inheritdoc/>
    public override double Slope(double x) => Math.Sinh(x);

    /// <inheritdoc/>
    protected override int? Curvature(double lower, double upper) => 1;
}
