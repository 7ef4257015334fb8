#nullable enable
using System;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace RedGen.Runtime;

/// <summary>products[point] = transformed[point] × weights[point]: a small matrix product for each point.</summary>
internal static class WinogradProduct
{
    /// <summary>Integers of tables that the micro-kernels read: where their rows lie, and one segment from 0 on; a cache line.</summary>
    internal const int TableLength = 16;

    private const int TallestTile = 8;

    /// <summary>Rows of the matrices for so many tiles: the micro-kernels take them in fours.</summary>
    internal static int PaddedRows(int tiles) => (tiles + 3) / 4 * 4;

    /// <summary>Fills the tables.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static void FillTables(Span<int> tables, int rowLength)
    {
        tables.Clear();
        for (int row = 0; row < TallestTile; row++)
        {
            tables[row] = row * rowLength;
        }
    }

    /// <summary>Multiplies all points of a block.</summary>
    [MethodImpl(Simd.Hot)]
    internal static void Multiply<TLanes>(
        ref float transformed, ReadOnlySpan<float> weights, ref float products, Span<int> tables, in WinogradPlan plan, int channels, int tiles)
        where TLanes : struct, ILanes<TLanes>
    {
        unchecked
        {
            int width = default(TLanes).Count;
            int rows = PaddedRows(tiles);
            int panel = channels * Dense.PanelWidth;
            ref float w = ref MemoryMarshal.GetReference(weights);
            ref int table = ref MemoryMarshal.GetReference(tables);
            for (int point = 0; point < plan.Points; point++)
            {
                for (int column = 0; column < plan.OutStride;)
                {
                    // Two vectors of one panel, or one of each of two.
                    int vectors = column + width < plan.OutStride ? 2 : 1;
                    ref float first = ref Unsafe.Add(ref w, (column / Dense.PanelWidth * panel) + (column % Dense.PanelWidth));
                    Columns<TLanes>(
                        ref transformed, ref table, plan.InStride, ref first, vectors, width == Dense.PanelWidth ? panel : width, channels,
                        ref Unsafe.Add(ref products, column), plan.OutStride, rows);
                    column += vectors * width;
                }

                transformed = ref Unsafe.Add(ref transformed, plan.InPoint);
                products = ref Unsafe.Add(ref products, plan.OutPoint);
                w = ref Unsafe.Add(ref w, (nint)plan.OutStride * channels);
            }
        }
    }

    /// <summary>All rows by one vector or two, in tiles whose heights leave no row over.</summary>
    [MethodImpl(Simd.Hot)]
    private static void Columns<TLanes>(
        ref float x, ref int table, nint step, ref float w, int vectors, int second, int depth, ref float y, nint yStep, int rows)
        where TLanes : struct, ILanes<TLanes>
    {
        unchecked
        {
            nint width = default(TLanes).Count;
            ref int segments = ref Unsafe.Add(ref table, TallestTile);
            nint panel = Dense.PanelWidth * (nint)depth;
            nint ahead = Prefetch.Distance<TLanes>(panel, isFirst: true);
            while (rows > 0)
            {
                int done = 4;
                if (vectors == 1 && rows >= 12 && rows != 16)
                {
                    done = 12;
                    WinogradTile.TwelveByOne<TLanes>(ref x, step, depth, ref w, ref y, yStep);
                }
                else if (vectors == 1 && rows >= 8)
                {
                    done = 8;
                    SingleTile.EightByOne<TLanes>(ref x, ref table, ref segments, 1, depth, ref w, ref y, yStep);
                }
                else if (vectors == 1)
                {
                    SingleTile.FourByOne<TLanes>(ref x, ref table, ref segments, 1, depth, ref w, ref y, yStep);
                }
                else if (width == Dense.PanelWidth && rows >= 8)
                {
                    done = 8;
                    PairTile.EightByTwo<TLanes>(ref x, ref table, ref segments, 1, depth, ref w, second, ref y, yStep, width, ahead);
                }
                else if (width < Dense.PanelWidth && rows >= 6 && rows != 8)
                {
                    done = 6;
                    PairTile.SixByTwo<TLanes>(ref x, ref table, ref segments, 1, depth, ref w, second, ref y, yStep, width, ahead);
                }
                else
                {
                    PairTile.FourByTwo<TLanes>(ref x, ref table, ref segments, 1, depth, ref w, second, ref y, yStep, width, ahead);
                }

                x = ref Unsafe.Add(ref x, done * step);
                y = ref Unsafe.Add(ref y, done * yStep);
                rows -= done;
                ahead = Prefetch.Distance<TLanes>(panel, isFirst: false);
            }
        }
    }
}
