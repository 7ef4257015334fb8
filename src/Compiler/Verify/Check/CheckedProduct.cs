using System;

namespace RedGen.Compiler.Verify.Check;

/// <summary>
/// Planes around x·y over a box. Above the corners (x₀, y₀) and (x₁, y₁) lie the products (x − x₀)·(y − y₀) ≥ 0 and (x₁ − x)·(y₁ − y) ≥ 0, below the other two
/// corners their likes: half the sum of each two is a plane (McCormick 1976), both with the slopes of the box's middle.
/// </summary>
/// <param name="X">The slope of x.</param>
/// <param name="Y">The slope of y.</param>
/// <param name="Below">The constant of the plane below.</param>
/// <param name="Above">The constant of the plane above.</param>
/// <param name="Size">The magnitudes of a plane's terms over the box.</param>
internal readonly record struct CheckedProduct(double X, double Y, double Below, double Above, double Size)
{
    /// <summary>More than products of two doubles lose.</summary>
    private const double Slack = 1.0 / (1L << 44);

    /// <summary>The values over a box; nothing is known where a factor has no bounds.</summary>
    public static (double Low, double High) Bound((double Low, double High) x, (double Low, double High) y)
    {
        double most = Math.Max(Math.Abs(x.Low), Math.Abs(x.High)) * Math.Max(Math.Abs(y.Low), Math.Abs(y.High));
        if (!(most < double.MaxValue)) return (double.NegativeInfinity, double.PositiveInfinity);
        (double a, double b, double c, double d) = (x.Low * y.Low, x.Low * y.High, x.High * y.Low, x.High * y.High);
        return (Math.Min(Math.Min(a, b), Math.Min(c, d)) - (most * Slack), Math.Max(Math.Max(a, b), Math.Max(c, d)) + (most * Slack));
    }

    /// <summary>The planes over a box.</summary>
    public static CheckedProduct Of((double Low, double High) x, (double Low, double High) y)
    {
        double left = Math.Max(Math.Abs(x.Low), Math.Abs(x.High)), right = Math.Max(Math.Abs(y.Low), Math.Abs(y.High)), most = left * right;
        if (!(most < 1e300)) return new(0, 0, double.NegativeInfinity, double.PositiveInfinity, 0);
        double below = -((x.Low * y.Low) + (x.High * y.High)) / 2, above = -((x.Low * y.High) + (x.High * y.Low)) / 2;
        return new((y.Low / 2) + (y.High / 2), (x.Low / 2) + (x.High / 2), below - (8 * most * Slack), above + (8 * most * Slack), 3 * most);
    }
}
