using RedGen.Compiler.Operators.Elementwise;

namespace RedGen.Compiler.Verify.Network;

/// <summary>The inverse of the hyperbolic tangent.</summary>
internal sealed record AtanhActivation : InflectedActivation
{
    /// <inheritdoc/>
    public override double Domain => 1 - 1e-7;

    /// <inheritdoc/>
    protected override bool IsConvexAbove => true;

    /// <inheritdoc/>
    public override double Apply(double x) => ReferenceMath.Atanh(x);

    /// <inheritdoc/>
    public override double Slope(double x) => 1 / (1 - (x * x));
}
