#nullable enable
using System.Runtime.CompilerServices;

namespace RedGen.Runtime;

/// <summary>
/// The sums of a quantised graph as its floats give them: both operands are dequantised to float32, their products added in float64 one after the other. Integer arithmetic
/// alone, so that processors without float64 give the same bits (RedGenProfile=Micro); for the few sums whose integers lie so near to a tie that these roundings decide.
/// </summary>
public static class DequantizedSum
{
    /// <summary>Bits of a float64's significand.</summary>
    private const int DoubleBits = 53;

    /// <summary>Bits of a float32's significand.</summary>
    private const int SingleBits = 24;

    /// <summary>The exponent that stands for 1, and the bits behind the point of a significand, as the bits of a float count them.</summary>
    private const int ExponentOfOnes = 127 + 23;

    /// <summary>Places by which two float64 may differ and still both have a part in their sum.</summary>
    private const int Reach = 60;

    /// <summary>The sum with a bias, rounded to float32.</summary>
    /// <param name="x">The inputs.</param>
    /// <param name="weights">The weights.</param>
    /// <param name="rows">Rows of both.</param>
    /// <param name="columns">Columns of both.</param>
    /// <param name="bias">Added in float64; 0 for none.</param>
    public static float Of(in DequantizedBytes x, in DequantizedBytes weights, int rows, int columns, float bias)
    {
        // A sum of 128 bits in units of the last places of both scales: no term is smaller, so it is what a float64 holds.
        long high = 0;
        ulong low = 0;
        for (int i = 0; i < rows; i++)
            for (int j = 0; j < columns; j++) AddProduct(ref high, ref low, x, x.At(i, j), weights, weights.At(i, j));
        bool isNegative = high < 0;
        if (isNegative) Negate(ref high, ref low);
        int exponent = x.Exponent + weights.Exponent - (2 * ExponentOfOnes);
        return high == 0 && low == 0 ? bias : WithBias(isNegative, unchecked((ulong)high), low, exponent, bias);
    }

    private static void AddProduct(ref long high, ref ulong low, in DequantizedBytes x, int a, in DequantizedBytes weights, int b)
    {
        unchecked
        {
            if (a == 0 || b == 0) return;
            ulong product = (ulong)x.Units(a) * weights.Units(b), before = low;
            if ((a ^ b) >= 0)
            {
                low += product;
                high += low < before ? 1 : 0;
            }
            else
            {
                low -= product;
                high -= low > before ? 1 : 0;
            }

            RoundToDouble(ref high, ref low);
        }
    }

    /// <summary>Rounds to 53 bits, ties to even. A sum of 33,025 products has 80 at most.</summary>
    private static void RoundToDouble(ref long high, ref ulong low)
    {
        unchecked
        {
            long sign = high >> 63;
            // What stands above the significand of 53 bits; a negative power of two seems one bit shorter, and has nothing to round.
            int above = (int)(((high ^ sign) << (64 - DoubleBits)) | (long)((low ^ (ulong)sign) >> DoubleBits));
            if (above == 0) return;
            int excess = Length(above);
            uint rest = (uint)low;
            ulong half = 1u << (excess - 1);
            ulong rounded = low + half - 1 + ((rest >> excess) & 1);
            if (rounded < low) high++;
            low = rounded & ~((half << 1) - 1);
        }
    }

    /// <summary>The number of bits of a number above 0.</summary>
    private static int Length(int number)
    {
        // The bit behind the first is cleared where it could make a float round up.
        float size = number & ~(number >> 1);
        return (Unsafe.As<float, int>(ref size) >> 23) - 126;
    }

    /// <summary>A sum that is not 0, plus a bias in float64, rounded to float32.</summary>
    private static float WithBias(bool isNegative, ulong high, ulong low, int exponent, float bias)
    {
        unchecked
        {
            Round(ref high, ref low, ref exponent, DoubleBits);
            int bits = Unsafe.As<float, int>(ref bias);
            ulong other = (ulong)((bits & 0x007FFFFF) | ((bits & 0x7F800000) != 0 ? 0x00800000 : 0));
            if (other == 0) return Float(isNegative, high, low, exponent);
            int otherExponent = ((bits >> 23) & 255) - ExponentOfOnes + ((bits & 0x7F800000) != 0 ? 0 : 1);
            Fill(ref low, ref exponent);
            Fill(ref other, ref otherExponent);
            int distance = exponent - otherExponent;
            if (distance > Reach) return Float(isNegative, 0, low, exponent);
            if (distance < -Reach) return bias;
            ulong otherHigh = 0;
            for (; distance > 0; distance--, exponent--) Double(ref high, ref low);
            for (; distance < 0; distance++) Double(ref otherHigh, ref other);
            if (isNegative == bits < 0)
            {
                low += other;
                high += otherHigh + (low < other ? 1u : 0u);
            }
            else
            {
                bool borrows = low < other;
                low -= other;
                high -= otherHigh + (borrows ? 1u : 0u);
                if ((long)high < 0)
                {
                    long sum = (long)high;
                    Negate(ref sum, ref low);
                    high = (ulong)sum;
                    isNegative = !isNegative;
                }
            }

            Round(ref high, ref low, ref exponent, DoubleBits);
            return Float(isNegative, high, low, exponent);
        }
    }

    /// <summary>The float32 nearest to a number, ties to even.</summary>
    private static float Float(bool isNegative, ulong high, ulong low, int exponent)
    {
        unchecked
        {
            Round(ref high, ref low, ref exponent, SingleBits);
            // The power in two factors, since it alone may be no float.
            int half = exponent >> 1;
            int first = (half + 127) << 23, second = (exponent - half + 127) << 23;
            float size = (int)low * Unsafe.As<int, float>(ref first) * Unsafe.As<int, float>(ref second);
            return isNegative ? -size : size;
        }
    }

    /// <summary>Rounds a number to some bits, ties to even.</summary>
    private static void Round(ref ulong high, ref ulong low, ref int exponent, int bits)
    {
        unchecked
        {
            bool half = false, rest = false;
            while (high != 0 || low >> bits != 0)
            {
                rest |= half;
                half = (low & 1) != 0;
                low = (low >> 1) | (high << 63);
                high >>= 1;
                exponent++;
            }

            if (half && (rest || (low & 1) != 0)) low++;
        }
    }

    /// <summary>Lets a significand begin at bit 53.</summary>
    private static void Fill(ref ulong significand, ref int exponent)
    {
        for (; significand >> (DoubleBits - 1) == 0; exponent--) significand <<= 1;
    }

    private static void Double(ref ulong high, ref ulong low)
    {
        high = (high << 1) | (low >> 63);
        low <<= 1;
    }

    private static void Negate(ref long high, ref ulong low)
    {
        unchecked
        {
            low = ~low + 1;
            high = ~high + (low == 0 ? 1 : 0);
        }
    }
}
