#nullable enable
namespace RedGen.Runtime;

/// <summary>Conversions of floating-point numbers to integers that give the same on every processor and runtime, out of range too.</summary>
public static class ElementConvert
{
    /// <summary>Truncates. Beyond the range the result is its nearest end; NaN gives 0. Narrower integers take the low bits of this one.</summary>
    public static long ToInt64(double x)
    {
        if (x >= -9223372036854775808d && x < 9223372036854775808d) return unchecked((long)x);
        return x > 0d ? long.MaxValue : x < 0d ? long.MinValue : 0L;
    }

    /// <summary>Truncates. Above the range the result is its end; negative numbers wrap; NaN gives 0.</summary>
    public static ulong ToUInt64(double x)
    {
        if (x >= 9223372036854775808d) return x < 18446744073709551616d ? unchecked((ulong)x) : ulong.MaxValue;
        return unchecked((ulong)ToInt64(x));
    }

    /// <summary>As <see cref="ToInt64"/>; a device without doubles has a form of its own (<see cref="MicroMath"/>).</summary>
    public static long SingleToInt64(float x) => ToInt64(x);

    /// <summary>As <see cref="ToUInt64"/>.</summary>
    public static ulong SingleToUInt64(float x) => ToUInt64(x);

    /// <summary>The nearest float, halves to the even one.</summary>
    public static float ToSingle(long x) => x;

    /// <summary>The nearest float, halves to the even one.</summary>
    public static float ToSingle(ulong x) => x;

    /// <summary>The low 4 bits, with a sign.</summary>
    public static sbyte ToInt4(long x) => (sbyte)(((x & 15L) ^ 8L) - 8L);

    /// <summary>The low 4 bits.</summary>
    public static byte ToUInt4(long x) => (byte)(x & 15L);

    /// <summary>The low 2 bits, with a sign.</summary>
    public static sbyte ToInt2(long x) => (sbyte)(((x & 3L) ^ 2L) - 2L);

    /// <summary>The low 2 bits.</summary>
    public static byte ToUInt2(long x) => (byte)(x & 3L);
}
