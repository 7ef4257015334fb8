#nullable enable
using System.Runtime.CompilerServices;

namespace RedGen.Runtime;

/// <summary>
/// Tiles of products two vectors wide that begin with the bias and go to the output from registers: for whole vectors of columns and
/// activations that are bounds. Where sums are short, the way over a buffer (<see cref="TileEnd"/>) takes as long as they do. Rows and segments as for
/// <see cref="PairTile"/>.
/// </summary>
internal static class DirectTile
{
    /// <summary>Whether it serves products of so many columns.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static bool Serves<TLanes, TActivation>(int columns)
        where TLanes : struct, ILanes<TLanes>
        where TActivation : struct, IActivation
    {
        if (!Bounds.Suffice<TActivation>()) return false;
#if NET8_0_OR_GREATER
        if (default(TLanes).Count == 16 && TermPairTile.Serves(columns)) return true;
#endif
        return columns == 2 * default(TLanes).Count;
    }

    /// <summary>The rows of a tile: 16 registers hold six, 32 hold more.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static int Rows<TLanes>()
        where TLanes : struct, ILanes<TLanes> => default(TLanes).Count == 16 ? 8 : 6;

    /// <summary>Whether tiles of so many columns are to be computed as the first of a process are, if there are so many terms in all of them.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static bool AreFirst<TLanes>(int columns, long terms)
        where TLanes : struct, ILanes<TLanes>
    {
#if NET8_0_OR_GREATER
        return default(TLanes).Count == 16 && TermPairTile.Serves(columns) && TermPairRow.AreFirst(terms);
#else
        return false;
#endif
    }

    /// <summary>Computes a tile; <paramref name="ahead"/>: <see cref="Prefetch.Distance"/>; <paramref name="isFirst"/>: <see cref="AreFirst"/>.</summary>
    /// <returns>Its rows.</returns>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static int Run<TLanes>(
        ref float x, ref int rows, ref int segments, int count, int length, ref float weights, nint second, int columns,
        ref float bias, ref float y, ref int places, ref float addend, bool hasAddend, Bounds bounds, nint ahead, bool isFirst)
        where TLanes : struct, ILanes<TLanes>
    {
#if NET8_0_OR_GREATER
        if (default(TLanes).Count == 16 && columns != 2 * default(TLanes).Count)
        {
            TermPairEnd end = new(ref bias, ref y, ref addend, hasAddend, bounds);
            if (isFirst) TermPairRow.Run(ref x, ref rows, ref segments, count, length, ref weights, second, columns == 24, ref places, end);
            else if (columns == 16) TermPairTile.EightBySixteen(ref x, ref rows, ref segments, count, length, ref weights, ref places, end);
            else TermPairTile.EightByTwentyFour(ref x, ref rows, ref segments, count, length, ref weights, second, ref places, end);
            return TermPairTile.Rows;
        }
#endif
        if (default(TLanes).Count == 16) EightByTwo<TLanes>(ref x, ref rows, ref segments, count, length, ref weights, second, ref bias, ref y, ref places, ref addend, hasAddend, bounds, ahead);
        else SixByTwo<TLanes>(ref x, ref rows, ref segments, count, length, ref weights, second, ref bias, ref y, ref places, ref addend, hasAddend, bounds, ahead);
        return Rows<TLanes>();
    }

    /// <summary>Eight rows by two vectors.</summary>
    [MethodImpl(Simd.Hot)]
    private static void EightByTwo<TLanes>(
        ref float x, ref int rows, ref int segments, int count, int length, ref float weights, nint second,
        ref float bias, ref float y, ref int places, ref float addend, bool hasAddend, Bounds bounds, nint ahead)
        where TLanes : struct, ILanes<TLanes>
    {
        unchecked
        {
            TLanes o = default;
            TLanes s0a = o.Load(ref bias, 0), s0b = o.Load(ref bias, o.Count);
            TLanes s1a = s0a, s1b = s0b, s2a = s0a, s2b = s0b, s3a = s0a, s3b = s0b, s4a = s0a, s4b = s0b, s5a = s0a, s5b = s0b, s6a = s0a, s6b = s0b, s7a = s0a, s7b = s0b;
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
                    TLanes a = o.Load(ref w, 0), b = o.Load(ref w, second);
                    Prefetch.Line(ref w, ahead);
                    Add(o.Fill(Unsafe.Add(ref x0, k)), a, b, ref s0a, ref s0b);
                    Add(o.Fill(Unsafe.Add(ref x1, k)), a, b, ref s1a, ref s1b);
                    Add(o.Fill(Unsafe.Add(ref x2, k)), a, b, ref s2a, ref s2b);
                    Add(o.Fill(Unsafe.Add(ref x3, k)), a, b, ref s3a, ref s3b);
                    Add(o.Fill(Unsafe.Add(ref x4, k)), a, b, ref s4a, ref s4b);
                    Add(o.Fill(Unsafe.Add(ref x5, k)), a, b, ref s5a, ref s5b);
                    Add(o.Fill(Unsafe.Add(ref x6, k)), a, b, ref s6a, ref s6b);
                    Add(o.Fill(Unsafe.Add(ref x7, k)), a, b, ref s7a, ref s7b);
                    w = ref Unsafe.Add(ref w, Dense.PanelWidth);
                }
            }

            if (hasAddend)
            {
                Add(ref addend, places, ref s0a, ref s0b);
                Add(ref addend, Unsafe.Add(ref places, 1), ref s1a, ref s1b);
                Add(ref addend, Unsafe.Add(ref places, 2), ref s2a, ref s2b);
                Add(ref addend, Unsafe.Add(ref places, 3), ref s3a, ref s3b);
                Add(ref addend, Unsafe.Add(ref places, 4), ref s4a, ref s4b);
                Add(ref addend, Unsafe.Add(ref places, 5), ref s5a, ref s5b);
                Add(ref addend, Unsafe.Add(ref places, 6), ref s6a, ref s6b);
                Add(ref addend, Unsafe.Add(ref places, 7), ref s7a, ref s7b);
            }

            // Bounds take the place of multiply-adds: none where there are none.
            if (bounds.Low > float.NegativeInfinity)
            {
                TLanes low = o.Fill(bounds.Low);
                AtLeast(low, ref s0a, ref s0b);
                AtLeast(low, ref s1a, ref s1b);
                AtLeast(low, ref s2a, ref s2b);
                AtLeast(low, ref s3a, ref s3b);
                AtLeast(low, ref s4a, ref s4b);
                AtLeast(low, ref s5a, ref s5b);
                AtLeast(low, ref s6a, ref s6b);
                AtLeast(low, ref s7a, ref s7b);
            }

            if (bounds.High < float.PositiveInfinity)
            {
                TLanes high = o.Fill(bounds.High);
                AtMost(high, ref s0a, ref s0b);
                AtMost(high, ref s1a, ref s1b);
                AtMost(high, ref s2a, ref s2b);
                AtMost(high, ref s3a, ref s3b);
                AtMost(high, ref s4a, ref s4b);
                AtMost(high, ref s5a, ref s5b);
                AtMost(high, ref s6a, ref s6b);
                AtMost(high, ref s7a, ref s7b);
            }

            Keep(s0a, s0b, ref y, places);
            Keep(s1a, s1b, ref y, Unsafe.Add(ref places, 1));
            Keep(s2a, s2b, ref y, Unsafe.Add(ref places, 2));
            Keep(s3a, s3b, ref y, Unsafe.Add(ref places, 3));
            Keep(s4a, s4b, ref y, Unsafe.Add(ref places, 4));
            Keep(s5a, s5b, ref y, Unsafe.Add(ref places, 5));
            Keep(s6a, s6b, ref y, Unsafe.Add(ref places, 6));
            Keep(s7a, s7b, ref y, Unsafe.Add(ref places, 7));
        }
    }

    /// <summary>Six rows by two vectors.</summary>
    [MethodImpl(Simd.Hot)]
    private static void SixByTwo<TLanes>(
        ref float x, ref int rows, ref int segments, int count, int length, ref float weights, nint second,
        ref float bias, ref float y, ref int places, ref float addend, bool hasAddend, Bounds bounds, nint ahead)
        where TLanes : struct, ILanes<TLanes>
    {
        unchecked
        {
            TLanes o = default;
            TLanes s0a = o.Load(ref bias, 0), s0b = o.Load(ref bias, o.Count);
            TLanes s1a = s0a, s1b = s0b, s2a = s0a, s2b = s0b, s3a = s0a, s3b = s0b, s4a = s0a, s4b = s0b, s5a = s0a, s5b = s0b;
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
                    TLanes a = o.Load(ref w, 0), b = o.Load(ref w, second);
                    Prefetch.Line(ref w, ahead);
                    Add(o.Fill(Unsafe.Add(ref x0, k)), a, b, ref s0a, ref s0b);
                    Add(o.Fill(Unsafe.Add(ref x1, k)), a, b, ref s1a, ref s1b);
                    Add(o.Fill(Unsafe.Add(ref x2, k)), a, b, ref s2a, ref s2b);
                    Add(o.Fill(Unsafe.Add(ref x3, k)), a, b, ref s3a, ref s3b);
                    Add(o.Fill(Unsafe.Add(ref x4, k)), a, b, ref s4a, ref s4b);
                    Add(o.Fill(Unsafe.Add(ref x5, k)), a, b, ref s5a, ref s5b);
                    w = ref Unsafe.Add(ref w, Dense.PanelWidth);
                }
            }

            if (hasAddend)
            {
                Add(ref addend, places, ref s0a, ref s0b);
                Add(ref addend, Unsafe.Add(ref places, 1), ref s1a, ref s1b);
                Add(ref addend, Unsafe.Add(ref places, 2), ref s2a, ref s2b);
                Add(ref addend, Unsafe.Add(ref places, 3), ref s3a, ref s3b);
                Add(ref addend, Unsafe.Add(ref places, 4), ref s4a, ref s4b);
                Add(ref addend, Unsafe.Add(ref places, 5), ref s5a, ref s5b);
            }

            // Bounds take the place of multiply-adds: none where there are none.
            if (bounds.Low > float.NegativeInfinity)
            {
                TLanes low = o.Fill(bounds.Low);
                AtLeast(low, ref s0a, ref s0b);
                AtLeast(low, ref s1a, ref s1b);
                AtLeast(low, ref s2a, ref s2b);
                AtLeast(low, ref s3a, ref s3b);
                AtLeast(low, ref s4a, ref s4b);
                AtLeast(low, ref s5a, ref s5b);
            }

            if (bounds.High < float.PositiveInfinity)
            {
                TLanes high = o.Fill(bounds.High);
                AtMost(high, ref s0a, ref s0b);
                AtMost(high, ref s1a, ref s1b);
                AtMost(high, ref s2a, ref s2b);
                AtMost(high, ref s3a, ref s3b);
                AtMost(high, ref s4a, ref s4b);
                AtMost(high, ref s5a, ref s5b);
            }

            Keep(s0a, s0b, ref y, places);
            Keep(s1a, s1b, ref y, Unsafe.Add(ref places, 1));
            Keep(s2a, s2b, ref y, Unsafe.Add(ref places, 2));
            Keep(s3a, s3b, ref y, Unsafe.Add(ref places, 3));
            Keep(s4a, s4b, ref y, Unsafe.Add(ref places, 4));
            Keep(s5a, s5b, ref y, Unsafe.Add(ref places, 5));
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Add<TLanes>(TLanes x, TLanes a, TLanes b, ref TLanes sumA, ref TLanes sumB)
        where TLanes : struct, ILanes<TLanes>
    {
        TLanes o = default;
        o.Accumulate(ref sumA, x, a);
        o.Accumulate(ref sumB, x, b);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Add<TLanes>(ref float addend, nint place, ref TLanes a, ref TLanes b)
        where TLanes : struct, ILanes<TLanes>
    {
        TLanes o = default;
        a = o.Add(a, o.Load(ref addend, place));
        b = o.Add(b, o.Load(ref addend, unchecked(place + o.Count)));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void AtLeast<TLanes>(TLanes low, ref TLanes a, ref TLanes b)
        where TLanes : struct, ILanes<TLanes>
    {
        a = default(TLanes).AtLeast(a, low);
        b = default(TLanes).AtLeast(b, low);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void AtMost<TLanes>(TLanes high, ref TLanes a, ref TLanes b)
        where TLanes : struct, ILanes<TLanes>
    {
        a = default(TLanes).AtMost(a, high);
        b = default(TLanes).AtMost(b, high);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Keep<TLanes>(TLanes a, TLanes b, ref float y, nint place)
        where TLanes : struct, ILanes<TLanes>
    {
        TLanes o = default;
        o.Store(a, ref y, place);
        o.Store(b, ref y, unchecked(place + o.Count));
    }
}
