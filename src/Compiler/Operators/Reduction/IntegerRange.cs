using RedGen.Compiler.Graphs;

namespace RedGen.Compiler.Operators.Reduction;

/// <summary>Order and bounds of integer types whose elements the interpreter holds as long (uint64 by its bits).</summary>
internal static class IntegerRange
{
    /// <summary>The smallest value.</summary>
    public static long Lowest(ElementType type) => type.IsSigned() ? long.MinValue >> (64 - type.Bits()) : 0;

    /// <summary>The largest value.</summary>
    public static long Highest(ElementType type) => type == ElementType.Bool ? 1
        : type.IsSigned() ? long.MaxValue >> (64 - type.Bits())
        : unchecked((long)(ulong.MaxValue >> (64 - type.Bits())));

    /// <summary>Compares two elements.</summary>
    public static int Compare(ElementType type, long a, long b)
        => type == ElementType.UInt64 ? unchecked((ulong)a).CompareTo(unchecked((ulong)b)) : a.CompareTo(b);
}
