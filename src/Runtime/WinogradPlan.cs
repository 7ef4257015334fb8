#nullable enable
using System;
using System.Runtime.CompilerServices;

namespace RedGen.Runtime;

/// <summary>
/// How one Winograd convolution is cut up. An axis of 3 (or 5) taps is computed in tiles of Tile outputs from Points = Tile + taps − 1
/// inputs; an axis of one tap has tiles of 1. A block is so many tiles that their transformed inputs and products stay in the caches:
/// some whole rows of tiles, or a piece of one row.
/// </summary>
internal readonly struct WinogradPlan
{
    /// <summary>Lanes of the widest vector: strides of channels are multiples of it, so that vectors need no bounds inside the workspace.</summary>
    internal const int Width = 16;

    /// <summary>Floats between the matrices of two points beyond their length: distances of a power of two would meet in the same cache sets.</summary>
    private const int Stagger = 16;

    /// <summary>Floats of transformed inputs and products in a block, as far as <see cref="LeastTiles"/> and <see cref="MostTiles"/> allow it.</summary>
    private const int BlockFloats = 49152;

    private const int LeastTiles = 12;

    private const int MostTiles = 48;

    internal readonly int TileHeight;
    internal readonly int TileWidth;
    internal readonly int PointsHeight;
    internal readonly int PointsWidth;
    internal readonly int TilesPerRow;
    internal readonly int TileRows;

    /// <summary>Rows of tiles in a block, counted through all samples.</summary>
    internal readonly int BlockRows;

    /// <summary>Tiles of a row in a block; all unless <see cref="BlockRows"/> is 1.</summary>
    internal readonly int BlockColumns;

    /// <summary>Floats from a tile to the next in transformed inputs.</summary>
    internal readonly int InStride;

    /// <summary>Floats from a tile to the next in products.</summary>
    internal readonly int OutStride;

    /// <summary>Floats from a point to the next in transformed inputs.</summary>
    internal readonly int InPoint;

    /// <summary>Floats from a point to the next in products.</summary>
    internal readonly int OutPoint;

    /// <summary>Floats of one padded row of input that a block's row of tiles reads.</summary>
    internal readonly int BandLength;

    [MethodImpl(Simd.Hot)]
    internal WinogradPlan(in ConvShape shape, int tileHeight, int tileWidth)
    {
        TileHeight = tileHeight;
        TileWidth = tileWidth;
        PointsHeight = tileHeight + shape.KernelHeight - 1;
        PointsWidth = tileWidth + shape.KernelWidth - 1;
        TilesPerRow = Divide(shape.OutWidth, tileWidth);
        TileRows = Divide(shape.OutHeight, tileHeight) * shape.Batch;
        InStride = Divide(shape.InChannels, Width) * Width;
        OutStride = Divide(shape.OutChannels, Width) * Width;
        int fit = BlockFloats / (PointsHeight * PointsWidth * (InStride + OutStride));
        int tiles = Math.Min(Math.Max(fit, LeastTiles), MostTiles);
        if (TilesPerRow > tiles)
        {
            BlockRows = 1;
            BlockColumns = Divide(TilesPerRow, Divide(TilesPerRow, tiles));
        }
        else
        {
            BlockRows = Divide(TileRows, Divide(TileRows, tiles / TilesPerRow));
            BlockColumns = TilesPerRow;
        }

        int rows = WinogradProduct.PaddedRows(BlockRows * BlockColumns);
        InPoint = (rows * InStride) + Stagger;
        OutPoint = (rows * OutStride) + Stagger;
        BandLength = (Divide((((BlockColumns - 1) * TileWidth) + PointsWidth) * shape.InChannels, Width) + 1) * Width;
    }

    internal int Points => PointsHeight * PointsWidth;

    /// <summary>Where the tables of the micro-kernels begin: behind the bias.</summary>
    internal int TableStart => OutStride;

    /// <summary>Where a row of zeros begins.</summary>
    internal int ZeroStart => TableStart + WinogradProduct.TableLength;

    /// <summary>Where the band of padded rows begins.</summary>
    internal int BandStart => ZeroStart + BandLength;

    /// <summary>Where the transformed inputs begin.</summary>
    internal int InStart => BandStart + (PointsHeight * BandLength);

    /// <summary>Where the products begin.</summary>
    internal int OutStart => InStart + (Points * InPoint);

    /// <summary>Floats of workspace from its first cache line on.</summary>
    internal int Length => OutStart + (Points * OutPoint);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static int Divide(int count, int by) => (count + by - 1) / by;
}
