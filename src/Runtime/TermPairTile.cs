#nullable enable
#if NET8_0_OR_GREATER
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace RedGen.Runtime;

/// <summary>
/// Tiles of 16 and of 24 columns for vectors of sixteen: two terms of the sum in alternate lanes, so that one load of the input serves both, and 24
/// columns are three vectors of sums a pair of terms instead of four. Rows and segments as for <see cref="PairTile"/>, ends in registers as for
/// <see cref="DirectTile"/>.
/// </summary>
internal static class TermPairTile
{
    /// <summary>Rows of a tile.</summary>
    internal const int Rows = 8;

    /// <summary>Whether it has a tile of so many columns.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static bool Serves(int columns) => columns is 16 or 24;

    /// <summary>Eight rows of 16 columns.</summary>
    [MethodImpl(Simd.Hot)]
    internal static void EightBySixteen(
        ref float x, ref int rows, ref int segments, int count, int length, ref float weights, ref int places, in TermPairEnd end)
    {
        unchecked
        {
            Vector512<float> s0a = default, s1a = default, s2a = default, s3a = default, s4a = default, s5a = default, s6a = default, s7a = default;
            Vector512<float> s0b = default, s1b = default, s2b = default, s3b = default, s4b = default, s5b = default, s6b = default, s7b = default;
            ref float x0 = ref Unsafe.Add(ref x, rows);
            ref float x1 = ref Unsafe.Add(ref x, Unsafe.Add(ref rows, 1));
            ref float x2 = ref Unsafe.Add(ref x, Unsafe.Add(ref rows, 2));
            ref float x3 = ref Unsafe.Add(ref x, Unsafe.Add(ref rows, 3));
            ref float x4 = ref Unsafe.Add(ref x, Unsafe.Add(ref rows, 4));
            ref float x5 = ref Unsafe.Add(ref x, Unsafe.Add(ref rows, 5));
            ref float x6 = ref Unsafe.Add(ref x, Unsafe.Add(ref rows, 6));
            ref float x7 = ref Unsafe.Add(ref x, Unsafe.Add(ref rows, 7));
            for (nint s = 0; s < count; s++)
            {
                ref float w = ref Unsafe.Add(ref weights, Unsafe.Add(ref segments, (2 * s) + 1));
                nint k = Unsafe.Add(ref segments, 2 * s);
                nint last = k + length - 1;
                for (; k < last; k += 2)
                {
                    Vector512<float> a = Low(ref w), b = High(ref w);
                    Add(NarrowTile.Two(ref x0, k), a, b, ref s0a, ref s0b);
                    Add(NarrowTile.Two(ref x1, k), a, b, ref s1a, ref s1b);
                    Add(NarrowTile.Two(ref x2, k), a, b, ref s2a, ref s2b);
                    Add(NarrowTile.Two(ref x3, k), a, b, ref s3a, ref s3b);
                    Add(NarrowTile.Two(ref x4, k), a, b, ref s4a, ref s4b);
                    Add(NarrowTile.Two(ref x5, k), a, b, ref s5a, ref s5b);
                    Add(NarrowTile.Two(ref x6, k), a, b, ref s6a, ref s6b);
                    Add(NarrowTile.Two(ref x7, k), a, b, ref s7a, ref s7b);
                    w = ref Unsafe.Add(ref w, 2 * Dense.PanelWidth);
                }

                if (k == last)
                {
                    Vector512<float> a = LastLow(ref w), b = LastHigh(ref w);
                    Add(NarrowTile.One(ref x0, k), a, b, ref s0a, ref s0b);
                    Add(NarrowTile.One(ref x1, k), a, b, ref s1a, ref s1b);
                    Add(NarrowTile.One(ref x2, k), a, b, ref s2a, ref s2b);
                    Add(NarrowTile.One(ref x3, k), a, b, ref s3a, ref s3b);
                    Add(NarrowTile.One(ref x4, k), a, b, ref s4a, ref s4b);
                    Add(NarrowTile.One(ref x5, k), a, b, ref s5a, ref s5b);
                    Add(NarrowTile.One(ref x6, k), a, b, ref s6a, ref s6b);
                    Add(NarrowTile.One(ref x7, k), a, b, ref s7a, ref s7b);
                }
            }

            end.KeepSixteen(s0a, s0b, places);
            end.KeepSixteen(s1a, s1b, Unsafe.Add(ref places, 1));
            end.KeepSixteen(s2a, s2b, Unsafe.Add(ref places, 2));
            end.KeepSixteen(s3a, s3b, Unsafe.Add(ref places, 3));
            end.KeepSixteen(s4a, s4b, Unsafe.Add(ref places, 4));
            end.KeepSixteen(s5a, s5b, Unsafe.Add(ref places, 5));
            end.KeepSixteen(s6a, s6b, Unsafe.Add(ref places, 6));
            end.KeepSixteen(s7a, s7b, Unsafe.Add(ref places, 7));
        }
    }

    /// <summary>Eight rows of 24 columns, the last eight of them from the panel that is <paramref name="second"/> behind.</summary>
    [MethodImpl(Simd.Hot)]
    internal static void EightByTwentyFour(
        ref float x, ref int rows, ref int segments, int count, int length, ref float weights, nint second, ref int places, in TermPairEnd end)
    {
        unchecked
        {
            Vector512<float> s0a = default, s1a = default, s2a = default, s3a = default, s4a = default, s5a = default, s6a = default, s7a = default;
            Vector512<float> s0b = default, s1b = default, s2b = default, s3b = default, s4b = default, s5b = default, s6b = default, s7b = default;
            Vector512<float> s0c = default, s1c = default, s2c = default, s3c = default, s4c = default, s5c = default, s6c = default, s7c = default;
            ref float x0 = ref Unsafe.Add(ref x, rows);
            ref float x1 = ref Unsafe.Add(ref x, Unsafe.Add(ref rows, 1));
            ref float x2 = ref Unsafe.Add(ref x, Unsafe.Add(ref rows, 2));
            ref float x3 = ref Unsafe.Add(ref x, Unsafe.Add(ref rows, 3));
            ref float x4 = ref Unsafe.Add(ref x, Unsafe.Add(ref rows, 4));
            ref float x5 = ref Unsafe.Add(ref x, Unsafe.Add(ref rows, 5));
            ref float x6 = ref Unsafe.Add(ref x, Unsafe.Add(ref rows, 6));
            ref float x7 = ref Unsafe.Add(ref x, Unsafe.Add(ref rows, 7));
            for (nint s = 0; s < count; s++)
            {
                ref float w = ref Unsafe.Add(ref weights, Unsafe.Add(ref segments, (2 * s) + 1));
                nint k = Unsafe.Add(ref segments, 2 * s);
                nint last = k + length - 1;
                for (; k < last; k += 2)
                {
                    Vector512<float> a = Low(ref w), b = High(ref w);
                    Vector512<float> c = NarrowTile.Weights(ref Unsafe.Add(ref w, second));
                    Add(NarrowTile.Two(ref x0, k), a, b, c, ref s0a, ref s0b, ref s0c);
                    Add(NarrowTile.Two(ref x1, k), a, b, c, ref s1a, ref s1b, ref s1c);
                    Add(NarrowTile.Two(ref x2, k), a, b, c, ref s2a, ref s2b, ref s2c);
                    Add(NarrowTile.Two(ref x3, k), a, b, c, ref s3a, ref s3b, ref s3c);
                    Add(NarrowTile.Two(ref x4, k), a, b, c, ref s4a, ref s4b, ref s4c);
                    Add(NarrowTile.Two(ref x5, k), a, b, c, ref s5a, ref s5b, ref s5c);
                    Add(NarrowTile.Two(ref x6, k), a, b, c, ref s6a, ref s6b, ref s6c);
                    Add(NarrowTile.Two(ref x7, k), a, b, c, ref s7a, ref s7b, ref s7c);
                    w = ref Unsafe.Add(ref w, 2 * Dense.PanelWidth);
                }

                if (k == last)
                {
                    Vector512<float> a = LastLow(ref w), b = LastHigh(ref w);
                    Vector512<float> c = NarrowTile.LastWeights(ref Unsafe.Add(ref w, second));
                    Add(NarrowTile.One(ref x0, k), a, b, c, ref s0a, ref s0b, ref s0c);
                    Add(NarrowTile.One(ref x1, k), a, b, c, ref s1a, ref s1b, ref s1c);
                    Add(NarrowTile.One(ref x2, k), a, b, c, ref s2a, ref s2b, ref s2c);
                    Add(NarrowTile.One(ref x3, k), a, b, c, ref s3a, ref s3b, ref s3c);
                    Add(NarrowTile.One(ref x4, k), a, b, c, ref s4a, ref s4b, ref s4c);
                    Add(NarrowTile.One(ref x5, k), a, b, c, ref s5a, ref s5b, ref s5c);
                    Add(NarrowTile.One(ref x6, k), a, b, c, ref s6a, ref s6b, ref s6c);
                    Add(NarrowTile.One(ref x7, k), a, b, c, ref s7a, ref s7b, ref s7c);
                }
            }

            end.KeepTwentyFour(s0a, s0b, s0c, places);
            end.KeepTwentyFour(s1a, s1b, s1c, Unsafe.Add(ref places, 1));
            end.KeepTwentyFour(s2a, s2b, s2c, Unsafe.Add(ref places, 2));
            end.KeepTwentyFour(s3a, s3b, s3c, Unsafe.Add(ref places, 3));
            end.KeepTwentyFour(s4a, s4b, s4c, Unsafe.Add(ref places, 4));
            end.KeepTwentyFour(s5a, s5b, s5c, Unsafe.Add(ref places, 5));
            end.KeepTwentyFour(s6a, s6b, s6c, Unsafe.Add(ref places, 6));
            end.KeepTwentyFour(s7a, s7b, s7c, Unsafe.Add(ref places, 7));
        }
    }

    // The order of columns within two vectors is that of the instruction; TermPairEnd undoes it.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<float> Low(ref float w) => Avx512F.UnpackLow(Vector512.LoadUnsafe(ref w), Vector512.LoadUnsafe(ref Unsafe.Add(ref w, Dense.PanelWidth)));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<float> High(ref float w) => Avx512F.UnpackHigh(Vector512.LoadUnsafe(ref w), Vector512.LoadUnsafe(ref Unsafe.Add(ref w, Dense.PanelWidth)));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<float> LastLow(ref float w) => Avx512F.UnpackLow(Vector512.LoadUnsafe(ref w), Vector512<float>.Zero);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<float> LastHigh(ref float w) => Avx512F.UnpackHigh(Vector512.LoadUnsafe(ref w), Vector512<float>.Zero);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Add(Vector512<float> x, Vector512<float> a, Vector512<float> b, ref Vector512<float> sumA, ref Vector512<float> sumB)
    {
        sumA = Avx512F.FusedMultiplyAdd(x, a, sumA);
        sumB = Avx512F.FusedMultiplyAdd(x, b, sumB);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Add(
        Vector512<float> x, Vector512<float> a, Vector512<float> b, Vector512<float> c, ref Vector512<float> sumA, ref Vector512<float> sumB, ref Vector512<float> sumC)
    {
        Add(x, a, b, ref sumA, ref sumB);
        sumC = Avx512F.FusedMultiplyAdd(x, c, sumC);
    }
}
#endif
