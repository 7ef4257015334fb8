#nullable enable
#if NET8_0_OR_GREATER
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace RedGen.Runtime;

/// <summary>
/// <see cref="SingleTile"/> for at most eight columns and vectors of sixteen: two terms of the sum side by side, column by column, and
/// added at the end.
/// </summary>
internal static class NarrowTile
{
    /// <summary>Columns, at most.</summary>
    internal const int Columns = 8;

    /// <summary>Twelve rows.</summary>
    [MethodImpl(Simd.Hot)]
    internal static void Twelve(ref float x, ref int rows, ref int segments, int count, int length, ref float weights, ref float sums)
    {
        unchecked
        {
            Vector512<float> s0 = default, s1 = default, s2 = default, s3 = default, s4 = default, s5 = default;
            Vector512<float> s6 = default, s7 = default, s8 = default, s9 = default, s10 = default, s11 = default;
            ref float x0 = ref Unsafe.Add(ref x, rows);
            ref float x1 = ref Unsafe.Add(ref x, Unsafe.Add(ref rows, 1));
            ref float x2 = ref Unsafe.Add(ref x, Unsafe.Add(ref rows, 2));
            ref float x3 = ref Unsafe.Add(ref x, Unsafe.Add(ref rows, 3));
            ref float x4 = ref Unsafe.Add(ref x, Unsafe.Add(ref rows, 4));
            ref float x5 = ref Unsafe.Add(ref x, Unsafe.Add(ref rows, 5));
            ref float x6 = ref Unsafe.Add(ref x, Unsafe.Add(ref rows, 6));
            ref float x7 = ref Unsafe.Add(ref x, Unsafe.Add(ref rows, 7));
            ref float x8 = ref Unsafe.Add(ref x, Unsafe.Add(ref rows, 8));
            ref float x9 = ref Unsafe.Add(ref x, Unsafe.Add(ref rows, 9));
            ref float x10 = ref Unsafe.Add(ref x, Unsafe.Add(ref rows, 10));
            ref float x11 = ref Unsafe.Add(ref x, Unsafe.Add(ref rows, 11));
            for (nint s = 0; s < count; s++)
            {
                ref float w = ref Unsafe.Add(ref weights, Unsafe.Add(ref segments, (2 * s) + 1));
                nint k = Unsafe.Add(ref segments, 2 * s);
                nint end = k + length - 1;
                for (; k < end; k += 2)
                {
                    Vector512<float> v = Weights(ref w);
                    s0 = Avx512F.FusedMultiplyAdd(Two(ref x0, k), v, s0);
                    s1 = Avx512F.FusedMultiplyAdd(Two(ref x1, k), v, s1);
                    s2 = Avx512F.FusedMultiplyAdd(Two(ref x2, k), v, s2);
                    s3 = Avx512F.FusedMultiplyAdd(Two(ref x3, k), v, s3);
                    s4 = Avx512F.FusedMultiplyAdd(Two(ref x4, k), v, s4);
                    s5 = Avx512F.FusedMultiplyAdd(Two(ref x5, k), v, s5);
                    s6 = Avx512F.FusedMultiplyAdd(Two(ref x6, k), v, s6);
                    s7 = Avx512F.FusedMultiplyAdd(Two(ref x7, k), v, s7);
                    s8 = Avx512F.FusedMultiplyAdd(Two(ref x8, k), v, s8);
                    s9 = Avx512F.FusedMultiplyAdd(Two(ref x9, k), v, s9);
                    s10 = Avx512F.FusedMultiplyAdd(Two(ref x10, k), v, s10);
                    s11 = Avx512F.FusedMultiplyAdd(Two(ref x11, k), v, s11);
                    w = ref Unsafe.Add(ref w, 2 * Dense.PanelWidth);
                }

                if (k == end)
                {
                    Vector512<float> v = LastWeights(ref w);
                    s0 = Avx512F.FusedMultiplyAdd(One(ref x0, k), v, s0);
                    s1 = Avx512F.FusedMultiplyAdd(One(ref x1, k), v, s1);
                    s2 = Avx512F.FusedMultiplyAdd(One(ref x2, k), v, s2);
                    s3 = Avx512F.FusedMultiplyAdd(One(ref x3, k), v, s3);
                    s4 = Avx512F.FusedMultiplyAdd(One(ref x4, k), v, s4);
                    s5 = Avx512F.FusedMultiplyAdd(One(ref x5, k), v, s5);
                    s6 = Avx512F.FusedMultiplyAdd(One(ref x6, k), v, s6);
                    s7 = Avx512F.FusedMultiplyAdd(One(ref x7, k), v, s7);
                    s8 = Avx512F.FusedMultiplyAdd(One(ref x8, k), v, s8);
                    s9 = Avx512F.FusedMultiplyAdd(One(ref x9, k), v, s9);
                    s10 = Avx512F.FusedMultiplyAdd(One(ref x10, k), v, s10);
                    s11 = Avx512F.FusedMultiplyAdd(One(ref x11, k), v, s11);
                }
            }

            Keep(s0, ref sums, 0);
            Keep(s1, ref sums, 1);
            Keep(s2, ref sums, 2);
            Keep(s3, ref sums, 3);
            Keep(s4, ref sums, 4);
            Keep(s5, ref sums, 5);
            Keep(s6, ref sums, 6);
            Keep(s7, ref sums, 7);
            Keep(s8, ref sums, 8);
            Keep(s9, ref sums, 9);
            Keep(s10, ref sums, 10);
            Keep(s11, ref sums, 11);
        }
    }

    /// <summary>Four rows.</summary>
    [MethodImpl(Simd.Hot)]
    internal static void Four(ref float x, ref int rows, ref int segments, int count, int length, ref float weights, ref float sums)
    {
        unchecked
        {
            Vector512<float> s0 = default, s1 = default, s2 = default, s3 = default;
            ref float x0 = ref Unsafe.Add(ref x, rows);
            ref float x1 = ref Unsafe.Add(ref x, Unsafe.Add(ref rows, 1));
            ref float x2 = ref Unsafe.Add(ref x, Unsafe.Add(ref rows, 2));
            ref float x3 = ref Unsafe.Add(ref x, Unsafe.Add(ref rows, 3));
            for (nint s = 0; s < count; s++)
            {
                ref float w = ref Unsafe.Add(ref weights, Unsafe.Add(ref segments, (2 * s) + 1));
                nint k = Unsafe.Add(ref segments, 2 * s);
                nint end = k + length - 1;
                for (; k < end; k += 2)
                {
                    Vector512<float> v = Weights(ref w);
                    s0 = Avx512F.FusedMultiplyAdd(Two(ref x0, k), v, s0);
                    s1 = Avx512F.FusedMultiplyAdd(Two(ref x1, k), v, s1);
                    s2 = Avx512F.FusedMultiplyAdd(Two(ref x2, k), v, s2);
                    s3 = Avx512F.FusedMultiplyAdd(Two(ref x3, k), v, s3);
                    w = ref Unsafe.Add(ref w, 2 * Dense.PanelWidth);
                }

                if (k == end)
                {
                    Vector512<float> v = LastWeights(ref w);
                    s0 = Avx512F.FusedMultiplyAdd(One(ref x0, k), v, s0);
                    s1 = Avx512F.FusedMultiplyAdd(One(ref x1, k), v, s1);
                    s2 = Avx512F.FusedMultiplyAdd(One(ref x2, k), v, s2);
                    s3 = Avx512F.FusedMultiplyAdd(One(ref x3, k), v, s3);
                }
            }

            Keep(s0, ref sums, 0);
            Keep(s1, ref sums, 1);
            Keep(s2, ref sums, 2);
            Keep(s3, ref sums, 3);
        }
    }

    /// <summary>Two neighbouring elements of a row, in all pairs of lanes: one instruction. (Of doubles only the shortest vector is named: the longer ones take 0.3 ms to load.)</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static Vector512<float> Two(ref float origin, nint offset) => Avx512DQ.BroadcastPairScalarToVector512(
        Vector128.CreateScalarUnsafe(Unsafe.ReadUnaligned<double>(ref Unsafe.As<float, byte>(ref Unsafe.Add(ref origin, offset)))).AsSingle());

    /// <summary>One element of a row in the even lanes and zeros in the odd ones, whose weights are zero: infinity times zero would be NaN.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static Vector512<float> One(ref float origin, nint offset) =>
        Avx512DQ.BroadcastPairScalarToVector512(Vector128.CreateScalar(Unsafe.Add(ref origin, offset)));

    /// <summary>Eight weights of two terms: of either the first, of either the second, and so on.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static Vector512<float> Weights(ref float w) => Avx512F.PermuteVar16x32x2(
        Vector512.LoadUnsafe(ref w), Pairs, Vector512.LoadUnsafe(ref Unsafe.Add(ref w, Dense.PanelWidth)));

    /// <summary>Eight weights of one term, each beside a zero.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static Vector512<float> LastWeights(ref float w) =>
        Avx512F.PermuteVar16x32x2(Vector512.LoadUnsafe(ref w), Pairs, Vector512<float>.Zero);

    private static Vector512<int> Pairs
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => Vector512.Create(0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21, 6, 22, 7, 23);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Keep(Vector512<float> sum, ref float sums, nint row)
    {
        Vector512<float> even = Avx512F.PermuteVar16x32(sum, Vector512.Create(0, 2, 4, 6, 8, 10, 12, 14, 0, 2, 4, 6, 8, 10, 12, 14));
        Vector512<float> odd = Avx512F.PermuteVar16x32(sum, Vector512.Create(1, 3, 5, 7, 9, 11, 13, 15, 1, 3, 5, 7, 9, 11, 13, 15));
        (even + odd).StoreUnsafe(ref Unsafe.Add(ref sums, unchecked(row * 16)));
    }
}
#endif
