using System;
using RedGen.Compiler.Execute;
using RedGen.Compiler.Graphs;

namespace RedGen.Compiler.Operators.Spatial;

/// <summary>Interpolated values as elements: reals as they are, integers truncated and cut to what their type holds.</summary>
internal static class WeightedSum
{
    /// <summary>Sums of integers are truncated; what rounding took from a whole number is given back first.</summary>
    public const double Tolerance = 1e-6;

    /// <summary>Sets an element.</summary>
    public static void Store(ReferenceTensor y, int index, double value)
    {
        if (y.IsReal) y.Reals![index] = value;
        else y.Integers![index] = ToInteger(y.ElementType, value);
    }

    /// <summary>The least and largest double that an integer type holds.</summary>
    public static (double Least, double Most) Limits(ElementType type) => type switch
    {
        ElementType.Int8 => (sbyte.MinValue, sbyte.MaxValue),
        ElementType.UInt8 => (0, byte.MaxValue),
        ElementType.Int16 => (short.MinValue, short.MaxValue),
        ElementType.UInt16 => (0, ushort.MaxValue),
        ElementType.Int32 => (int.MinValue, int.MaxValue),
        ElementType.UInt32 => (0, uint.MaxValue),
        ElementType.Int64 => (long.MinValue, 9223372036854774784d),
        _ => (0, 18446744073709549568d),
    };

    private static long ToInteger(ElementType type, double value)
    {
        if (type == ElementType.Bool) return Math.Abs(value) > Tolerance ? 1 : 0;
        (double least, double most) = Limits(type);
        double nudged = Math.Max(least, Math.Min(most, value < 0 ? value - Tolerance : value + Tolerance));
        return double.IsNaN(nudged) ? 0 : type == ElementType.UInt64 ? unchecked((long)(ulong)nudged) : (long)nudged;
    }
}
