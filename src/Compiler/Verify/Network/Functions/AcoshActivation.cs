using System;
using RedGen.Compiler.Operators.Elementwise;

namespace RedGen.Compiler.Verify.Network;

/// <summary>The inverse of the hyperbolic cosine.</summary>
internal sealed record AcoshActivation : CurvedActivation
{
    /// <inheritdoc/>
    public override double Apply(double x) => ReferenceMath.Acosh(x);

    /// <inheritdoc/>
    public override double Slope(double x) => 1 / Math.Sqrt((x * x) - 1);

    /// <inheritdoc/>
    protected override int? Curvature(double lower, double upper) => lower >= 1 ? -1 : null;
}
