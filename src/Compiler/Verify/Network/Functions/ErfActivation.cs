using System;
using RedGen.Compiler.Operators.Elementwise;

namespace RedGen.Compiler.Verify.Network;

/// <summary>The error function.</summary>
internal sealed record ErfActivation : InflectedActivation
{
    /// <inheritdoc/>
    protected override bool IsConvexAbove => false;

    /// <inheritdoc/>
    public override double Apply(double x) => ReferenceMath.Erf(x);

    /// <inheritdoc/>
    public override double Slope(double x) => 2 / Math.Sqrt(Math.PI) * Math.Exp(-x * x);
}
