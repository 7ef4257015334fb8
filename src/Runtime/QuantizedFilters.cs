#nullable enable
using System;
#if NET8_0_OR_GREATER
using System.Runtime.InteropServices;
using System.Threading;
#endif

namespace RedGen.Runtime;

/// <summary>
/// The transformed weights of one quantised Winograd convolution. They take eight times the memory of the weights, so a layer's first call, which computes
/// the same bits without them, leaves them alone, and the second makes them: in memory that is reserved at once, but not touched before.
/// </summary>
/// <remarks>Safe to use from many threads: those that come at the same time may transform the weights twice, to the same values.</remarks>
public sealed class QuantizedFilters
{
#if NET8_0_OR_GREATER
    private const int Unseen = 0;
    private const int Seen = 1;
    private const int Kept = 2;

    private readonly short[] _kept = [];
    private readonly int _start;
    private int _state;
#endif

    /// <summary>Reserves the memory, where the processor gains by it.</summary>
    /// <param name="length">16-bit integers of transformed weights, as <see cref="QuantizedWinograd.FilterLength"/> counts them.</param>
    /// <exception cref="ArgumentOutOfRangeException">The length is negative.</exception>
    public QuantizedFilters(int length)
    {
        if (length < 0) throw new ArgumentOutOfRangeException(nameof(length));
#if NET8_0_OR_GREATER
        if (!IntegerLanes512.IsSupported) return;
        _kept = GC.AllocateArray<short>(checked(length + 32), pinned: true);
        // Pinned, so that the first of them stays at the beginning of a cache line.
        nint address = Marshal.UnsafeAddrOfPinnedArrayElement(_kept, 0);
        _start = (int)((64 - (address & 63)) & 63) / sizeof(short);
#endif
    }

#if NET8_0_OR_GREATER
    /// <summary>The transformed weights; empty in a first call, and where the processor gains nothing by them.</summary>
    /// <param name="weights">The weights in the order of <see cref="QuantizedConvolution"/>.</param>
    /// <param name="weightZero">Their zero point.</param>
    /// <param name="shape">The convolution.</param>
    internal ReadOnlySpan<short> Of(ReadOnlySpan<sbyte> weights, int weightZero, in ConvShape shape)
    {
        if (_kept.Length == 0) return default;
        Span<short> kept = _kept.AsSpan(_start, QuantizedWinograd.FilterLength(shape));
        if (Volatile.Read(ref _state) == Kept) return kept;
        if (!FirstCalls.AreSkipped && Interlocked.CompareExchange(ref _state, Seen, Unseen) == Unseen) return default;
        QuantizedWinogradWeights.Transform(weights, weightZero, shape, kept);
        Volatile.Write(ref _state, Kept);
        return kept;
    }
#endif
}
