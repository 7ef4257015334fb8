namespace RedGen.Compiler.Verify.Network;

/// <summary>1 ⁄ x.</summary>
/// <param name="Absolute">The error of the generated code that does not depend on the value.</param>
internal sealed record ReciprocalActivation(double Absolute) : CurvedActivation
{
    /// <inheritdoc/>
    public override double Absolute { get; } = Absolute;

    /// <inheritdoc/>
    public override double Apply(double x) => 1 / x;

    /// <inheritdoc/>
    public override double Slope(double x) => -1 / (x * x);

    /// <inheritdoc/>
    protected override int? Curvature(double lower, double upper) => lower > 0 ? 1 : upper < 0 ? -1 : null;
}
