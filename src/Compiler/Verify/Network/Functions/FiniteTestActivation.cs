using RedGen.Compiler.Red.Certify;

namespace RedGen.Compiler.Verify.Network;

/// <summary>Whether a float32 number is no number, or infinite: 0 where bounds are finite, for then no code left float32.</summary>
internal sealed record FiniteTestActivation : Activation
{
    /// <inheritdoc/>
    public override double Apply(double x) => double.IsNaN(x) || double.IsInfinity(x) ? 1 : 0;

    /// <inheritdoc/>
    public override double Slope(double x) => 0;

    /// <inheritdoc/>
    public override Interval Bound(double lower, double upper) => lower >= -float.MaxValue && upper <= float.MaxValue ? new(0, 0) : new(0, 1);

    /// <inheritdoc/>
    public override bool IsLinear(double lower, double upper) => Bound(lower, upper).High == 0;

    /// <inheritdoc/>
    public override Relaxation Relax(double lower, double upper) => Relaxation.Constant(0, Bound(lower, upper).High);
}
