#nullable enable
using System.Runtime.CompilerServices;

namespace RedGen.Runtime;

/// <summary>
/// The micro-kernels of products two vectors wide: sums[r × sumRow + v × sumSecond] = Σ over segments s, then over i below the length, of
/// x[rows(r) + from(s) + i] × weights[at(s) + 16·i + v's place]. Rows and segments come as tables, so that one kernel serves matrices
/// (one segment) and convolutions of any shape (a segment is a run of neighbouring channels); a segment is a pair (from, at). Weights so far <c>ahead</c> are fetched
/// into the cache (<see cref="Prefetch.Distance"/>).
/// </summary>
internal static class PairTile
{
    /// <summary>Eight rows by two vectors.</summary>
    [MethodImpl(Simd.Hot)]
    internal static void EightByTwo<TLanes>(
        ref float x, ref int rows, ref int segments, int count, int length, ref float weights, nint second,
        ref float sums, nint sumRow, nint sumSecond, nint ahead)
        where TLanes : struct, ILanes<TLanes>
    {
        unchecked
        {
            TLanes o = default;
            TLanes s0a = default, s0b = default, s1a = default, s1b = default, s2a = default, s2b = default, s3a = default, s3b = default;
            TLanes s4a = default, s4b = default, s5a = default, s5b = default, s6a = default, s6b = default, s7a = default, s7b = default;
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
                nint end = k + length;
                for (; k < end; k++)
                {
                    TLanes a = o.Load(ref w, 0);
                    TLanes b = o.Load(ref w, second);
                    Prefetch.Line(ref w, ahead);
                    TLanes v = o.Fill(Unsafe.Add(ref x0, k));
                    o.Accumulate(ref s0a, v, a);
                    o.Accumulate(ref s0b, v, b);
                    v = o.Fill(Unsafe.Add(ref x1, k));
                    o.Accumulate(ref s1a, v, a);
                    o.Accumulate(ref s1b, v, b);
                    v = o.Fill(Unsafe.Add(ref x2, k));
                    o.Accumulate(ref s2a, v, a);
                    o.Accumulate(ref s2b, v, b);
                    v = o.Fill(Unsafe.Add(ref x3, k));
                    o.Accumulate(ref s3a, v, a);
                    o.Accumulate(ref s3b, v, b);
                    v = o.Fill(Unsafe.Add(ref x4, k));
                    o.Accumulate(ref s4a, v, a);
                    o.Accumulate(ref s4b, v, b);
                    v = o.Fill(Unsafe.Add(ref x5, k));
                    o.Accumulate(ref s5a, v, a);
                    o.Accumulate(ref s5b, v, b);
                    v = o.Fill(Unsafe.Add(ref x6, k));
                    o.Accumulate(ref s6a, v, a);
                    o.Accumulate(ref s6b, v, b);
                    v = o.Fill(Unsafe.Add(ref x7, k));
                    o.Accumulate(ref s7a, v, a);
                    o.Accumulate(ref s7b, v, b);
                    w = ref Unsafe.Add(ref w, Dense.PanelWidth);
                }
            }

            Keep(s0a, s0b, ref sums, 0, sumSecond);
            Keep(s1a, s1b, ref sums, sumRow, sumSecond);
            Keep(s2a, s2b, ref sums, 2 * sumRow, sumSecond);
            Keep(s3a, s3b, ref sums, 3 * sumRow, sumSecond);
            Keep(s4a, s4b, ref sums, 4 * sumRow, sumSecond);
            Keep(s5a, s5b, ref sums, 5 * sumRow, sumSecond);
            Keep(s6a, s6b, ref sums, 6 * sumRow, sumSecond);
            Keep(s7a, s7b, ref sums, 7 * sumRow, sumSecond);
        }
    }

    /// <summary>Six rows by two vectors.</summary>
    [MethodImpl(Simd.Hot)]
    internal static void SixByTwo<TLanes>(
        ref float x, ref int rows, ref int segments, int count, int length, ref float weights, nint second,
        ref float sums, nint sumRow, nint sumSecond, nint ahead)
        where TLanes : struct, ILanes<TLanes>
    {
        unchecked
        {
            TLanes o = default;
            TLanes s0a = default, s0b = default, s1a = default, s1b = default, s2a = default, s2b = default, s3a = default, s3b = default;
            TLanes s4a = default, s4b = default, s5a = default, s5b = default;
            ref float x0 = ref Unsafe.Add(ref x, rows);
            ref float x1 = ref Unsafe.Add(ref x, Unsafe.Add(ref rows, 1));
            ref float x2 = ref Unsafe.Add(ref x, Unsafe.Add(ref rows, 2));
            ref float x3 = ref Unsafe.Add(ref x, Unsafe.Add(ref rows, 3));
            ref float x4 = ref Unsafe.Add(ref x, Unsafe.Add(ref rows, 4));
            ref float x5 = ref Unsafe.Add(ref x, Unsafe.Add(ref rows, 5));
            for (nint s = 0; s < count; s++)
            {
                ref float w = ref Unsafe.Add(ref weights, Unsafe.Add(ref segments, (2 * s) + 1));
                nint k = Unsafe.Add(ref segments, 2 * s);
                nint end = k + length;
                for (; k < end; k++)
                {
                    TLanes a = o.Load(ref w, 0);
                    TLanes b = o.Load(ref w, second);
                    Prefetch.Line(ref w, ahead);
                    TLanes v = o.Fill(Unsafe.Add(ref x0, k));
                    o.Accumulate(ref s0a, v, a);
                    o.Accumulate(ref s0b, v, b);
                    v = o.Fill(Unsafe.Add(ref x1, k));
                    o.Accumulate(ref s1a, v, a);
                    o.Accumulate(ref s1b, v, b);
                    v = o.Fill(Unsafe.Add(ref x2, k));
                    o.Accumulate(ref s2a, v, a);
                    o.Accumulate(ref s2b, v, b);
                    v = o.Fill(Unsafe.Add(ref x3, k));
                    o.Accumulate(ref s3a, v, a);
                    o.Accumulate(ref s3b, v, b);
                    v = o.Fill(Unsafe.Add(ref x4, k));
                    o.Accumulate(ref s4a, v, a);
                    o.Accumulate(ref s4b, v, b);
                    v = o.Fill(Unsafe.Add(ref x5, k));
                    o.Accumulate(ref s5a, v, a);
                    o.Accumulate(ref s5b, v, b);
                    w = ref Unsafe.Add(ref w, Dense.PanelWidth);
                }
            }

            Keep(s0a, s0b, ref sums, 0, sumSecond);
            Keep(s1a, s1b, ref sums, sumRow, sumSecond);
            Keep(s2a, s2b, ref sums, 2 * sumRow, sumSecond);
            Keep(s3a, s3b, ref sums, 3 * sumRow, sumSecond);
            Keep(s4a, s4b, ref sums, 4 * sumRow, sumSecond);
            Keep(s5a, s5b, ref sums, 5 * sumRow, sumSecond);
        }
    }

    /// <summary>Four rows by two vectors.</summary>
    [MethodImpl(Simd.Hot)]
    internal static void FourByTwo<TLanes>(
        ref float x, ref int rows, ref int segments, int count, int length, ref float weights, nint second,
        ref float sums, nint sumRow, nint sumSecond, nint ahead)
        where TLanes : struct, ILanes<TLanes>
    {
        unchecked
        {
            TLanes o = default;
            TLanes s0a = default, s0b = default, s1a = default, s1b = default, s2a = default, s2b = default, s3a = default, s3b = default;
            ref float x0 = ref Unsafe.Add(ref x, rows);
            ref float x1 = ref Unsafe.Add(ref x, Unsafe.Add(ref rows, 1));
            ref float x2 = ref Unsafe.Add(ref x, Unsafe.Add(ref rows, 2));
            ref float x3 = ref Unsafe.Add(ref x, Unsafe.Add(ref rows, 3));
            for (nint s = 0; s < count; s++)
            {
                ref float w = ref Unsafe.Add(ref weights, Unsafe.Add(ref segments, (2 * s) + 1));
                nint k = Unsafe.Add(ref segments, 2 * s);
                nint end = k + length;
                for (; k < end; k++)
                {
                    TLanes a = o.Load(ref w, 0);
                    TLanes b = o.Load(ref w, second);
                    Prefetch.Line(ref w, ahead);
                    if (o.Count == Dense.PanelWidth) Prefetch.Line(ref w, ahead + second);
                    TLanes v = o.Fill(Unsafe.Add(ref x0, k));
                    o.Accumulate(ref s0a, v, a);
                    o.Accumulate(ref s0b, v, b);
                    v = o.Fill(Unsafe.Add(ref x1, k));
                    o.Accumulate(ref s1a, v, a);
                    o.Accumulate(ref s1b, v, b);
                    v = o.Fill(Unsafe.Add(ref x2, k));
                    o.Accumulate(ref s2a, v, a);
                    o.Accumulate(ref s2b, v, b);
                    v = o.Fill(Unsafe.Add(ref x3, k));
                    o.Accumulate(ref s3a, v, a);
                    o.Accumulate(ref s3b, v, b);
                    w = ref Unsafe.Add(ref w, Dense.PanelWidth);
                }
            }

            Keep(s0a, s0b, ref sums, 0, sumSecond);
            Keep(s1a, s1b, ref sums, sumRow, sumSecond);
            Keep(s2a, s2b, ref sums, 2 * sumRow, sumSecond);
            Keep(s3a, s3b, ref sums, 3 * sumRow, sumSecond);
        }
    }

    /// <summary>One row by two vectors.</summary>
    [MethodImpl(Simd.Hot)]
    internal static void OneByTwo<TLanes>(
        ref float x, ref int rows, ref int segments, int count, int length, ref float weights, nint second,
        ref float sums, nint sumRow, nint sumSecond)
        where TLanes : struct, ILanes<TLanes>
    {
        unchecked
        {
            TLanes o = default;
            TLanes s0a = default, s0b = default;
            ref float x0 = ref Unsafe.Add(ref x, rows);
            for (nint s = 0; s < count; s++)
            {
                ref float w = ref Unsafe.Add(ref weights, Unsafe.Add(ref segments, (2 * s) + 1));
                nint k = Unsafe.Add(ref segments, 2 * s);
                nint end = k + length;
                for (; k < end; k++)
                {
                    TLanes a = o.Load(ref w, 0);
                    TLanes b = o.Load(ref w, second);
                    TLanes v = o.Fill(Unsafe.Add(ref x0, k));
                    o.Accumulate(ref s0a, v, a);
                    o.Accumulate(ref s0b, v, b);
                    w = ref Unsafe.Add(ref w, Dense.PanelWidth);
                }
            }

            Keep(s0a, s0b, ref sums, 0, sumSecond);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Keep<TLanes>(TLanes a, TLanes b, ref float sums, nint at, nint second)
        where TLanes : struct, ILanes<TLanes>
    {
        TLanes o = default;
        o.Store(a, ref sums, at);
        o.Store(b, ref sums, unchecked(at + second));
    }
}
