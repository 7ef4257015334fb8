using System;

namespace RedGen.Compiler.Red.Certify;

/// <summary>What is certain of one element in the two networks: where the float values that they compute lie, and how far they are apart.</summary>
/// <param name="Original">The element in the original network.</param>
/// <param name="Reduced">The element in the reduced network.</param>
/// <param name="Delta">Reduced − original, for one and the same input.</param>
internal readonly record struct PairInterval(Interval Original, Interval Reduced, Interval Delta)
{
    /// <summary>Nothing is known.</summary>
    public static PairInterval Unbounded { get; } = new(Interval.Unbounded, Interval.Unbounded, Interval.Unbounded);

    /// <summary>Both elements and all between them.</summary>
    public Interval Hull => Original.Hull(Reduced);

    /// <summary>A constant of one value, or of two.</summary>
    public static PairInterval Constant(double original, double reduced)
        => new(Interval.Point(original), Interval.Point(reduced), original.Equals(reduced) ? Interval.Point(0) : Around(reduced - original));

    /// <summary>Adds what rounding may do to each network's element.</summary>
    /// <param name="original">The largest absolute rounding error of the original's element.</param>
    /// <param name="reduced">The same of the reduced network's.</param>
    public PairInterval Rounded(double original, double reduced)
        => new(Original.Widened(original), Reduced.Widened(reduced), Delta.Widened(original + reduced));

    /// <summary>
    /// Adds a relative rounding error, and the absolute one of results that underflow. Each end moves by its own size, and the sign of
    /// a result stays.
    /// </summary>
    public PairInterval Rounded(double relative) => new(
        Widened(Original, relative),
        Widened(Reduced, relative),
        Delta.Widened(FloatRounding.Of(Original.MaxAbs, relative) + FloatRounding.Of(Reduced.MaxAbs, relative)));

    /// <summary>Cuts what no float program gives: sums of floats that are not negative are not negative, however they round.</summary>
    /// <param name="original">Whether the original's element is such a sum.</param>
    /// <param name="reduced">Whether the reduced network's is.</param>
    public PairInterval NotBelowZero(bool original, bool reduced) => new(original ? Original.Meet(NotNegative) : Original, reduced ? Reduced.Meet(NotNegative) : Reduced, Delta);

    /// <summary>Lets each of the three intervals cut the others: r = o + δ.</summary>
    public PairInterval Refined()
    {
        Interval reduced = Reduced.Meet(Outward(Original + Delta, Original, Delta));
        Interval delta = Delta.Meet(Outward(reduced - Original, reduced, Original));
        return new(Original.Meet(Outward(reduced - delta, reduced, delta)), reduced, delta);
    }

    private static Interval NotNegative { get; } = new(0, double.PositiveInfinity);

    private static Interval Around(double value) => Interval.Point(value).Widened(Math.Abs(value) * FloatRounding.Analyser);

    private static Interval Outward(Interval value, Interval a, Interval b) => value.Widened((a.MaxAbs + b.MaxAbs) * FloatRounding.Analyser);

    private static Interval Widened(Interval x, double relative)
    {
        double low = x.Low - FloatRounding.Of(Math.Abs(x.Low), relative);
        double high = x.High + FloatRounding.Of(Math.Abs(x.High), relative);
        return new(x.Low >= 0 && low < 0 ? 0 : low, x.High <= 0 && high > 0 ? 0 : high);
    }
}
