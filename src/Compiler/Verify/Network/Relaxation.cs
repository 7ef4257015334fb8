namespace RedGen.Compiler.Verify.Network;

/// <summary>Two lines around a function over an interval: below a·x + b, above c·x + d.</summary>
/// <param name="LowerSlope">a.</param>
/// <param name="LowerOffset">b.</param>
/// <param name="UpperSlope">c.</param>
/// <param name="UpperOffset">d.</param>
internal readonly record struct Relaxation(double LowerSlope, double LowerOffset, double UpperSlope, double UpperOffset)
{
    /// <summary>The function is this number.</summary>
    public static Relaxation Constant(double low, double high) => new(0, low, 0, high);
}
