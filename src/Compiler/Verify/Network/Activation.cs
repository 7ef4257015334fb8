using RedGen.Compiler.Red.Certify;

namespace RedGen.Compiler.Verify.Network;

/// <summary>A function of one real: its values and relaxations.</summary>
internal abstract record Activation
{
    /// <summary>The value.</summary>
    public abstract double Apply(double x);

    /// <summary>The derivative, or one of them where there are two.</summary>
    public abstract double Slope(double x);

    /// <summary>The least and largest value over an interval, as float32 code computes them.</summary>
    public virtual Interval Bound(double lower, double upper) => new(Apply(lower), Apply(upper));

    /// <summary>The lines over an interval that is not a point.</summary>
    public abstract Relaxation Relax(double lower, double upper);

    /// <summary>Whether one line is both bounds over the interval: nothing is lost there.</summary>
    public virtual bool IsLinear(double lower, double upper) => false;
}
