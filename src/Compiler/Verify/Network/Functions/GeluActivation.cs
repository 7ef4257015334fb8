using System;
using RedGen.Compiler.Operators.Elementwise;
using RedGen.Compiler.Red.Certify;

namespace RedGen.Compiler.Verify.Network;

/// <summary>x·Φ(x), Φ the normal distribution, or its approximation by tanh (Hendrycks and Gimpel 2016).</summary>
/// <param name="IsTanh">Whether it is the approximation.</param>
internal sealed record GeluActivation(bool IsTanh) : SmoothActivation
{
    private const double Cubic = 0.044715;

    private static readonly double Factor = Math.Sqrt(2 / Math.PI);

    /// <summary>The cube of the approximation does not overflow.</summary>
    public override double Domain => 1e9;

    /// <inheritdoc/>
    public override double Apply(double x)
        => 0.5 * x * (1 + (IsTanh ? Math.Tanh(Factor * (x + (Cubic * x * x * x))) : ReferenceMath.Erf(x / Math.Sqrt(2))));

    /// <inheritdoc/>
    public override double Slope(double x)
    {
        if (!IsTanh) return (0.5 * (1 + ReferenceMath.Erf(x / Math.Sqrt(2)))) + (x * Math.Exp(-x * x / 2) / Math.Sqrt(2 * Math.PI));
        double t = Math.Tanh(Factor * (x + (Cubic * x * x * x)));
        return (0.5 * (1 + t)) + (0.5 * x * (1 - (t * t)) * Factor * (1 + (3 * Cubic * x * x)));
    }

    /// <summary>φ(x)·(2 − x²) is largest at 0, 0.798; the approximation's is so too.</summary>
    protected override double Curvature(double lower, double upper) => 0.81;

    /// <summary>1 + erf cancels below zero: its error counts with the argument's size.</summary>
    public override double Error(double reach, double largest) => FloatRounding.Of(reach + largest, FloatRounding.Function);
}
