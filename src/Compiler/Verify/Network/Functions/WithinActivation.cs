using RedGen.Compiler.Red.Certify;

namespace RedGen.Compiler.Verify.Network;

/// <summary>x itself, of which nothing is known where it may leave a range: what comes after it is defined there only.</summary>
/// <param name="Low">The least number of the range.</param>
/// <param name="High">The largest.</param>
internal sealed record WithinActivation(double Low, double High) : Activation
{
    /// <inheritdoc/>
    public override double Apply(double x) => x;

    /// <inheritdoc/>
    public override double Slope(double x) => 1;

    /// <inheritdoc/>
    public override Interval Bound(double lower, double upper) => lower >= Low && upper <= High ? new(lower, upper) : Interval.Unbounded;

    /// <inheritdoc/>
    public override bool IsLinear(double lower, double upper) => lower >= Low && upper <= High;

    /// <inheritdoc/>
    public override Relaxation Relax(double lower, double upper)
        => lower >= Low && upper <= High ? new(1, 0, 1, 0) : Relaxation.Constant(double.NegativeInfinity, double.PositiveInfinity);
}
