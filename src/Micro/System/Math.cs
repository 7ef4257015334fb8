namespace System;

/// <summary>Integer arithmetic, and that of floats by the names that both have.</summary>
public static class Math
{
    /// <summary>Without the sign.</summary>
    public static int Abs(int x) => x < 0 ? -x : x;

    /// <summary>Without the sign.</summary>
    public static float Abs(float x) => MathF.Abs(x);

    /// <summary>The larger one.</summary>
    public static int Max(int x, int y) => x > y ? x : y;

    /// <summary>The smaller one.</summary>
    public static int Min(int x, int y) => x < y ? x : y;

    /// <summary>The larger one; not a number if either is not.</summary>
    public static float Max(float x, float y) => MathF.Max(x, y);

    /// <summary>The smaller one; not a number if either is not.</summary>
    public static float Min(float x, float y) => MathF.Min(x, y);

    /// <summary>The nearest value between two.</summary>
    public static int Clamp(int x, int low, int high) => x < low ? low : x > high ? high : x;
}
