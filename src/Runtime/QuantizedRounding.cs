#nullable enable
using System;
using System.Runtime.CompilerServices;
#if NET8_0_OR_GREATER
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
#endif

namespace RedGen.Runtime;

/// <summary>Rounds sums to integers of 8 bits in floats, and stops at those that lie too near to a tie for that.</summary>
internal readonly struct QuantizedRounding
{
    private readonly int _zeroPoint;
    private readonly int _lowest;
    private readonly int _highest;
    private readonly float _tie;

    /// <summary>Sets the range.</summary>
    /// <param name="zeroPoint">Added to what is rounded.</param>
    /// <param name="lowest">The low end of the result.</param>
    /// <param name="highest">The high end of the result.</param>
    /// <param name="tie">The distance from the nearest integer above which floats do not decide an element.</param>
    internal QuantizedRounding(int zeroPoint, int lowest, int highest, float tie)
    {
        _zeroPoint = zeroPoint;
        _lowest = lowest;
        _highest = highest;
        _tie = tie;
    }

#if NET8_0_OR_GREATER
    /// <summary>The constants of a block in vectors.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal QuantizedSteps512 Steps(in QuantizedScales scales) => new(_zeroPoint, _lowest, _highest, _tie, scales);
#endif

    /// <summary>Writes places up to the first with an element that is open, that one included; the place behind it.</summary>
    /// <param name="sums">The sums, a block for each place.</param>
    /// <param name="first">The first place.</param>
    /// <param name="places">The places.</param>
    /// <param name="scales">The constants of the block.</param>
    /// <param name="output">Where place 0 goes.</param>
    /// <param name="stride">Bytes from place to place.</param>
    /// <param name="open">A bit for each element of the last place written that is open.</param>
    [MethodImpl(Simd.Hot)]
    internal int Write(ReadOnlySpan<int> sums, int first, int places, in QuantizedScales scales, Span<byte> output, int stride, out uint open)
    {
#if NET8_0_OR_GREATER
        if (IntegerLanes512.IsSupported) return Write512(sums, first, places, scales, output, stride, out open);
        if (Avx2.IsSupported) return Write256(sums, first, places, scales, output, stride, out open);
#endif
        float low = _lowest - _zeroPoint, high = _highest - _zeroPoint;
        open = 0;
        unchecked
        {
            int place = first;
            while (place < places && open == 0)
            {
                ReadOnlySpan<int> from = sums.Slice(place * QuantizedTile.Block, scales.Count);
                Span<byte> to = output.Slice(place * stride, from.Length);
                for (int i = 0; i < from.Length; i++)
                {
                    float steps = ((from[i] + scales.Addends[i]) * scales.Factors[i]) + scales.Biases[i];
                    steps = steps > low ? steps < high ? steps : high : low;
                    int rounded = Saturate.Round(steps, 0, -65536, 65536);
                    if (Math.Abs(steps - rounded) > _tie) open |= 1u << i;
                    to[i] = (byte)(rounded + _zeroPoint);
                }

                place++;
            }

            return place;
        }
    }

#if NET8_0_OR_GREATER
    [MethodImpl(Simd.Hot)]
    private int Write512(ReadOnlySpan<int> sums, int first, int places, in QuantizedScales scales, Span<byte> output, int stride, out uint open)
    {
        unchecked
        {
            if (scales.Count < QuantizedTile.Block) return WriteParts(sums, first, places, scales, output, stride, out open);
            QuantizedSteps512 constants = Steps(scales);
            ref int from = ref MemoryMarshal.GetReference(sums);
            ref byte to = ref MemoryMarshal.GetReference(output.Slice(0, ((places - 1) * stride) + QuantizedTile.Block));
            int place = first;
            while (places - place >= 4 && Four(constants, ref Unsafe.Add(ref from, place * QuantizedTile.Block), ref Unsafe.Add(ref to, place * stride), stride)) place += 4;
            for (; place < places; place++)
            {
                constants.Of(ref Unsafe.Add(ref from, place * QuantizedTile.Block), out Vector512<float> distance).StoreUnsafe(ref Unsafe.Add(ref to, place * stride));
                if (Vector512.GreaterThanAny(distance, constants.Tie))
                {
                    open = (uint)Vector512.GreaterThan(distance, constants.Tie).ExtractMostSignificantBits();
                    return place + 1;
                }
            }

            open = 0;
            return places;
        }
    }

    /// <summary>Writes four places; whether none of their elements is open.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static bool Four(in QuantizedSteps512 constants, ref int from, ref byte to, int stride)
    {
        Vector512<int> first = Vector512.LoadUnsafe(ref from), second = Vector512.LoadUnsafe(ref from, QuantizedTile.Block);
        Vector512<int> third = Vector512.LoadUnsafe(ref from, 2 * QuantizedTile.Block), fourth = Vector512.LoadUnsafe(ref from, 3 * QuantizedTile.Block);
        Vector512<float> farthest = constants.Write(first, second, ref to, stride);
        farthest = Avx512F.Max(farthest, constants.Write(third, fourth, ref Unsafe.Add(ref to, 2 * (nint)stride), stride));
        return Vector512.LessThanOrEqualAll(farthest, constants.Tie);
    }

    /// <summary>The same for the last block of channels: its stores are calls, around which the JIT would spill everything in the loop above.</summary>
    [MethodImpl(Simd.Hot)]
    private int WriteParts(ReadOnlySpan<int> sums, int first, int places, in QuantizedScales scales, Span<byte> output, int stride, out uint open)
    {
        open = 0;
        unchecked
        {
            QuantizedSteps512 constants = Steps(scales);
            int place = first;
            while (place < places && open == 0)
            {
                Vector128<byte> bytes = constants.Of(ref Unsafe.Add(ref MemoryMarshal.GetReference(sums), place * QuantizedTile.Block), out Vector512<float> distance);
                StorePart(bytes, ref output.Slice(place * stride, scales.Count)[0], scales.Count);
                open = (uint)Vector512.GreaterThan(distance, constants.Tie).ExtractMostSignificantBits();
                place++;
            }

            return place;
        }
    }

    [MethodImpl(Simd.Hot)]
    private int Write256(ReadOnlySpan<int> sums, int first, int places, in QuantizedScales scales, Span<byte> output, int stride, out uint open)
    {
        unchecked
        {
            ref int from = ref MemoryMarshal.GetReference(sums);
            for (int place = first; place < places; place++)
            {
                Vector256<int> lower = Half(ref from, place * QuantizedTile.Block, scales, 0, out uint low);
                Vector256<int> upper = Half(ref from, (place * QuantizedTile.Block) + 8, scales, 8, out uint high);
                // Packing works within halves: the middle quarters change places.
                Vector256<short> words = Avx2.Permute4x64(Avx2.PackSignedSaturate(lower, upper).AsInt64(), 0b11_01_10_00).AsInt16();
                Vector128<byte> bytes = _highest > sbyte.MaxValue
                    ? Sse2.PackUnsignedSaturate(words.GetLower(), words.GetUpper())
                    : Sse2.PackSignedSaturate(words.GetLower(), words.GetUpper()).AsByte();
                Store(bytes, ref output.Slice(place * stride, scales.Count)[0], scales.Count);
                open = low | (high << 8);
                if (open != 0) return place + 1;
            }

            open = 0;
            return places;
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private Vector256<int> Half(ref int from, int at, in QuantizedScales scales, int lane, out uint open)
    {
        unchecked
        {
            Vector256<int> sum = Vector256.LoadUnsafe(ref from, (nuint)at) + Vector256.LoadUnsafe(ref MemoryMarshal.GetReference(scales.Addends), (nuint)lane);
            Vector256<float> steps = (Avx.ConvertToVector256Single(sum) * Vector256.LoadUnsafe(ref MemoryMarshal.GetReference(scales.Factors), (nuint)lane))
                + Vector256.LoadUnsafe(ref MemoryMarshal.GetReference(scales.Biases), (nuint)lane);
            steps = Avx.Min(Avx.Max(steps, Vector256.Create((float)(_lowest - _zeroPoint))), Vector256.Create((float)(_highest - _zeroPoint)));
            Vector256<int> rounded = Avx.ConvertToVector256Int32(steps);
            open = Vector256.GreaterThan(Vector256.Abs(steps - Avx.ConvertToVector256Single(rounded)), Vector256.Create(_tie)).ExtractMostSignificantBits();
            return rounded + Vector256.Create(_zeroPoint);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Store(Vector128<byte> bytes, ref byte to, int count)
    {
        if (count == QuantizedTile.Block) bytes.StoreUnsafe(ref to);
        else
        {
            Vector128<byte> part = bytes;
            StorePart(part, ref to, count);
        }
    }

    /// <summary>The first bytes. (By reference: a call with a vector is one that no image can hold.)</summary>
    private static void StorePart(in Vector128<byte> bytes, ref byte to, int count)
    {
        ulong rest = bytes.AsUInt64().ToScalar();
        if (count >= 8)
        {
            Unsafe.WriteUnaligned(ref to, rest);
            to = ref Unsafe.Add(ref to, 8);
            rest = bytes.AsUInt64().GetElement(1);
        }

        if ((count & 4) != 0)
        {
            Unsafe.WriteUnaligned(ref to, unchecked((uint)rest));
            to = ref Unsafe.Add(ref to, 4);
            rest >>= 32;
        }

        for (int i = 0; i < (count & 3); i++) Unsafe.Add(ref to, i) = unchecked((byte)(rest >> (8 * i)));
    }
#endif
}
