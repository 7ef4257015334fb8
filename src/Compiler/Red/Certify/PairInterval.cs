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

    /// <summary>Adds a relative rounding error, and the absolute one of results that underflow. The sign of a result stays.</summary>
    public PairInterval Rounded(double relative)
    {
        PairInterval wide = Rounded(FloatRounding.Of(Original.MaxAbs, relative), FloatRounding.Of(Reduced.MaxAbs, relative));
        return new(KeepSign(Original, wide.Original), KeepSign(Reduced, wide.Reduced), wide.Delta);
    }

    /// <summary>Lets each of the three intervals cut the others: r = o + δ.</summary>
    public PairInterval Refined()
    {
        Interval reduced = Reduced.Meet(Outward(Original + Delta, Original, Delta));
        Interval delta = Delta.Meet(Outward(reduced - Original, reduced, Original));
        return new(Original.Meet(Outward(reduced - delta, reduced, delta)), reduced, delta);
    }

    private static Interval Around(double value) => Interval.Point(value).Widened(System.Math.Abs(value) * FloatRounding.Analyser);

    private static Interval Outward(Interval value, Interval a, Interval b) => value.Widened((a.MaxAbs + b.MaxAbs) * FloatRounding.Analyser);

    private static Interval KeepSign(Interval exact, Interval wide)
        => new(exact.Low >= 0 && wide.Low < 0 ? 0 : wide.Low, exact.High <= 0 && wide.High > 0 ? 0 : wide.High);
}
