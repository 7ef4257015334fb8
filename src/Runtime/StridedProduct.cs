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
    /// <summary>Rows of a tile.</summary>
    private const int TileRows = 4;

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

    /// <summary>Computes the product. C must not overlap A or B.</summary>
    [MethodImpl(Simd.Hot)]
    public readonly void Run<TLanes>(ref float a, ref float b, ref float c, ref float factors)
        where TLanes : struct, ILanes<TLanes>
    {
        unchecked
        {
            int lanes = default(TLanes).Count;
            for (int row = 0; row < Rows; row += TileRows)
            {
                int count = Math.Min(TileRows, Rows - row);
                ref float from = ref Unsafe.Add(ref a, row * RowsOfA);
                ref float to = ref Unsafe.Add(ref c, row * RowsOfC);
                ref float factor = ref Unsafe.Add(ref factors, row * Factors);
                int column = 0;
                for (; column + lanes < Columns; column += 2 * lanes)
                {
                    Two<TLanes>(ref from, ref Unsafe.Add(ref b, column), ref Unsafe.Add(ref to, column), ref factor, count, Columns - column - lanes);
                }

                if (column < Columns) One<TLanes>(ref from, ref Unsafe.Add(ref b, column), ref Unsafe.Add(ref to, column), ref factor, count, Columns - column);
            }
        }
    }

    /// <summary>A tile of four rows and two vectors; rows beyond the last are computed from the last one again and not stored.</summary>
    [MethodImpl(Simd.Hot)]
    private readonly void Two<TLanes>(ref float a, ref float b, ref float c, ref float factors, int count, int left)
        where TLanes : struct, ILanes<TLanes>
    {
        unchecked
        {
            TLanes v = default;
            ref float a1 = ref Unsafe.Add(ref a, Math.Min(1, count - 1) * RowsOfA);
            ref float a2 = ref Unsafe.Add(ref a, Math.Min(2, count - 1) * RowsOfA);
            ref float a3 = ref Unsafe.Add(ref a, (count - 1) * RowsOfA);
            TLanes s00 = v.Fill(0f), s01 = s00, s10 = s00, s11 = s00, s20 = s00, s21 = s00, s30 = s00, s31 = s00;
            nint at = 0;
            for (int k = 0; k < Depth; k++)
            {
                TLanes b0 = v.Load(ref b, 0);
                TLanes b1 = v.Load(ref b, v.Count);
                TLanes x = v.Fill(Unsafe.Add(ref a, at));
                s00 = v.MultiplyAdd(x, b0, s00);
                s01 = v.MultiplyAdd(x, b1, s01);
                x = v.Fill(Unsafe.Add(ref a1, at));
                s10 = v.MultiplyAdd(x, b0, s10);
                s11 = v.MultiplyAdd(x, b1, s11);
                x = v.Fill(Unsafe.Add(ref a2, at));
                s20 = v.MultiplyAdd(x, b0, s20);
                s21 = v.MultiplyAdd(x, b1, s21);
                x = v.Fill(Unsafe.Add(ref a3, at));
                s30 = v.MultiplyAdd(x, b0, s30);
                s31 = v.MultiplyAdd(x, b1, s31);
                at += ColumnsOfA;
                b = ref Unsafe.Add(ref b, RowsOfB);
            }

            Store(s00, s01, ref c, factors, left);
            if (count > 1) Store(s10, s11, ref Unsafe.Add(ref c, RowsOfC), Unsafe.Add(ref factors, Factors), left);
            if (count > 2) Store(s20, s21, ref Unsafe.Add(ref c, 2 * RowsOfC), Unsafe.Add(ref factors, 2 * Factors), left);
            if (count > 3) Store(s30, s31, ref Unsafe.Add(ref c, 3 * RowsOfC), Unsafe.Add(ref factors, 3 * Factors), left);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Store<TLanes>(TLanes first, TLanes second, ref float c, float factor, int left)
        where TLanes : struct, ILanes<TLanes>
    {
        TLanes v = default;
        v.Store(v.Multiply(first, v.Fill(factor)), ref c, 0);
        v.StoreUpTo(v.Multiply(second, v.Fill(factor)), ref c, v.Count, left);
    }

    /// <summary>A tile of four rows and one vector.</summary>
    [MethodImpl(Simd.Hot)]
    private readonly void One<TLanes>(ref float a, ref float b, ref float c, ref float factors, int count, int left)
        where TLanes : struct, ILanes<TLanes>
    {
        unchecked
        {
            TLanes v = default;
            ref float a1 = ref Unsafe.Add(ref a, Math.Min(1, count - 1) * RowsOfA);
            ref float a2 = ref Unsafe.Add(ref a, Math.Min(2, count - 1) * RowsOfA);
            ref float a3 = ref Unsafe.Add(ref a, (count - 1) * RowsOfA);
            TLanes s0 = v.Fill(0f), s1 = s0, s2 = s0, s3 = s0;
            nint at = 0;
            for (int k = 0; k < Depth; k++)
            {
                TLanes b0 = v.Load(ref b, 0);
                s0 = v.MultiplyAdd(v.Fill(Unsafe.Add(ref a, at)), b0, s0);
                s1 = v.MultiplyAdd(v.Fill(Unsafe.Add(ref a1, at)), b0, s1);
                s2 = v.MultiplyAdd(v.Fill(Unsafe.Add(ref a2, at)), b0, s2);
                s3 = v.MultiplyAdd(v.Fill(Unsafe.Add(ref a3, at)), b0, s3);
                at += ColumnsOfA;
                b = ref Unsafe.Add(ref b, RowsOfB);
            }

            v.StoreUpTo(v.Multiply(s0, v.Fill(factors)), ref c, 0, left);
            if (count > 1) v.StoreUpTo(v.Multiply(s1, v.Fill(Unsafe.Add(ref factors, Factors))), ref c, RowsOfC, left);
            if (count > 2) v.StoreUpTo(v.Multiply(s2, v.Fill(Unsafe.Add(ref factors, 2 * Factors))), ref c, 2 * RowsOfC, left);
            if (count > 3) v.StoreUpTo(v.Multiply(s3, v.Fill(Unsafe.Add(ref factors, 3 * Factors))), ref c, 3 * RowsOfC, left);
        }
    }
}
