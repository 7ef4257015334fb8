#nullable enable
using System;

namespace RedGen.Runtime;

/// <summary>The number of elements of an ONNX Range.</summary>
public static class RangeLength
{
    /// <summary>Of floats: from a start before a limit.</summary>
    /// <exception cref="ArgumentException">The step is 0, or no array could hold the range.</exception>
    public static int OfFloats(string node, double start, double limit, double delta)
    {
        double count = delta == 0d ? double.NaN : Math.Ceiling((limit - start) / delta);
        return count <= int.MaxValue ? (int)Math.Max(0d, count) : throw Impossible(node, start, limit, delta);
    }

    /// <summary>Of integers: from a start before a limit. Decimals hold every difference of two 64-bit numbers.</summary>
    /// <exception cref="ArgumentException">The step is 0, or no array could hold the range.</exception>
    public static int OfIntegers(string node, decimal start, decimal limit, decimal delta)
    {
        decimal count = delta == 0m ? decimal.MaxValue : Math.Ceiling((limit - start) / delta);
        return count <= int.MaxValue ? (int)Math.Max(0m, count) : throw Impossible(node, start, limit, delta);
    }

    private static ArgumentException Impossible<T>(string node, T start, T limit, T delta)
        => new ArgumentException(node + ": there is no range from " + start + " before " + limit + " in steps of " + delta + ".");
}
