using System;

namespace RedGen.Compiler.Verify.Network;

/// <summary>eˣ.</summary>
/// <param name="Precision">The error of the generated code relative to the largest value.</param>
internal sealed record ExpActivation(double Precision) : CurvedActivation
{
    /// <inheritdoc/>
    public override double Precision { get; } = Precision;

    /// <inheritdoc/>
    protected override double Floor(double lower) => 0;

    /// <inheritdoc/>
    public override double Apply(double x) => Math.Exp(x);

    /// <inheritdoc/>
    public override double Slope(double x) => Math.Exp(x);

    /// <inheritdoc/>
    protected override int? Curvature(double lower, double upper) => 1;
}
