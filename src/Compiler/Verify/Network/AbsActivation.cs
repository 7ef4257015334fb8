using System;

namespace RedGen.Compiler.Verify.Network;

/// <summary>|x|: exact in float32.</summary>
internal sealed record AbsActivation : CurvedActivation
{
    /// <inheritdoc/>
    public override double Precision => 0;

    /// <inheritdoc/>
    protected override double Turn => 0;

    /// <inheritdoc/>
    protected override double Floor(double lower) => 0;

    /// <inheritdoc/>
    public override double Apply(double x) => Math.Abs(x);

    /// <inheritdoc/>
    public override double Slope(double x) => x >= 0 ? 1 : -1;

    /// <inheritdoc/>
    public override bool IsLinear(double lower, double upper) => lower >= 0 || upper <= 0;

    /// <inheritdoc/>
    public override double SplitPoint(double lower, double upper) => lower < 0 && upper > 0 ? 0 : base.SplitPoint(lower, upper);

    /// <inheritdoc/>
    protected override int? Curvature(double lower, double upper) => 1;
}
