using System;
using RedGen.Compiler.Red.Certify;

namespace RedGen.Compiler.Verify.Network;

/// <summary>xᵖ for a constant p.</summary>
/// <param name="Exponent">p, neither 0 nor 1.</param>
/// <param name="IsExact">Whether no code computes it: a step of an argument about what code computes.</param>
internal sealed record PowerActivation(double Exponent, bool IsExact) : CurvedActivation
{
    /// <inheritdoc/>
    public override double Precision => IsExact ? 0 : FloatRounding.Function;

    /// <inheritdoc/>
    protected override double Floor(double lower) => lower >= 0 || Exponent % 2 == 0 ? 0 : double.NegativeInfinity;

    /// <inheritdoc/>
    protected override double Turn => Exponent > 0 && Exponent % 2 == 0 ? 0 : double.NaN;

    /// <inheritdoc/>
    public override double Apply(double x) => Exponent == 2 ? x * x : Math.Pow(x, Exponent);

    /// <inheritdoc/>
    public override double Slope(double x) => Exponent == 2 ? 2 * x : Exponent * Math.Pow(x, Exponent - 1);

    /// <inheritdoc/>
    protected override int? Curvature(double lower, double upper)
    {
        if (Exponent < 0) return lower > 0 ? 1 : null;
        if (lower >= 0) return Exponent > 1 ? 1 : -1;
        if (Exponent % 1 != 0) return null;
        if (Exponent % 2 == 0) return 1;
        return upper <= 0 ? -1 : 0;
    }
}
