using System;
using RedGen.Compiler.Graphs;

namespace RedGen.Cli.Testing;

/// <summary>The unit in the last place of floating-point types.</summary>
internal static class LastPlace
{
    /// <summary>The distance between neighbouring values of a type at a value's magnitude; that of the smallest numbers for zero, infinity and NaN.</summary>
    public static double Of(ElementType type, double value)
    {
        (int precision, int minExponent) = type switch
        {
            ElementType.Float64 => (53, -1022),
            ElementType.Float16 => (11, -14),
            ElementType.BFloat16 => (8, -126),
            ElementType.Float8E4M3FN => (4, -6),
            ElementType.Float8E4M3FNUZ => (4, -7),
            ElementType.Float8E5M2 => (3, -14),
            ElementType.Float8E5M2FNUZ => (3, -15),
            ElementType.Float4E2M1 => (2, 0),
            ElementType.Float8E8M0 => (1, -127),
            _ => (24, -126),
        };
        int exponent = double.IsFinite(value) && value != 0 ? Math.ILogB(value) : minExponent;
        return Math.ScaleB(1, Math.Max(exponent, minExponent) - precision + 1);
    }
}
