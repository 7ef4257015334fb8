#nullable enable
using System;
using System.Runtime.CompilerServices;

namespace RedGen;

/// <summary>
/// A float of 16 bits with the range of <see cref="float"/> and 8 significant bits: its upper half. Convert to float to compute, and
/// back to store; conversions to it round to nearest, ties to even.
/// </summary>
public readonly struct BFloat16 : IEquatable<BFloat16>, IComparable<BFloat16>, IFormattable
{
    private readonly ushort _bits;

    private BFloat16(ushort bits) => _bits = bits;

    /// <summary>The value of its bits.</summary>
    public static BFloat16 FromBits(ushort bits) => new BFloat16(bits);

    /// <summary>The bits of the value.</summary>
    public ushort ToBits() => _bits;

    /// <summary>The exact value.</summary>
    public static explicit operator float(BFloat16 value) => FromSingleBits((uint)value._bits << 16);

    /// <summary>The exact value.</summary>
    public static explicit operator double(BFloat16 value) => (float)value;

    /// <summary>Rounds to nearest, ties to even; what is too large becomes infinite.</summary>
    public static explicit operator BFloat16(float value)
    {
        uint bits = ToSingleBits(value);
        // A NaN whose mantissa lies in the lower half must not become an infinity.
        if (float.IsNaN(value)) return new BFloat16((ushort)((bits >> 16) | 0x40u));
        return new BFloat16((ushort)((bits + 0x7FFFu + ((bits >> 16) & 1u)) >> 16));
    }

    /// <summary>Rounds once, to nearest, ties to even; what is too large becomes infinite.</summary>
    public static explicit operator BFloat16(double value)
    {
        float single = (float)value;
        if (single == value || double.IsNaN(value)) return (BFloat16)single;
        // Towards zero, with the lowest bit set where something was lost: rounding that cannot go wrong.
        uint bits = ToSingleBits(single);
        if (Math.Abs((double)single) > Math.Abs(value)) bits--;
        return (BFloat16)FromSingleBits(bits | 1u);
    }

    /// <summary>Whether two values are equal; NaN equals nothing, and the zeros equal each other.</summary>
    public static bool operator ==(BFloat16 left, BFloat16 right) => (float)left == (float)right;

    /// <summary>Whether two values differ.</summary>
    public static bool operator !=(BFloat16 left, BFloat16 right) => (float)left != (float)right;

    /// <summary>Whether one value is less than another.</summary>
    public static bool operator <(BFloat16 left, BFloat16 right) => (float)left < (float)right;

    /// <summary>Whether one value is greater than another.</summary>
    public static bool operator >(BFloat16 left, BFloat16 right) => (float)left > (float)right;

    /// <summary>Whether one value is less than another or equal to it.</summary>
    public static bool operator <=(BFloat16 left, BFloat16 right) => (float)left <= (float)right;

    /// <summary>Whether one value is greater than another or equal to it.</summary>
    public static bool operator >=(BFloat16 left, BFloat16 right) => (float)left >= (float)right;

    /// <summary>Whether a value is not a number.</summary>
    public static bool IsNaN(BFloat16 value) => float.IsNaN((float)value);

    /// <summary>Equality in which NaN equals NaN, as <see cref="float.Equals(float)"/> has it.</summary>
    public bool Equals(BFloat16 other) => ((float)this).Equals((float)other);

    /// <inheritdoc/>
    public override bool Equals(object? obj) => obj is BFloat16 other && Equals(other);

    /// <inheritdoc/>
    public override int GetHashCode() => ((float)this).GetHashCode();

    /// <inheritdoc/>
    public int CompareTo(BFloat16 other) => ((float)this).CompareTo((float)other);

    /// <summary>The value as <see cref="float"/> writes it.</summary>
    public override string ToString() => ((float)this).ToString();

    /// <inheritdoc/>
    public string ToString(string? format, IFormatProvider? formatProvider) => ((float)this).ToString(format, formatProvider);

    private static uint ToSingleBits(float value) => Unsafe.As<float, uint>(ref value);

    private static float FromSingleBits(uint bits) => Unsafe.As<uint, float>(ref bits);
}
