using System;
using RedGen.Compiler.Red.Certify;
using RedGen.Compiler.Verify.Check;
using RedGen.Compiler.Verify.Network;

namespace RedGen.Compiler.Verify.Difference;

/// <summary>p·δ + q·z + r·z~ + c.</summary>
/// <param name="OfDifference">p.</param>
/// <param name="OfOriginal">q.</param>
/// <param name="OfReduced">r.</param>
/// <param name="Offset">c.</param>
internal readonly record struct DifferencePlane(double OfDifference, double OfOriginal, double OfReduced, double Offset);

/// <summary>
/// Planes around f(z~) − f(z) over intervals of z, z~ and δ = z~ − z. Either f is linear over both intervals; or it is s·δ with a slope s that f has between z and z~ (mean value theorem), between chords; or
/// each f has its own lines, whose common part is a multiple of δ. What loses least is taken.
/// </summary>
internal readonly struct DifferenceRelaxation
{
    private readonly Interval _original;
    private readonly Interval _reduced;
    private readonly Interval _difference;
    private readonly Interval _values;

    private DifferenceRelaxation(Interval original, Interval reduced, Interval difference, Interval values) => (_original, _reduced, _difference, _values) = (original, reduced, difference, values);

    /// <summary>The plane below.</summary>
    public DifferencePlane Below { get; private init; }

    /// <summary>The plane above.</summary>
    public DifferencePlane Above { get; private init; }

    /// <summary>Whether the function is linear over both intervals.</summary>
    public bool IsExact { get; private init; }

    /// <summary>Whether a plane depends on z and z~ by themselves.</summary>
    public bool IsOfBoth => Below.OfOriginal != 0 || Below.OfReduced != 0 || Above.OfOriginal != 0 || Above.OfReduced != 0;

    /// <summary>Relaxes an element.</summary>
    /// <param name="function">f.</param>
    /// <param name="original">The values of z.</param>
    /// <param name="reduced">The values of z~.</param>
    /// <param name="difference">The values of δ.</param>
    public static DifferenceRelaxation Of(Activation function, Interval original, Interval reduced, Interval difference)
    {
        Interval of = function.Bound(original.Low, original.High), by = function.Bound(reduced.Low, reduced.High);
        var result = new DifferenceRelaxation(original, reduced, difference, new Interval(by.Low - of.High, by.High - of.Low));
        // Lines need ends.
        if (!(original.MaxAbs + reduced.MaxAbs + difference.MaxAbs < double.MaxValue)) return result with { Below = new(0, 0, 0, result._values.Low), Above = new(0, 0, 0, result._values.High) };
        (double low, double high) = (Math.Min(original.Low, reduced.Low), Math.Max(original.High, reduced.High));
        if (function.IsLinear(low, high) && function.Relax(low, high) is var line && line.LowerSlope == line.UpperSlope)
        {
            double error = line.UpperOffset - line.LowerOffset;
            return result with { IsExact = true, Below = new(line.LowerSlope, 0, 0, -error), Above = new(line.LowerSlope, 0, 0, error) };
        }

        DifferenceRelaxation apart = result.Apart(function);
        if (function is not (LeakyReluActivation { NegativeSlope: >= 0 and <= 1 } or ClipActivation or SigmoidActivation)) return apart;
        DifferenceRelaxation chords = result.Chords(function, low, high);
        return chords.Loss <= apart.Loss ? chords : apart;
    }

    /// <summary>The least and the largest value.</summary>
    public Interval Bound()
    {
        double slack = _values.MaxAbs * FloatRounding.Analyser;
        double low = Math.Max(Ends(Below).Low - Rounding(Below), _values.Low - slack), high = Math.Min(Ends(Above).High + Rounding(Above), _values.High + slack);
        return new(double.IsNaN(low) ? double.NegativeInfinity : low, double.IsNaN(high) ? double.PositiveInfinity : high);
    }

    /// <summary>More than a plane's values lose to the rounding of doubles.</summary>
    private double Rounding(DifferencePlane plane)
        => ((Math.Abs(plane.OfDifference) * _difference.MaxAbs) + (Math.Abs(plane.OfOriginal) * _original.MaxAbs) + (Math.Abs(plane.OfReduced) * _reduced.MaxAbs) + Math.Abs(plane.Offset)) * (8 * FloatRounding.Analyser);

    /// <summary>The mean distance of the planes: what is lost.</summary>
    public double Loss
    {
        get
        {
            Interval below = Ends(Below), above = Ends(Above);
            return IsOfBoth ? Between(_original, Above.OfOriginal - Below.OfOriginal) + Between(_reduced, Above.OfReduced - Below.OfReduced) + Between(_difference, Above.OfDifference - Below.OfDifference) + Above.Offset - Below.Offset
                : (above.Low + above.High - below.Low - below.High) / 2;
        }
    }

    private static double Between(Interval values, double factor) => factor * (values.Low + values.High) / 2;

    private Interval Ends(DifferencePlane plane)
    {
        Interval sum = Times(_difference, plane.OfDifference) + Times(_original, plane.OfOriginal) + Times(_reduced, plane.OfReduced);
        return new(sum.Low + plane.Offset, sum.High + plane.Offset);
    }

    /// <summary>Nothing times an element without a bound is nothing.</summary>
    private static Interval Times(Interval values, double factor) => factor == 0 ? Interval.Point(0) : factor > 0 ? new(factor * values.Low, factor * values.High) : new(factor * values.High, factor * values.Low);

    /// <summary>Each function between its own lines.</summary>
    private DifferenceRelaxation Apart(Activation function)
    {
        Relaxation of = function.Relax(_original.Low, _original.High), by = function.Relax(_reduced.Low, _reduced.High);
        return this with { Below = Plane(by.LowerSlope, by.LowerOffset, of.UpperSlope, of.UpperOffset, -1), Above = Plane(by.UpperSlope, by.UpperOffset, of.LowerSlope, of.LowerOffset, 1) };
    }

    /// <summary>s·z~ + c − t·z − d.</summary>
    private DifferencePlane Plane(double s, double c, double t, double d, int direction)
    {
        double common = Math.Sign(s) == Math.Sign(t) ? Math.Sign(s) * Math.Min(Math.Abs(s), Math.Abs(t)) : 0;
        double slack = ((Math.Abs(s) * _reduced.MaxAbs) + (Math.Abs(t) * _original.MaxAbs) + (Math.Abs(common) * _difference.MaxAbs) + Math.Abs(c) + Math.Abs(d)) * (2 * FloatRounding.Analyser);
        return new(common, common - t, s - common, c - d + (direction * slack));
    }

    /// <summary>Above, max(least·δ, most·δ) is convex, so its chord is; below, the least of the two is concave.</summary>
    private DifferenceRelaxation Chords(Activation function, double low, double high)
    {
        (double least, double most) = CheckedFunction.Slopes(function, low, high);
        double error = 2 * CheckedFunction.Error(function, low, high);
        (double lower, double upper) = (_difference.Low, _difference.High);
        double slack = error + (4 * FloatRounding.Analyser * _difference.MaxAbs);
        if (!(upper - lower > 1e-300))
            return this with { Below = new(0, 0, 0, Math.Min(least * lower, most * lower) - slack), Above = new(0, 0, 0, Math.Max(least * upper, most * upper) + slack) };
        return this with
        {
            Below = Chord(lower, Math.Min(least * lower, most * lower), upper, Math.Min(least * upper, most * upper), -slack),
            Above = Chord(lower, Math.Max(least * lower, most * lower), upper, Math.Max(least * upper, most * upper), slack),
        };
    }

    private static DifferencePlane Chord(double x, double y, double otherX, double otherY, double slack)
    {
        double slope = (otherY - y) / (otherX - x);
        return new(slope, 0, 0, y - (slope * x) + slack);
    }
}
