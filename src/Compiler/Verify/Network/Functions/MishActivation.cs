using System;
using RedGen.Compiler.Operators.Elementwise;
using RedGen.Compiler.Red.Certify;

namespace RedGen.Compiler.Verify.Network;

/// <summary>x · tanh(ln(1 + eˣ)) (Misra 2019).</summary>
internal sealed record MishActivation : SmoothActivation
{
    /// <inheritdoc/>
    public override double Apply(double x) => x * Math.Tanh(ReferenceMath.Softplus(x));

    /// <inheritdoc/>
    public override double Slope(double x)
    {
        double t = Math.Tanh(ReferenceMath.Softplus(x));
        return t + (x * (1 - (t * t)) * ReferenceMath.Sigmoid(x));
    }

    /// <summary>Largest near 0: 0.64.</summary>
    protected override double Curvature(double lower, double upper) => 0.65;

    /// <summary>Three functions, one of another.</summary>
    public override double Error(double reach, double largest) => FloatRounding.Of(reach + (4 * largest), FloatRounding.Function);
}
