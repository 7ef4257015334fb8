using System;
using RedGen.Compiler.Graphs;

namespace RedGen.Compiler.Operators.Quantised;

/// <summary>Rounding to integers as quantisation does it: to the nearest, ties to even, then the zero point, then the nearest end of the range.</summary>
internal static class Saturation
{
    /// <summary>The least integer of a type.</summary>
    public static int Lowest(ElementType type) => type.IsSigned() ? -(1 << (type.Bits() - 1)) : 0;

    /// <summary>The largest integer of a type of at most 16 bits.</summary>
    public static int Highest(ElementType type) => type.IsSigned() ? (1 << (type.Bits() - 1)) - 1 : (1 << type.Bits()) - 1;

    /// <summary>The integer for a multiple of the scale; NaN gives the low end.</summary>
    public static long Of(ElementType type, double steps, long zeroPoint)
    {
        double rounded = Math.Round(steps, MidpointRounding.ToEven) + zeroPoint;
        if (rounded >= Highest(type)) return Highest(type);
        return rounded > Lowest(type) ? (long)rounded : Lowest(type);
    }
}
