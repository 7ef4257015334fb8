using RedGen.Compiler.Red.Certify;

namespace RedGen.Compiler.Verify.Network;

/// <summary>
/// Two parallel planes around x·y over a box: with the middles m and half widths r of both factors, (x − mₓ)·(y − m_y) lies between ∓rₓ·r_y. At
/// the middle that is McCormick's envelope (1976); the slopes are the mean of his.
/// </summary>
/// <param name="LeftSlope">The factor of x: the middle of y.</param>
/// <param name="RightSlope">The factor of y.</param>
/// <param name="Lower">The constant of the lower plane.</param>
/// <param name="Upper">That of the upper plane.</param>
/// <param name="Magnitude">What the analyser's rounding of a pull-back through the planes is relative to.</param>
internal readonly record struct ProductRelaxation(double LeftSlope, double RightSlope, double Lower, double Upper, double Magnitude)
{
    /// <summary>What the planes lose to the analyser's rounding, relative to all magnitudes in them.</summary>
    private const double Slack = 16 * FloatRounding.Analyser;

    /// <summary>The planes.</summary>
    public static ProductRelaxation Of(Interval x, Interval y)
    {
        double size = x.MaxAbs * y.MaxAbs;
        if (!(size < double.MaxValue))
        {
            Interval range = Bound(x, y);
            return new(0, 0, range.Low, range.High, 0);
        }

        (double middle, double radius) = ((x.Low / 2) + (x.High / 2), (x.High / 2) - (x.Low / 2));
        (double other, double otherRadius) = ((y.Low / 2) + (y.High / 2), (y.High / 2) - (y.Low / 2));
        double error = (radius * otherRadius) + (size * Slack);
        return new(other, middle, -(middle * other) - error, error - (middle * other), 2 * size);
    }

    /// <summary>The values over a box.</summary>
    public static Interval Bound(Interval x, Interval y)
    {
        // Nothing times what has no bound may be no number in float32.
        if (!(x.MaxAbs * y.MaxAbs < double.MaxValue)) return Interval.Unbounded;
        Interval product = x * y;
        return product.Widened(product.MaxAbs * Slack);
    }
}
