using System;
using RedGen.Compiler.Verify.Check;

namespace RedGen.Compiler.Verify.Monotone;

/// <summary>Lines around the quotient (f(z′) − f(z)) ⁄ t as a function of q = (z′ − z) ⁄ t: by the mean value theorem it is s·q with a slope s that f has between the two.</summary>
internal static class CheckedQuotient
{
    /// <summary>More than the lines lose to the rounding of doubles.</summary>
    private const double Slack = 1.0 / (1L << 44);

    /// <summary>The values of an element.</summary>
    public static (double Low, double High) Bound(QuotientNode node, LeafBounds bounds, int element)
    {
        (double lower, double upper) = (bounds.Lower(node.Source)[element], bounds.Upper(node.Source)[element]);
        (double least, double most) = Slopes(node, bounds, element);
        double slack = Slack * Math.Max(Math.Abs(lower), Math.Abs(upper));
        return (Math.Min(least * lower, most * lower) - slack, Math.Max(least * upper, most * upper) + slack);
    }

    /// <summary>The lines of an element.</summary>
    public static (CheckedFunction.Line Below, CheckedFunction.Line Above) Lines(QuotientNode node, LeafBounds bounds, int element)
    {
        (double lower, double upper) = (bounds.Lower(node.Source)[element], bounds.Upper(node.Source)[element]);
        (double least, double most) = Slopes(node, bounds, element);
        double rounding = Slack * Math.Max(Math.Abs(lower), Math.Abs(upper));
        if (least == most) return (new CheckedFunction.Line(least, 0).Moved(-1, 0, rounding), new CheckedFunction.Line(least, 0).Moved(1, 0, rounding));
        if (!(upper - lower > 1e-300)) return (new(0, Math.Min(least * lower, most * lower) - rounding), new(0, Math.Max(least * upper, most * upper) + rounding));
        // Above, max(least·q, most·q) is convex, so its chord is; below, the least of the two is concave.
        CheckedFunction.Line above = Chord(lower, Math.Max(least * lower, most * lower), upper, Math.Max(least * upper, most * upper));
        CheckedFunction.Line below = Chord(lower, Math.Min(least * lower, most * lower), upper, Math.Min(least * upper, most * upper));
        return (below.Moved(-1, 0, rounding), above.Moved(1, 0, rounding));
    }

    private static CheckedFunction.Line Chord(double x, double y, double otherX, double otherY)
    {
        double slope = (otherY - y) / (otherX - x);
        return new(slope, y - (slope * x));
    }

    /// <summary>The slopes of the function over the values of z.</summary>
    private static (double Least, double Most) Slopes(QuotientNode node, LeafBounds bounds, int element)
    {
        (double low, double high) = (bounds.Lower(node.Original)[element], bounds.Upper(node.Original)[element]);
        double slack = Slack * (Math.Abs(low) + Math.Abs(high));
        return CheckedFunction.Slopes(node.Function, low - slack, high + slack);
    }
}
