#nullable enable
#if NET8_0_OR_GREATER
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace RedGen.Runtime;

/// <summary>What follows the sums of a <see cref="TermPairTile"/>: both terms added, columns in their order, bias, addend, bounds, and the way to the output.</summary>
internal readonly ref struct TermPairEnd
{
    private readonly ref float _y;
    private readonly ref float _addend;
    private readonly bool _hasAddend;
    private readonly Vector512<float> _bias;
    private readonly Vector256<float> _secondBias;
    private readonly float _low;
    private readonly float _high;

    /// <summary>Sets it.</summary>
    /// <param name="bias">The bias of the tile's columns, 32 floats of it.</param>
    /// <param name="y">The output, at the tile's first column.</param>
    /// <param name="addend">Likewise; read if there is one.</param>
    /// <param name="hasAddend">Whether there is one.</param>
    /// <param name="bounds">Of every result.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal TermPairEnd(ref float bias, ref float y, ref float addend, bool hasAddend, Bounds bounds)
    {
        _bias = Vector512.LoadUnsafe(ref bias);
        _secondBias = Vector256.LoadUnsafe(ref Unsafe.Add(ref bias, 16));
        _y = ref y;
        _addend = ref addend;
        _hasAddend = hasAddend;
        _low = bounds.Low;
        _high = bounds.High;
    }

    /// <summary>Finishes a row of 16 columns.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal void KeepSixteen(Vector512<float> low, Vector512<float> high, nint place) =>
        Keep(Avx512F.Shuffle(low, high, 0x88) + Avx512F.Shuffle(low, high, 0xDD), place);

    /// <summary>Finishes the sums of 16 columns.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal void Keep(Vector512<float> sum, nint place)
    {
        sum += _bias;
        if (_hasAddend) sum += Vector512.LoadUnsafe(ref Unsafe.Add(ref _addend, place));
        // The instructions give their second operand for NaN. They take the place of multiply-adds: none where there are no bounds.
        if (_low > float.NegativeInfinity) sum = Avx512F.Max(Vector512.Create(_low), sum);
        if (_high < float.PositiveInfinity) sum = Avx512F.Min(Vector512.Create(_high), sum);
        sum.StoreUnsafe(ref Unsafe.Add(ref _y, place));
    }

    /// <summary>Finishes a row of 24 columns.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal void KeepTwentyFour(Vector512<float> low, Vector512<float> high, Vector512<float> narrow, nint place)
    {
        KeepSixteen(low, high, place);
        Vector512<float> both = Avx512F.PermuteVar16x32(narrow, Vector512.Create(0, 2, 4, 6, 8, 10, 12, 14, 1, 3, 5, 7, 9, 11, 13, 15));
        KeepSecond(Vector512.GetLower(both) + Vector512.GetUpper(both), place);
    }

    /// <summary>Finishes the sums of the eight columns behind them.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal void KeepSecond(Vector256<float> sum, nint place)
    {
        place = unchecked(place + 16);
        sum += _secondBias;
        if (_hasAddend) sum += Vector256.LoadUnsafe(ref Unsafe.Add(ref _addend, place));
        if (_low > float.NegativeInfinity) sum = Avx.Max(Vector256.Create(_low), sum);
        if (_high < float.PositiveInfinity) sum = Avx.Min(Vector256.Create(_high), sum);
        sum.StoreUnsafe(ref Unsafe.Add(ref _y, place));
    }
}
#endif
