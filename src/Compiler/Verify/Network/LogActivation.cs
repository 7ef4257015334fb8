using System;

namespace RedGen.Compiler.Verify.Network;

/// <summary>The natural logarithm.</summary>
internal sealed record LogActivation : CurvedActivation
{
    /// <summary>Whether no code computes it: a step of an argument about what code computes.</summary>
    public bool IsExact { get; init; }

    /// <inheritdoc/>
    public override double Precision => IsExact ? 0 : base.Precision;

    /// <inheritdoc/>
    public override double Apply(double x) => Math.Log(x);

    /// <inheritdoc/>
    public override double Slope(double x) => 1 / x;

    /// <inheritdoc/>
    protected override int? Curvature(double lower, double upper) => lower > 0 ? -1 : null;
}
