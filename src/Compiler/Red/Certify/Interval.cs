using System;

namespace RedGen.Compiler.Red.Certify;

/// <summary>
/// A closed interval of reals, its ends held in double. The operations round to nearest: a rule widens its result by an allowance for
/// float32 that is over a million times a double's rounding (docs/red-certificate.md).
/// </summary>
/// <param name="Low">The lower end.</param>
/// <param name="High">The upper end.</param>
internal readonly record struct Interval(double Low, double High)
{
    /// <summary>Nothing is known.</summary>
    public static Interval Unbounded { get; } = new(double.NegativeInfinity, double.PositiveInfinity);

    /// <summary>The largest magnitude.</summary>
    public double MaxAbs => Math.Max(Math.Abs(Low), Math.Abs(High));

    /// <summary>The smallest magnitude.</summary>
    public double MinAbs => Low > 0 ? Low : High < 0 ? -High : 0;

    /// <summary>Whether the interval holds zero.</summary>
    public bool HoldsZero => !(Low > 0) && !(High < 0);

    /// <summary>One number.</summary>
    public static Interval Point(double value) => new(value, value);

    /// <summary>All sums.</summary>
    public static Interval operator +(Interval a, Interval b) => new(a.Low + b.Low, a.High + b.High);

    /// <summary>All differences.</summary>
    public static Interval operator -(Interval a, Interval b) => new(a.Low - b.High, a.High - b.Low);

    /// <summary>All negations.</summary>
    public static Interval operator -(Interval a) => new(-a.High, -a.Low);

    /// <summary>All products.</summary>
    public static Interval operator *(Interval a, Interval b)
    {
        double ll = a.Low * b.Low, lh = a.Low * b.High, hl = a.High * b.Low, hh = a.High * b.High;
        return new(Math.Min(Math.Min(ll, lh), Math.Min(hl, hh)), Math.Max(Math.Max(ll, lh), Math.Max(hl, hh)));
    }

    /// <summary>All quotients; unbounded where the divisor may be zero.</summary>
    public static Interval operator /(Interval a, Interval b) => b.HoldsZero ? Unbounded : a * new Interval(1 / b.High, 1 / b.Low);

    /// <summary>The smallest interval that holds both.</summary>
    public Interval Hull(Interval other) => new(Math.Min(Low, other.Low), Math.Max(High, other.High));

    /// <summary>What both hold; this one where rounding, or a NaN, leaves nothing.</summary>
    public Interval Meet(Interval other)
    {
        double low = Low >= other.Low ? Low : other.Low;
        double high = High <= other.High ? High : other.High;
        return low <= high ? new(low, high) : this;
    }

    /// <summary>The interval with both ends moved out.</summary>
    public Interval Widened(double by) => new(Low - by, High + by);
}
