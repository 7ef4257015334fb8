#nullable enable
using System;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
#if NET8_0_OR_GREATER
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
#endif

namespace RedGen.Runtime;

/// <summary>The sums of a strip of places for a block of output channels, by the widest vectors there are.</summary>
internal static class QuantizedSums
{
    /// <summary>Sums over runs of taps, for each place a block.</summary>
    [MethodImpl(Simd.Hot)]
    internal static void Dense(
        ReadOnlySpan<short> input, ReadOnlySpan<int> places, int count, ReadOnlySpan<int> runs, int length, ReadOnlySpan<sbyte> weights, int channels,
        int zeroPoint, bool isBytes, Span<int> sums)
    {
#if NET8_0_OR_GREATER
        if (isBytes)
        {
            Dense<ByteDotLanes>(input, places, count, runs, length, weights, channels, zeroPoint, sums);
            return;
        }

        if (IntegerLanes512.IsSupported)
        {
            Dense<IntegerLanes512>(input, places, count, runs, length, weights, channels, zeroPoint, sums);
            return;
        }

        if (Avx2.IsSupported)
        {
            Dense<IntegerLanes256>(input, places, count, runs, length, weights, channels, zeroPoint, sums);
            return;
        }

        if (Vector128.IsHardwareAccelerated)
        {
            Dense<IntegerLanes128>(input, places, count, runs, length, weights, channels, zeroPoint, sums);
            return;
        }
#endif
        Dense<ScalarIntegerLanes>(input, places, count, runs, length, weights, channels, zeroPoint, sums);
    }

    /// <summary>Sums of a depthwise layer, for each place a block.</summary>
    [MethodImpl(Simd.Hot)]
    internal static void Depthwise(
        ReadOnlySpan<short> input, ReadOnlySpan<int> places, int count, ReadOnlySpan<int> taps, ReadOnlySpan<sbyte> weights, int channels, int zeroPoint, Span<int> sums)
    {
#if NET8_0_OR_GREATER
        if (IntegerLanes512.IsSupported)
        {
            Depthwise<IntegerLanes512>(input, places, count, taps, weights, channels, zeroPoint, sums);
            return;
        }

        if (Avx2.IsSupported)
        {
            Depthwise<IntegerLanes256>(input, places, count, taps, weights, channels, zeroPoint, sums);
            return;
        }

        if (Vector128.IsHardwareAccelerated)
        {
            Depthwise<IntegerLanes128>(input, places, count, taps, weights, channels, zeroPoint, sums);
            return;
        }
#endif
        Depthwise<ScalarIntegerLanes>(input, places, count, taps, weights, channels, zeroPoint, sums);
    }

    /// <summary>Tiles of places; those behind the last place are computed too and lie behind the sums asked for.</summary>
    [MethodImpl(Simd.Hot)]
    internal static void Dense<TLanes>(
        ReadOnlySpan<short> input, ReadOnlySpan<int> places, int count, ReadOnlySpan<int> runs, int length, ReadOnlySpan<sbyte> weights, int channels,
        int zeroPoint, Span<int> sums)
        where TLanes : struct, IIntegerLanes<TLanes>
    {
        unchecked
        {
            int width = default(TLanes).Count;
            ref short x = ref MemoryMarshal.GetReference(input);
            ref int at = ref MemoryMarshal.GetReference(places);
            ref int start = ref MemoryMarshal.GetReference(runs);
            for (int channel = 0; channel < channels; channel += width)
            {
                ref sbyte w = ref Unsafe.Add(ref MemoryMarshal.GetReference(weights), 4 * channel);
                ref int to = ref Unsafe.Add(ref MemoryMarshal.GetReference(sums), channel);
                if (count == 1)
                {
                    QuantizedTile.One<TLanes>(ref default(TLanes).At(ref x, at), ref start, runs.Length, length, ref w, zeroPoint, ref to);
                    continue;
                }

                for (int place = 0; place < count; place += QuantizedTile.Places)
                {
                    QuantizedTile.Six<TLanes>(
                        ref x, ref Unsafe.Add(ref at, place), ref start, runs.Length, length, ref w, zeroPoint, ref Unsafe.Add(ref to, place * QuantizedTile.Block));
                }
            }
        }
    }

    /// <summary>Tiles of places; see <see cref="Dense{TLanes}"/>.</summary>
    [MethodImpl(Simd.Hot)]
    internal static void Depthwise<TLanes>(
        ReadOnlySpan<short> input, ReadOnlySpan<int> places, int count, ReadOnlySpan<int> taps, ReadOnlySpan<sbyte> weights, int channels, int zeroPoint, Span<int> sums)
        where TLanes : struct, IPairLanes<TLanes>
    {
        unchecked
        {
            int width = default(TLanes).Count;
            ref int at = ref MemoryMarshal.GetReference(places);
            ref int tap = ref MemoryMarshal.GetReference(taps);
            for (int channel = 0; channel < channels; channel += width)
            {
                ref short x = ref Unsafe.Add(ref MemoryMarshal.GetReference(input), channel);
                ref sbyte w = ref Unsafe.Add(ref MemoryMarshal.GetReference(weights), 2 * channel);
                ref int to = ref Unsafe.Add(ref MemoryMarshal.GetReference(sums), channel);
                for (int place = 0; place < count; place += QuantizedTile.DepthwisePlaces)
                {
                    QuantizedTile.Depthwise<TLanes>(
                        ref x, ref Unsafe.Add(ref at, place), ref tap, taps.Length / 2, ref w, zeroPoint, ref Unsafe.Add(ref to, place * QuantizedTile.Block));
                }
            }
        }
    }
}
