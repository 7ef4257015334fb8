#nullable enable
using System.Runtime.CompilerServices;

namespace RedGen.Runtime;

/// <summary>
/// <see cref="PairTile"/> for a single vector: more rows hide the latency of the sums.
/// </summary>
internal static class SingleTile
{
    /// <summary>Rows of the tallest tile; tables of rows are filled up this far.</summary>
    internal const int MostRows = 12;

    /// <summary>Twelve rows by one vector.</summary>
    [MethodImpl(Simd.Hot)]
    internal static void TwelveByOne<TLanes>(
        ref float x, ref int rows, ref int segments, int count, int length, ref float weights, ref float sums, nint sumRow)
        where TLanes : struct, ILanes<TLanes>
    {
        unchecked
        {
            TLanes o = default;
            TLanes s0a = default, s1a = default, s2a = default, s3a = default, s4a = default, s5a = default, s6a = default, s7a = default;
            TLanes s8a = default, s9a = default, s10a = default, s11a = default;
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
                nint end = k + length;
                for (; k < end; k++)
                {
                    TLanes a = o.Load(ref w, 0);
                    TLanes v = o.Fill(Unsafe.Add(ref x0, k));
                    o.Accumulate(ref s0a, v, a);
                    v = o.Fill(Unsafe.Add(ref x1, k));
                    o.Accumulate(ref s1a, v, a);
                    v = o.Fill(Unsafe.Add(ref x2, k));
                    o.Accumulate(ref s2a, v, a);
                    v = o.Fill(Unsafe.Add(ref x3, k));
                    o.Accumulate(ref s3a, v, a);
                    v = o.Fill(Unsafe.Add(ref x4, k));
                    o.Accumulate(ref s4a, v, a);
                    v = o.Fill(Unsafe.Add(ref x5, k));
                    o.Accumulate(ref s5a, v, a);
                    v = o.Fill(Unsafe.Add(ref x6, k));
                    o.Accumulate(ref s6a, v, a);
                    v = o.Fill(Unsafe.Add(ref x7, k));
                    o.Accumulate(ref s7a, v, a);
                    v = o.Fill(Unsafe.Add(ref x8, k));
                    o.Accumulate(ref s8a, v, a);
                    v = o.Fill(Unsafe.Add(ref x9, k));
                    o.Accumulate(ref s9a, v, a);
                    v = o.Fill(Unsafe.Add(ref x10, k));
                    o.Accumulate(ref s10a, v, a);
                    v = o.Fill(Unsafe.Add(ref x11, k));
                    o.Accumulate(ref s11a, v, a);
                    w = ref Unsafe.Add(ref w, Dense.PanelWidth);
                }
            }

            o.Store(s0a, ref sums, 0);
            o.Store(s1a, ref sums, sumRow);
            o.Store(s2a, ref sums, 2 * sumRow);
            o.Store(s3a, ref sums, 3 * sumRow);
            o.Store(s4a, ref sums, 4 * sumRow);
            o.Store(s5a, ref sums, 5 * sumRow);
            o.Store(s6a, ref sums, 6 * sumRow);
            o.Store(s7a, ref sums, 7 * sumRow);
            o.Store(s8a, ref sums, 8 * sumRow);
            o.Store(s9a, ref sums, 9 * sumRow);
            o.Store(s10a, ref sums, 10 * sumRow);
            o.Store(s11a, ref sums, 11 * sumRow);
        }
    }

    /// <summary>Eight rows by one vector.</summary>
    [MethodImpl(Simd.Hot)]
    internal static void EightByOne<TLanes>(
        ref float x, ref int rows, ref int segments, int count, int length, ref float weights, ref float sums, nint sumRow)
        where TLanes : struct, ILanes<TLanes>
    {
        unchecked
        {
            TLanes o = default;
            TLanes s0a = default, s1a = default, s2a = default, s3a = default, s4a = default, s5a = default, s6a = default, s7a = default;
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
                    TLanes v = o.Fill(Unsafe.Add(ref x0, k));
                    o.Accumulate(ref s0a, v, a);
                    v = o.Fill(Unsafe.Add(ref x1, k));
                    o.Accumulate(ref s1a, v, a);
                    v = o.Fill(Unsafe.Add(ref x2, k));
                    o.Accumulate(ref s2a, v, a);
                    v = o.Fill(Unsafe.Add(ref x3, k));
                    o.Accumulate(ref s3a, v, a);
                    v = o.Fill(Unsafe.Add(ref x4, k));
                    o.Accumulate(ref s4a, v, a);
                    v = o.Fill(Unsafe.Add(ref x5, k));
                    o.Accumulate(ref s5a, v, a);
                    v = o.Fill(Unsafe.Add(ref x6, k));
                    o.Accumulate(ref s6a, v, a);
                    v = o.Fill(Unsafe.Add(ref x7, k));
                    o.Accumulate(ref s7a, v, a);
                    w = ref Unsafe.Add(ref w, Dense.PanelWidth);
                }
            }

            o.Store(s0a, ref sums, 0);
            o.Store(s1a, ref sums, sumRow);
            o.Store(s2a, ref sums, 2 * sumRow);
            o.Store(s3a, ref sums, 3 * sumRow);
            o.Store(s4a, ref sums, 4 * sumRow);
            o.Store(s5a, ref sums, 5 * sumRow);
            o.Store(s6a, ref sums, 6 * sumRow);
            o.Store(s7a, ref sums, 7 * sumRow);
        }
    }

    /// <summary>Four rows by one vector.</summary>
    [MethodImpl(Simd.Hot)]
    internal static void FourByOne<TLanes>(
        ref float x, ref int rows, ref int segments, int count, int length, ref float weights, ref float sums, nint sumRow)
        where TLanes : struct, ILanes<TLanes>
    {
        unchecked
        {
            TLanes o = default;
            TLanes s0a = default, s1a = default, s2a = default, s3a = default;
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
                    TLanes v = o.Fill(Unsafe.Add(ref x0, k));
                    o.Accumulate(ref s0a, v, a);
                    v = o.Fill(Unsafe.Add(ref x1, k));
                    o.Accumulate(ref s1a, v, a);
                    v = o.Fill(Unsafe.Add(ref x2, k));
                    o.Accumulate(ref s2a, v, a);
                    v = o.Fill(Unsafe.Add(ref x3, k));
                    o.Accumulate(ref s3a, v, a);
                    w = ref Unsafe.Add(ref w, Dense.PanelWidth);
                }
            }

            o.Store(s0a, ref sums, 0);
            o.Store(s1a, ref sums, sumRow);
            o.Store(s2a, ref sums, 2 * sumRow);
            o.Store(s3a, ref sums, 3 * sumRow);
        }
    }

    /// <summary>One row by one vector.</summary>
    [MethodImpl(Simd.Hot)]
    internal static void OneByOne<TLanes>(
        ref float x, ref int rows, ref int segments, int count, int length, ref float weights, ref float sums)
        where TLanes : struct, ILanes<TLanes>
    {
        unchecked
        {
            TLanes o = default;
            TLanes s0a = default;
            ref float x0 = ref Unsafe.Add(ref x, rows);
            for (nint s = 0; s < count; s++)
            {
                ref float w = ref Unsafe.Add(ref weights, Unsafe.Add(ref segments, (2 * s) + 1));
                nint k = Unsafe.Add(ref segments, 2 * s);
                nint end = k + length;
                for (; k < end; k++)
                {
                    TLanes a = o.Load(ref w, 0);
                    TLanes v = o.Fill(Unsafe.Add(ref x0, k));
                    o.Accumulate(ref s0a, v, a);
                    w = ref Unsafe.Add(ref w, Dense.PanelWidth);
                }
            }

            o.Store(s0a, ref sums, 0);
        }
    }
}
