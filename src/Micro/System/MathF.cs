using System.Runtime.CompilerServices;

namespace System;

/// <summary>What the FPU computes in one instruction, and roundings by arithmetic. Everything else is a polynomial in generated code.</summary>
public static class MathF
{
    /// <summary>Without the sign.</summary>
    [Intrinsic]
    public static float Abs(float x) => Abs(x);

    /// <summary>The square root.</summary>
    [Intrinsic]
    public static float Sqrt(float x) => Sqrt(x);

    /// <summary>The larger one; not a number if either is not.</summary>
    public static float Max(float x, float y) => x > y || IsNaN(x) ? x : y;

    /// <summary>The smaller one; not a number if either is not.</summary>
    public static float Min(float x, float y) => x < y || IsNaN(x) ? x : y;

    /// <summary>The nearest integer, the even one of two.</summary>
    public static float Round(float x)
    {
        // Beyond 2^23 all floats are integers. Adding and taking away 2^23 rounds as the FPU rounds: to even.
        const float Integers = 8388608f;
        if (!(Abs(x) < Integers)) return x;
        return x < 0 ? x - Integers + Integers : x + Integers - Integers;
    }

    /// <summary>The largest integer that is not larger.</summary>
    public static float Floor(float x)
    {
        float near = Round(x);
        return near > x ? near - 1 : near;
    }

    /// <summary>The smallest integer that is not smaller.</summary>
    public static float Ceiling(float x) => -Floor(-x);

    /// <summary>The integer towards zero.</summary>
    public static float Truncate(float x) => x < 0 ? Ceiling(x) : Floor(x);

    // An ordered comparison with itself is false for what is not a number alone.
    private static bool IsNaN(float x) => !(x <= float.PositiveInfinity);
}
