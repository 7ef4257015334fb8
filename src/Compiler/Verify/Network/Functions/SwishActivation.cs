using System;
using RedGen.Compiler.Operators.Elementwise;
using RedGen.Compiler.Red.Certify;

namespace RedGen.Compiler.Verify.Network;

/// <summary>x · sigmoid(α·x).</summary>
/// <param name="Alpha">α.</param>
internal sealed record SwishActivation(double Alpha) : SmoothActivation
{
    /// <inheritdoc/>
    public override double Apply(double x) => x * ReferenceMath.Sigmoid(Alpha * x);

    /// <inheritdoc/>
    public override double Slope(double x)
    {
        double y = ReferenceMath.Sigmoid(Alpha * x);
        return y + (Alpha * x * y * (1 - y));
    }

    /// <summary>Largest at zero: 2·α·sigmoid'(0).</summary>
    protected override double Curvature(double lower, double upper) => 0.501 * Math.Abs(Alpha);

    /// <inheritdoc/>
    public override double Error(double reach, double largest) => FloatRounding.Of(reach + largest, FloatRounding.Function);
}
