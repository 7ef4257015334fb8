#nullable enable
using System;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace RedGen.Runtime;

/// <summary>Signed integers of 8 bits in memory, and the floats that they stand for: (integer − zero point) × scale.</summary>
public readonly ref struct DequantizedBytes
{
    private readonly ReadOnlySpan<byte> _bytes;
    private readonly int _stride;
    private readonly int _rowStride;
    private readonly bool _isSecond;
    private readonly int _zeroPoint;
    private readonly float _scale;

    private DequantizedBytes(ReadOnlySpan<byte> bytes, int stride, int rowStride, bool isSecond, int zeroPoint, float scale)
    {
        _bytes = bytes;
        _stride = stride;
        _rowStride = rowStride;
        _isSecond = isSecond;
        _zeroPoint = zeroPoint;
        _scale = scale;
    }

    /// <summary>The scale's exponent as its bits have it: its last place is 2^(this − 150).</summary>
    internal int Exponent => ExponentOf(_scale);

    /// <summary>Integers side by side or at equal distances.</summary>
    /// <param name="integers">The integers, the first at 0.</param>
    /// <param name="stride">From one to the next.</param>
    /// <param name="rowStride">From one row to the next.</param>
    /// <param name="zeroPoint">The integer that stands for 0.</param>
    /// <param name="scale">The size of a step; a normal float above 0.</param>
    public static DequantizedBytes Of(ReadOnlySpan<sbyte> integers, int stride, int rowStride, int zeroPoint, float scale)
        => new DequantizedBytes(MemoryMarshal.Cast<sbyte, byte>(integers), stride, rowStride, false, zeroPoint, scale);

    /// <summary>The first or the second integers of pairs, as <see cref="IntegerPairs"/> has them.</summary>
    /// <param name="pairs">The pairs.</param>
    /// <param name="isSecond">Which of them.</param>
    /// <param name="zeroPoint">The integer that stands for 0.</param>
    /// <param name="scale">The size of a step; a normal float above 0.</param>
    public static DequantizedBytes OfPairs(ReadOnlySpan<int> pairs, bool isSecond, int zeroPoint, float scale)
        => new DequantizedBytes(MemoryMarshal.Cast<int, byte>(pairs), sizeof(int), 0, isSecond, zeroPoint, scale);

    /// <summary>An integer less the zero point.</summary>
    internal int At(int row, int column)
    {
        int at = (row * _rowStride) + (column * _stride);
        int first = unchecked((sbyte)_bytes[at]);
        if (!_isSecond) return first - _zeroPoint;
        // The upper nine bits of the pair, from which a first integer below 0 has borrowed.
        return (((unchecked((sbyte)_bytes[at + 3]) << 1) | (_bytes[at + 2] >> 7)) + (first < 0 ? 1 : 0)) - _zeroPoint;
    }

    /// <summary>The magnitude of a difference times the scale, rounded to float32, in units of the scale's last place: 32 bits hold it.</summary>
    internal uint Units(int difference)
    {
        unchecked
        {
            float real = difference * _scale;
            int bits = Unsafe.As<float, int>(ref real);
            return (uint)((bits & 0x007FFFFF) | 0x00800000) << (((bits >> 23) & 255) - ExponentOf(_scale));
        }
    }

    private static int ExponentOf(float scale) => Unsafe.As<float, int>(ref scale) >> 23;
}
