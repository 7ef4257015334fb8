#nullable enable
#if NET8_0_OR_GREATER
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace RedGen.Runtime;

/// <summary>
/// What <see cref="TermPairTile"/> computes, row by row, for the first tiles of a process: even and odd terms in vectors of their own instead of alternate
/// lanes, so the same sums in the same order and the same bits. It names no vector of doubles, whose types take the runtime 0.3 ms before a first result.
/// </summary>
internal static class TermPairRow
{
    /// <summary>To add up so many terms takes half as long as to load the types.</summary>
    internal const long Limit = 1 << 18;

    /// <summary>How many there were, up to the limit or a little more.</summary>
    internal static long Terms;

    /// <summary>Whether rows with so many terms in all, to be computed now, are among the first. Threads may lose some terms; that only makes some more.</summary>
    internal static bool AreFirst(long terms)
    {
        if (Terms >= Limit || !RuntimeFeature.IsDynamicCodeCompiled) return false;
        Terms = FirstCalls.AreSkipped ? Limit : unchecked(Terms + terms);
        return Terms < Limit;
    }

    /// <summary>The rows of a tile, of 16 columns or of 24, the last eight of which come from the panel that is <paramref name="second"/> behind.</summary>
    [MethodImpl(Simd.Hot)]
    internal static void Run(
        ref float x, ref int rows, ref int segments, int count, int length, ref float weights, nint second, bool hasSecond, ref int places, in TermPairEnd end)
    {
        unchecked
        {
            for (nint row = 0; row < TermPairTile.Rows; row++)
            {
                Vector512<float> even = default, odd = default;
                Vector256<float> secondEven = default, secondOdd = default;
                ref float terms = ref Unsafe.Add(ref x, Unsafe.Add(ref rows, row));
                for (nint s = 0; s < count; s++)
                {
                    ref float w = ref Unsafe.Add(ref weights, Unsafe.Add(ref segments, (2 * s) + 1));
                    nint first = Unsafe.Add(ref segments, 2 * s);
                    for (nint k = 0; k < length; k++)
                    {
                        float term = Unsafe.Add(ref terms, first + k);
                        if ((k & 1) == 0) even = Avx512F.FusedMultiplyAdd(Vector512.Create(term), Vector512.LoadUnsafe(ref w), even);
                        else odd = Avx512F.FusedMultiplyAdd(Vector512.Create(term), Vector512.LoadUnsafe(ref w), odd);
                        if (hasSecond)
                        {
                            Vector256<float> v = Vector256.LoadUnsafe(ref Unsafe.Add(ref w, second));
                            if ((k & 1) == 0) secondEven = Fma.MultiplyAdd(Vector256.Create(term), v, secondEven);
                            else secondOdd = Fma.MultiplyAdd(Vector256.Create(term), v, secondOdd);
                        }

                        w = ref Unsafe.Add(ref w, Dense.PanelWidth);
                    }
                }

                nint place = Unsafe.Add(ref places, row);
                end.Keep(even + odd, place);
                if (hasSecond) end.KeepSecond(secondEven + secondOdd, place);
            }
        }
    }
}
#endif
