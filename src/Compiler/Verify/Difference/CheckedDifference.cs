using System;
using RedGen.Compiler.Verify.Check;

namespace RedGen.Compiler.Verify.Difference;

/// <summary>Lines around f(z~) − f(z) as a function of δ = z~ − z: by the mean value theorem it is s·δ with a slope s that f has between the two.</summary>
internal static class CheckedDifference
{
    /// <summary>More than the lines lose to the rounding of doubles.</summary>
    private const double Slack = 1.0 / (1L << 44);

    /// <summary>The values of an element.</summary>
    public static (double Low, double High) Bound(DifferenceNode node, LeafBounds bounds, int element)
    {
        (double lower, double upper) = (bounds.Lower(node.Source)[element], bounds.Upper(node.Source)[element]);
        (double least, double most, double error) = Slopes(node, bounds, element);
        double slack = error + (Slack * Math.Max(Math.Abs(lower), Math.Abs(upper)));
        return (Math.Min(least * lower, most * lower) - slack, Math.Max(least * upper, most * upper) + slack);
    }

    /// <summary>The lines of an element.</summary>
    public static (CheckedFunction.Line Below, CheckedFunction.Line Above) Lines(DifferenceNode node, LeafBounds bounds, int element)
    {
        (double lower, double upper) = (bounds.Lower(node.Source)[element], bounds.Upper(node.Source)[element]);
        (double least, double most, double error) = Slopes(node, bounds, element);
        double rounding = Slack * Math.Max(Math.Abs(lower), Math.Abs(upper));
        if (least == most) return (new CheckedFunction.Line(least, 0).Moved(-1, error, rounding), new CheckedFunction.Line(least, 0).Moved(1, error, rounding));
        if (!(upper - lower > 1e-300)) return (new(0, Math.Min(least * lower, most * lower) - error - rounding), new(0, Math.Max(least * upper, most * upper) + error + rounding));
        // Above, max(least·δ, most·δ) is convex, so its chord is; below, the least of the two is concave.
        CheckedFunction.Line above = Chord(lower, Math.Max(least * lower, most * lower), upper, Math.Max(least * upper, most * upper));
        CheckedFunction.Line below = Chord(lower, Math.Min(least * lower, most * lower), upper, Math.Min(least * upper, most * upper));
        return (below.Moved(-1, error, rounding), above.Moved(1, error, rounding));
    }

    private static CheckedFunction.Line Chord(double x, double y, double otherX, double otherY)
    {
        double slope = (otherY - y) / (otherX - x);
        return new(slope, y - (slope * x));
    }

    /// <summary>The slopes between z and z~, and the rounding errors of both networks' functions.</summary>
    private static (double Least, double Most, double Error) Slopes(DifferenceNode node, LeafBounds bounds, int element)
    {
        (double z, double top) = (bounds.Lower(node.Original)[element], bounds.Upper(node.Original)[element]);
        double slack = Slack * (Math.Abs(z) + Math.Abs(top));
        if (node.IsQuotient)
        {
            (double flattest, double steepest) = CheckedFunction.Slopes(node.Function, z - slack, top + slack);
            return (flattest, steepest, 0);
        }

        (double low, double high) = (z + Math.Min(0, bounds.Lower(node.Source)[element]) - slack, top + Math.Max(0, bounds.Upper(node.Source)[element]) + slack);
        (double least, double most) = CheckedFunction.Slopes(node.Function, low, high);
        return (least, most, 2 * CheckedFunction.Error(node.Function, low, high));
    }
}
