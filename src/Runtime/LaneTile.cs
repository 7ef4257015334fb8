#nullable enable
using System.Runtime.CompilerServices;

namespace RedGen.Runtime;

/// <summary>Chooses the micro-kernel: the tallest tile that the rows left fill well.</summary>
internal static class LaneTile
{
    /// <summary>Computes a tile of one vector, or of two where the columns are more than one has.</summary>
    /// <returns>Its rows; more than <paramref name="left"/> where some were computed in vain (the table must hold that many).</returns>
    [MethodImpl(Simd.Hot)]
    internal static int Run<TLanes>(
        int left, int columns, ref float x, ref int rows, ref int segments, int count, int length, ref float weights, nint second, ref float sums, nint ahead)
        where TLanes : struct, ILanes<TLanes>
    {
        int lanes = default(TLanes).Count;
        if (columns <= lanes)
        {
#if NET8_0_OR_GREATER
            if (default(TLanes).Count == 16 && columns <= NarrowTile.Columns && left > 1)
            {
                return RunNarrow(left, ref x, ref rows, ref segments, count, length, ref weights, ref sums);
            }
#endif
            return RunSingle<TLanes>(left, ref x, ref rows, ref segments, count, length, ref weights, ref sums);
        }

        if (left == 1)
        {
            PairTile.OneByTwo<TLanes>(ref x, ref rows, ref segments, count, length, ref weights, second, ref sums, 2 * lanes, lanes);
            return 1;
        }

        if (left <= 4)
        {
            PairTile.FourByTwo<TLanes>(ref x, ref rows, ref segments, count, length, ref weights, second, ref sums, 2 * lanes, lanes, ahead);
            return 4;
        }

        // 16 registers hold six rows, 32 hold more.
        if (default(TLanes).Count == 16)
        {
            PairTile.EightByTwo<TLanes>(ref x, ref rows, ref segments, count, length, ref weights, second, ref sums, 2 * lanes, lanes, ahead);
            return 8;
        }

        PairTile.SixByTwo<TLanes>(ref x, ref rows, ref segments, count, length, ref weights, second, ref sums, 2 * lanes, lanes, ahead);
        return 6;
    }

#if NET8_0_OR_GREATER
    private static int RunNarrow(
        int left, ref float x, ref int rows, ref int segments, int count, int length, ref float weights, ref float sums)
    {
        if (left <= 4)
        {
            NarrowTile.Four(ref x, ref rows, ref segments, count, length, ref weights, ref sums);
            return 4;
        }

        NarrowTile.Twelve(ref x, ref rows, ref segments, count, length, ref weights, ref sums);
        return 12;
    }
#endif

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static int RunSingle<TLanes>(
        int left, ref float x, ref int rows, ref int segments, int count, int length, ref float weights, ref float sums)
        where TLanes : struct, ILanes<TLanes>
    {
        if (left == 1)
        {
            SingleTile.OneByOne<TLanes>(ref x, ref rows, ref segments, count, length, ref weights, ref sums);
            return 1;
        }

        if (left <= 4)
        {
            SingleTile.FourByOne<TLanes>(ref x, ref rows, ref segments, count, length, ref weights, ref sums, default(TLanes).Count);
            return 4;
        }

        if (left <= 8)
        {
            SingleTile.EightByOne<TLanes>(ref x, ref rows, ref segments, count, length, ref weights, ref sums, default(TLanes).Count);
            return 8;
        }

        SingleTile.TwelveByOne<TLanes>(ref x, ref rows, ref segments, count, length, ref weights, ref sums, default(TLanes).Count);
        return 12;
    }
}
