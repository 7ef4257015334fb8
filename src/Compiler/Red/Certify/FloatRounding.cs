namespace RedGen.Compiler.Red.Certify;

/// <summary>The rounding errors that the certificate allows for (docs/red-certificate.md).</summary>
internal static class FloatRounding
{
    /// <summary>The unit roundoff of float32, 2⁻²⁴.</summary>
    public const double Unit = 1.0 / (1 << 24);

    /// <summary>One correctly rounded operation, twice over.</summary>
    public const double Operation = 2 * Unit;

    /// <summary>A function of Runtime/VectorMath or of the platform: 8 ULP, 2⁻²⁰; the worst stated there is 4.</summary>
    public const double Function = 16 * Unit;

    /// <summary>What the analyser's own arithmetic in double may lose in one step, with room: 2⁻⁵⁰.</summary>
    public const double Analyser = 1.0 / (1L << 50);

    /// <summary>The smallest normal float: what a result near zero may lose, flushed to zero or not.</summary>
    public const double Tiny = 1.1754943508222875e-38;

    /// <summary>The absolute error of a result.</summary>
    public static double Of(double magnitude, double relative) => (magnitude * relative) + Tiny;

    /// <summary>
    /// The error of a sum of products in any order, with or without fused multiply-adds (Higham, Accuracy and Stability, §3.1:
    /// γₙ = nu ⁄ (1 − nu) times the sum of magnitudes), with 8 operations more for scales, factors, bias and the analyser; infinite
    /// where n is too large for the bound.
    /// </summary>
    /// <param name="terms">The number of products.</param>
    /// <param name="magnitude">The sum of the magnitudes of all products and the bias.</param>
    public static double OfSum(long terms, double magnitude)
    {
        double n = (terms + 8) * Unit;
        // A partial sum beyond the largest float is infinite, whatever the sum is.
        if (n > 0.1 || !(magnitude * 1.2 < float.MaxValue)) return double.PositiveInfinity;
        return (1.001 * n / (1 - n) * magnitude) + ((terms + 8) * Tiny);
    }
}
