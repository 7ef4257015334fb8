using System;
using System.Collections.Immutable;

namespace RedGen.Compiler.Red;

/// <summary>
/// A second, short codebook, whose values are added to those of a <see cref="HashedMatrix"/>: between two neighbours of the first they make finer
/// steps. Its positions are the digits of numbers to the base of its length, several of which share a byte.
/// </summary>
public sealed class FineCodes
{
    /// <summary>The numbers that one character of a <c>u8</c> literal can be.</summary>
    private const int Characters = 128;

    private readonly byte[] _digits;

    /// <summary>Makes a second code.</summary>
    /// <param name="values">2 to 127 finite values, ascending, all different.</param>
    /// <param name="digits">A position in the values for each weight; not copied, the caller no longer writes to it.</param>
    /// <exception cref="ArgumentException">The parts do not fit together.</exception>
    public FineCodes(ImmutableArray<float> values, byte[] digits)
    {
        if (values.Length is < 2 or > HashedMatrix.MaxValues) throw new ArgumentException("A second codebook has 2 to 127 values.", nameof(values));
        for (int k = 0; k < values.Length; k++)
            if (!HashedMatrix.IsFinite(values[k]) || (k > 0 && values[k] <= values[k - 1])) throw new ArgumentException("A codebook is ascending and finite.", nameof(values));
        foreach (byte digit in digits)
            if (digit >= values.Length) throw new ArgumentException("A digit is beyond the codebook.", nameof(digits));
        Values = values;
        _digits = digits;
    }

    /// <summary>The values, ascending.</summary>
    public ImmutableArray<float> Values { get; }

    /// <summary>Positions in the values, one a weight.</summary>
    public ReadOnlySpan<byte> Digits => _digits;

    /// <summary>Digits in a byte.</summary>
    public int DigitsPerByte => PerByte(Values.Length);

    /// <summary>Bytes of digits and values as emitted.</summary>
    public long Bytes => PackedLength(_digits.Length, Values.Length) + (4L * Values.Length);

    /// <summary>The most digits to a base that one byte can hold: base³ is 125 for 5 values.</summary>
    public static int PerByte(int radix)
    {
        int digits = 0;
        for (long numbers = radix; numbers <= Characters; numbers *= radix) digits++;
        return digits;
    }

    /// <summary>Bytes for a number of digits.</summary>
    public static long PackedLength(long digits, int radix) => (digits + PerByte(radix) - 1) / PerByte(radix);

    /// <summary>The digits as numbers of several each, the first of them the lowest.</summary>
    public byte[] Pack()
    {
        int perByte = DigitsPerByte;
        var packed = new byte[PackedLength(_digits.Length, Values.Length)];
        for (int i = _digits.Length - 1; i >= 0; i--) packed[i / perByte] = (byte)((packed[i / perByte] * Values.Length) + _digits[i]);
        return packed;
    }

    /// <summary>A run of weights.</summary>
    public FineCodes Slice(int first, int count) => new(Values, _digits.AsSpan(first, count).ToArray());
}
