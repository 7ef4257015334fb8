#nullable enable
using System;
using System.Runtime.CompilerServices;

namespace RedGen.Runtime;

/// <summary>
/// Small products of matrices where they stand: C[r, n] = factor[r] · Σ over k of A[r, k] × B[k, n], each with its own distances.
/// Rows of B are read in whole vectors, so that they need room up to a multiple of the vector's length.
/// </summary>
internal struct StridedProduct
{
    /// <summary>Floats of a tile.</summary>
    public const int SpareLength = 128;

    /// <summary>Rows of a tile of two vectors.</summary>
    private const int PairRows = 4;

    /// <summary>Rows of a tile of one vector: fewer could not hide the latency of the sums.</summary>
    private const int SingleRows = 8;

    /// <summary>Rows of A and C.</summary>
    public int Rows { readonly get; set; }

    /// <summary>Columns of A, rows of B.</summary>
    public int Depth { readonly get; set; }

    /// <summary>Columns of B and C.</summary>
    public int Columns { readonly get; set; }

    /// <summary>The distance of A's rows.</summary>
    public nint RowsOfA { readonly get; set; }

    /// <summary>The distance of A's columns.</summary>
    public nint ColumnsOfA { readonly get; set; }

    /// <summary>The distance of B's rows.</summary>
    public nint RowsOfB { readonly get; set; }

    /// <summary>The distance of C's rows.</summary>
    public nint RowsOfC { readonly get; set; }

    /// <summary>The distance of the rows' factors; 0 where one serves all.</summary>
    public nint Factors { readonly get; set; }

    /// <summary>Computes the product. C must not overlap A or B; <paramref name="spare"/> has room for <see cref="SpareLength"/> floats.</summary>
    [MethodImpl(Simd.Hot)]
    public readonly void Run<TLanes>(ref float a, ref float b, ref float c, ref float factors, ref float spare)
        where TLanes : struct, ILanes<TLanes>
    {
        unchecked
        {
            int lanes = default(TLanes).Count;
            for (int column = 0; column < Columns;)
            {
                bool pair = column + lanes < Columns;
                int width = pair ? 2 * lanes : lanes;
                int tile = pair ? PairRows : SingleRows;
                bool whole = column + width <= Columns;
                for (int row = 0; row < Rows; row += tile)
                {
                    int count = Math.Min(tile, Rows - row);
                    ref float from = ref Unsafe.Add(ref a, row * RowsOfA);
                    ref float to = ref Unsafe.Add(ref c, (row * RowsOfC) + column);
                    ref float target = ref whole ? ref to : ref spare;
                    nint step = whole ? RowsOfC : width;
                    if (pair) Pair<TLanes>(ref from, ref Unsafe.Add(ref b, column), ref target, step, ref Unsafe.Add(ref factors, row * Factors), count);
                    else Single<TLanes>(ref from, ref Unsafe.Add(ref b, column), ref target, step, ref Unsafe.Add(ref factors, row * Factors), count);
                    if (!whole) CopyPart(ref spare, width, ref to, RowsOfC, count, Columns - column);
                }

                column += width;
            }
        }
    }

    /// <summary>A tile of four rows and two vectors; rows beyond the last are computed from the last one again and not stored. No calls in it: they would spill the sums.</summary>
    [MethodImpl(Simd.Hot)]
    private readonly void Pair<TLanes>(ref float a, ref float b, ref float c, nint step, ref float factors, int count)
        where TLanes : struct, ILanes<TLanes>
    {
        unchecked
        {
            TLanes v = default;
            (nint next, nint rowsOfB, int depth) = (ColumnsOfA, RowsOfB, Depth);
            ref float a1 = ref Unsafe.Add(ref a, Math.Min(1, count - 1) * RowsOfA);
            ref float a2 = ref Unsafe.Add(ref a, Math.Min(2, count - 1) * RowsOfA);
            ref float a3 = ref Unsafe.Add(ref a, (count - 1) * RowsOfA);
            TLanes s00 = v.Fill(0f), s01 = s00, s10 = s00, s11 = s00, s20 = s00, s21 = s00, s30 = s00, s31 = s00;
            nint at = 0;
            for (int k = 0; k < depth; k++)
            {
                TLanes b0 = v.Load(ref b, 0);
                TLanes b1 = v.Load(ref b, v.Count);
                TLanes x = v.Fill(Unsafe.Add(ref a, at));
                v.Accumulate(ref s00, x, b0);
                v.Accumulate(ref s01, x, b1);
                x = v.Fill(Unsafe.Add(ref a1, at));
                v.Accumulate(ref s10, x, b0);
                v.Accumulate(ref s11, x, b1);
                x = v.Fill(Unsafe.Add(ref a2, at));
                v.Accumulate(ref s20, x, b0);
                v.Accumulate(ref s21, x, b1);
                x = v.Fill(Unsafe.Add(ref a3, at));
                v.Accumulate(ref s30, x, b0);
                v.Accumulate(ref s31, x, b1);
                at += next;
                b = ref Unsafe.Add(ref b, rowsOfB);
            }

            Store(s00, ref c, 0, factors);
            Store(s01, ref c, v.Count, factors);
            if (count == 1) return;
            Store(s10, ref c, step, Unsafe.Add(ref factors, Factors));
            Store(s11, ref c, step + v.Count, Unsafe.Add(ref factors, Factors));
            if (count == 2) return;
            Store(s20, ref c, 2 * step, Unsafe.Add(ref factors, 2 * Factors));
            Store(s21, ref c, (2 * step) + v.Count, Unsafe.Add(ref factors, 2 * Factors));
            if (count == 3) return;
            Store(s30, ref c, 3 * step, Unsafe.Add(ref factors, 3 * Factors));
            Store(s31, ref c, (3 * step) + v.Count, Unsafe.Add(ref factors, 3 * Factors));
        }
    }

    /// <summary>A tile of eight rows and one vector.</summary>
    [MethodImpl(Simd.Hot)]
    private readonly void Single<TLanes>(ref float a, ref float b, ref float c, nint step, ref float factors, int count)
        where TLanes : struct, ILanes<TLanes>
    {
        unchecked
        {
            TLanes v = default;
            (nint next, nint rowsOfB, int depth) = (ColumnsOfA, RowsOfB, Depth);
            nint second = Math.Min(1, count - 1) * RowsOfA;
            nint third = Math.Min(2, count - 1) * RowsOfA;
            nint fourth = Math.Min(3, count - 1) * RowsOfA;
            int middle = Math.Min(4, count - 1);
            ref float a4 = ref Unsafe.Add(ref a, middle * RowsOfA);
            nint sixth = (Math.Min(5, count - 1) - middle) * RowsOfA;
            nint seventh = (Math.Min(6, count - 1) - middle) * RowsOfA;
            nint eighth = (count - 1 - middle) * RowsOfA;
            TLanes s0 = v.Fill(0f), s1 = s0, s2 = s0, s3 = s0, s4 = s0, s5 = s0, s6 = s0, s7 = s0;
            for (int k = 0; k < depth; k++)
            {
                TLanes b0 = v.Load(ref b, 0);
                v.Accumulate(ref s0, v.Fill(a), b0);
                v.Accumulate(ref s1, v.Fill(Unsafe.Add(ref a, second)), b0);
                v.Accumulate(ref s2, v.Fill(Unsafe.Add(ref a, third)), b0);
                v.Accumulate(ref s3, v.Fill(Unsafe.Add(ref a, fourth)), b0);
                v.Accumulate(ref s4, v.Fill(a4), b0);
                v.Accumulate(ref s5, v.Fill(Unsafe.Add(ref a4, sixth)), b0);
                v.Accumulate(ref s6, v.Fill(Unsafe.Add(ref a4, seventh)), b0);
                v.Accumulate(ref s7, v.Fill(Unsafe.Add(ref a4, eighth)), b0);
                a = ref Unsafe.Add(ref a, next);
                a4 = ref Unsafe.Add(ref a4, next);
                b = ref Unsafe.Add(ref b, rowsOfB);
            }

            Store(s0, ref c, 0, factors);
            if (count > 1) Store(s1, ref c, step, Unsafe.Add(ref factors, Factors));
            if (count > 2) Store(s2, ref c, 2 * step, Unsafe.Add(ref factors, 2 * Factors));
            if (count > 3) Store(s3, ref c, 3 * step, Unsafe.Add(ref factors, 3 * Factors));
            if (count > 4) Store(s4, ref c, 4 * step, Unsafe.Add(ref factors, 4 * Factors));
            if (count > 5) Store(s5, ref c, 5 * step, Unsafe.Add(ref factors, 5 * Factors));
            if (count > 6) Store(s6, ref c, 6 * step, Unsafe.Add(ref factors, 6 * Factors));
            if (count > 7) Store(s7, ref c, 7 * step, Unsafe.Add(ref factors, 7 * Factors));
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Store<TLanes>(TLanes sums, ref float c, nint at, float factor)
        where TLanes : struct, ILanes<TLanes> => default(TLanes).Store(default(TLanes).Multiply(sums, default(TLanes).Fill(factor)), ref c, at);

    [MethodImpl(Simd.Hot)]
    private static void CopyPart(ref float from, nint fromStep, ref float to, nint toStep, int rows, int columns)
    {
        unchecked
        {
            for (int row = 0; row < rows; row++)
            {
                for (int i = 0; i < columns; i++)
                {
                    Unsafe.Add(ref to, i) = Unsafe.Add(ref from, i);
                }

                from = ref Unsafe.Add(ref from, fromStep);
                to = ref Unsafe.Add(ref to, toStep);
            }
        }
    }
}
