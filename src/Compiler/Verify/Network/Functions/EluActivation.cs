using System;
using System.Collections.Immutable;
using RedGen.Compiler.Operators.Elementwise;
using RedGen.Compiler.Red.Certify;

namespace RedGen.Compiler.Verify.Network;

/// <summary>gain·x above zero, factor·(e^(x ⁄ width) − 1) below: Elu (Clevert et al. 2016), Selu (Klambauer et al. 2017) and Celu (Barron 2017).</summary>
/// <param name="Factor">What the exponential is multiplied by.</param>
/// <param name="Width">What x is divided by.</param>
/// <param name="Gain">The slope above zero.</param>
internal sealed record EluActivation(double Factor, double Width, double Gain) : SmoothActivation
{
    /// <inheritdoc/>
    protected override ImmutableArray<double> Breaks => [0];

    /// <inheritdoc/>
    public override double Apply(double x) => x >= 0 ? Gain * x : Factor * ReferenceMath.ExpMinusOne(x / Width);

    /// <inheritdoc/>
    public override double Slope(double x) => x >= 0 ? Gain : Factor / Width * Math.Exp(x / Width);

    /// <inheritdoc/>
    public override bool IsLinear(double lower, double upper) => lower >= 0;

    /// <inheritdoc/>
    public override double SplitPoint(double lower, double upper) => lower < 0 && upper > 0 ? 0 : base.SplitPoint(lower, upper);

    /// <inheritdoc/>
    protected override double Curvature(double lower, double upper) => lower >= 0 ? 0 : Math.Abs(Factor) / (Width * Width) * Math.Exp(Math.Min(upper, 0) / Width) * (1 + 1e-12);

    /// <inheritdoc/>
    public override double Error(double reach, double largest) => FloatRounding.Of(largest, FloatRounding.Function);
}
