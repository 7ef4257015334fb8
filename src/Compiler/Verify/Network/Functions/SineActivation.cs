using System;
using RedGen.Compiler.Red.Certify;

namespace RedGen.Compiler.Verify.Network;

/// <summary>Sine and cosine.</summary>
/// <param name="IsCosine">Whether it is the cosine.</param>
internal sealed record SineActivation(bool IsCosine) : SmoothActivation
{
    /// <inheritdoc/>
    public override double Domain => 1e5;

    /// <inheritdoc/>
    protected override Interval Range => new(-1 - FloatRounding.Function, 1 + FloatRounding.Function);

    /// <inheritdoc/>
    public override double Apply(double x) => IsCosine ? Math.Cos(x) : Math.Sin(x);

    /// <inheritdoc/>
    public override double Slope(double x) => IsCosine ? -Math.Sin(x) : Math.Cos(x);

    /// <inheritdoc/>
    protected override double Curvature(double lower, double upper) => 1;

    /// <summary>Relative to 1: near the zeros no more is taken for granted.</summary>
    public override double Error(double reach, double largest) => FloatRounding.Of(1, FloatRounding.Function);
}
