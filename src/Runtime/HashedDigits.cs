using System;
using System.Numerics;
using System.Runtime.InteropServices;

namespace RedGen.Runtime;

/// <summary>
/// Hashed weights that are sums of two codes: the first as <see cref="HashedWeights"/> reads it, the second as digits, several in a byte.
/// </summary>
public static class HashedDigits
{
    /// <summary>Numbers that a byte of a <c>u8</c> literal of single-byte characters can be.</summary>
    private const int Codes = 128;

    /// <summary>Whole numbers at equal distances: a first codebook, which leaves room for the digits between.</summary>
    /// <param name="least">The first value.</param>
    /// <param name="most">The last value, at most 126 steps above the first.</param>
    /// <param name="step">The distance of two values, 1 or more.</param>
    /// <exception cref="ArgumentException">The values are no codebook.</exception>
    public static float[] Steps(int least, int most, int step)
    {
        if (step < 1 || most < least || (most - least) % step != 0 || (most - least) / step >= Codes - 1)
        {
            throw new ArgumentException("A codebook has 1 to 127 values.", nameof(step));
        }

        float[] values = new float[((most - least) / step) + 1];
        for (int k = 0; k < values.Length; k++)
        {
            values[k] = least + (k * step);
        }

        return values;
    }

    /// <summary>Reads the digits that a weight's second code is written with.</summary>
    /// <param name="packed">Numbers of as many digits as 128 numbers allow, each + <paramref name="first"/>; the first digit is the lowest.</param>
    /// <param name="first">The byte of the number 0.</param>
    /// <param name="radix">The base of the numbers, 2 to 127.</param>
    /// <param name="count">Digits.</param>
    /// <returns>The digits, one a byte.</returns>
    /// <exception cref="ArgumentException">The bytes are not those of so many digits.</exception>
    public static byte[] Read(ReadOnlySpan<byte> packed, int first, int radix, int count)
    {
        if (radix < 2 || radix >= Codes)
        {
            throw new ArgumentException("A second codebook has 2 to 127 values.", nameof(radix));
        }

        int perByte = 0;
        for (int numbers = radix; numbers <= Codes; numbers *= radix)
        {
            perByte++;
        }

        if (count < 0 || packed.Length != ((long)count + perByte - 1) / perByte)
        {
            throw new ArgumentException("The bytes are not those of so many digits.", nameof(packed));
        }

        byte[] digits = new byte[count];
        for (int i = 0, at = 0; i < packed.Length; i++)
        {
            int number = packed[i] - first;
            if (number < 0)
            {
                throw new ArgumentException("A byte is below that of the number 0.", nameof(packed));
            }

            for (int d = 0; d < perByte && at < count; d++, number /= radix)
            {
                digits[at++] = (byte)(number % radix);
            }
        }

        return digits;
    }

    /// <summary>Adds what the second code of weights expands to to what the first does.</summary>
    /// <param name="coarse">The first; it takes the sums.</param>
    /// <param name="fine">The second, in the same layout.</param>
    /// <returns><paramref name="coarse"/>, with the sums.</returns>
    /// <exception cref="ArgumentException">The lengths differ.</exception>
    public static float[] Add(float[] coarse, float[] fine)
    {
        if (coarse.Length != fine.Length)
        {
            throw new ArgumentException("Both codes have one layout.", nameof(fine));
        }

        int i = 0;
        for (; i <= coarse.Length - Vector<float>.Count; i += Vector<float>.Count)
        {
            (new Vector<float>(coarse, i) + new Vector<float>(fine, i)).CopyTo(coarse, i);
        }

        for (; i < coarse.Length; i++)
        {
            coarse[i] += fine[i];
        }

        return coarse;
    }

    /// <summary>Makes what <see cref="HashedDense.RunPairs{TActivation}"/> reads of sums of two codes: two weights an element. Scales are left to the kernel.</summary>
    /// <param name="blocks">The sums as <see cref="HashedWeights.ToBlocks"/> lays them out; floats that end in 16 zero bits, as those of whole numbers up to 256 do.</param>
    /// <param name="outputs">Rows.</param>
    /// <param name="columns">Weights of one output.</param>
    /// <returns>The layout of <see cref="HashedWeights.ToPairs"/>.</returns>
    /// <exception cref="ArgumentException">The length does not fit the sizes, or a sum takes more than half a float.</exception>
    public static float[] ToPairs(float[] blocks, int outputs, int columns)
    {
        if (blocks.Length != DenseLayout.Length(outputs, columns, columns))
        {
            throw new ArgumentException("The length does not fit the sizes.", nameof(blocks));
        }

        int lanes = DenseLayout.Lanes(outputs);
        int depth = (columns + 1) / 2;
        float[] packed = new float[DenseLayout.Length(outputs, depth, columns)];
        ReadOnlySpan<uint> sums = MemoryMarshal.Cast<float, uint>(blocks.AsSpan());
        Span<uint> pairs = MemoryMarshal.Cast<float, uint>(packed.AsSpan());
        for (int block = 0; block < lanes; block += Dense.BlockWidth)
        {
            int width = Math.Min(Dense.BlockWidth, lanes - block);
            for (int i = 0; i < columns * width; i++)
            {
                uint sum = sums[(block * columns) + i];
                if ((sum & 0xFFFF) != 0)
                {
                    throw new ArgumentException("A sum takes more than half a float.", nameof(blocks));
                }

                int column = i / width;
                pairs[(block * depth) + (column / 2 * width) + (i % width)] |= column % 2 == 0 ? sum >> 16 : sum;
            }
        }

        blocks.AsSpan(lanes * columns).CopyTo(packed.AsSpan(lanes * depth));
        return packed;
    }
}
