#nullable enable
using System.Runtime.CompilerServices;

namespace RedGen.Runtime;

/// <summary>
/// Rounding to narrow integers as quantisation does it: to the nearest, ties to even; then the zero point is added; what is out of range becomes
/// the nearest end. NaN gives the low end.
/// </summary>
public static class Saturate
{
    /// <summary>1.5 · 2^23: floats of this size are integers, so that adding it rounds to the nearest, ties to even.</summary>
    private const float OnesAreLast = 12582912f;

    /// <summary>The bits of that number.</summary>
    private const int OnesAreLastBits = 0x4B400000;

    /// <summary>Rounds to <c>sbyte</c>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static sbyte ToInt8(float steps, int zeroPoint) => unchecked((sbyte)Round(steps, zeroPoint, sbyte.MinValue, sbyte.MaxValue));

    /// <summary>Rounds to <c>byte</c>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static byte ToUInt8(float steps, int zeroPoint) => unchecked((byte)Round(steps, zeroPoint, byte.MinValue, byte.MaxValue));

    /// <summary>Rounds to <c>short</c>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static short ToInt16(float steps, int zeroPoint) => unchecked((short)Round(steps, zeroPoint, short.MinValue, short.MaxValue));

    /// <summary>Rounds to <c>ushort</c>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ushort ToUInt16(float steps, int zeroPoint) => unchecked((ushort)Round(steps, zeroPoint, ushort.MinValue, ushort.MaxValue));

    /// <summary>Rounds to a signed integer of 4 bits.</summary>
    public static sbyte ToInt4(float steps, int zeroPoint) => unchecked((sbyte)Round(steps, zeroPoint, -8, 7));

    /// <summary>Rounds to an unsigned integer of 4 bits.</summary>
    public static byte ToUInt4(float steps, int zeroPoint) => unchecked((byte)Round(steps, zeroPoint, 0, 15));

    /// <summary>Rounds to a signed integer of 2 bits.</summary>
    public static sbyte ToInt2(float steps, int zeroPoint) => unchecked((sbyte)Round(steps, zeroPoint, -2, 1));

    /// <summary>Rounds to an unsigned integer of 2 bits.</summary>
    public static byte ToUInt2(float steps, int zeroPoint) => unchecked((byte)Round(steps, zeroPoint, 0, 3));

    /// <summary>Rounds to an integer of a range within ±65,536, as is the zero point.</summary>
    /// <param name="steps">The number to round.</param>
    /// <param name="zeroPoint">Added to the rounded number.</param>
    /// <param name="lowest">The low end.</param>
    /// <param name="highest">The high end.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static int Round(float steps, int zeroPoint, int lowest, int highest)
    {
        // Cut first, which rounding does not undo; then the sum's last bit is the place of ones.
        unchecked
        {
            float low = lowest - zeroPoint;
            float high = highest - zeroPoint;
            float cut = steps > low ? steps < high ? steps : high : low;
            float shifted = cut + OnesAreLast;
            return Unsafe.As<float, int>(ref shifted) - OnesAreLastBits + zeroPoint;
        }
    }
}
