using RedGen.Compiler.Red.Certify;

namespace RedGen.Compiler.Verify.Network;

/// <summary>A function of one real: its values and relaxations.</summary>
internal abstract record Activation
{
    /// <summary>The value.</summary>
    public abstract double Apply(double x);

    /// <summary>The derivative, or one of them where there are two.</summary>
    public abstract double Slope(double x);

    /// <summary>The largest magnitude of an argument for which float32 code computes the function as stated.</summary>
    public virtual double Domain => double.MaxValue;

    /// <summary>The largest error of float32 code, as its kernels declare it.</summary>
    /// <param name="reach">The largest magnitude of the argument.</param>
    /// <param name="largest">The largest magnitude of the function.</param>
    public virtual double Error(double reach, double largest) => 0;

    /// <summary>The least and largest value over an interval, as float32 code computes them.</summary>
    public virtual Interval Bound(double lower, double upper) => new(Apply(lower), Apply(upper));

    /// <summary>The lines over an interval that is not a point.</summary>
    public abstract Relaxation Relax(double lower, double upper);

    /// <summary>Whether one line is both bounds over the interval: nothing is lost there.</summary>
    public virtual bool IsLinear(double lower, double upper) => false;

    /// <summary>
    /// The slopes that the lower line may have instead over an interval where the function is not linear, its offset unchanged; equal where
    /// <see cref="Relax"/> gives the only one.
    /// </summary>
    public virtual Interval LowerSlopes(double lower, double upper)
    {
        double slope = Relax(lower, upper).LowerSlope;
        return new(slope, slope);
    }

    /// <summary>Where an interval over which the function is not linear is split in two.</summary>
    public virtual double SplitPoint(double lower, double upper) => lower + ((upper - lower) / 2);
}
