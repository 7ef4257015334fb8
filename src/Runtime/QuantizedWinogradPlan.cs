#nullable enable
using System;

namespace RedGen.Runtime;

/// <summary>How a quantised convolution divides into tiles, and what it keeps between its passes. RedGen.Compiler's QuantizedTileWorkspace has the same formulas.</summary>
internal readonly struct QuantizedWinogradPlan
{
    /// <summary>Transformed inputs of a band where the rows allow it: half of a second cache of 1 MB.</summary>
    internal const int Target = 229376;

    /// <summary>Tiles that are multiplied together come by fours.</summary>
    internal const int TileStep = 4;

    /// <summary>Channels of a vector of 16 bits.</summary>
    internal const int Lanes = 32;

    /// <summary>Integers between two passes of one transform.</summary>
    internal const int Between = QuantizedWinograd.Points * 16;

    /// <summary>Sizes for a convolution.</summary>
    internal QuantizedWinogradPlan(in ConvShape shape)
    {
        Columns = (shape.OutWidth + QuantizedWinograd.Tile - 1) / QuantizedWinograd.Tile;
        int rows = (shape.OutHeight + QuantizedWinograd.Tile - 1) / QuantizedWinograd.Tile;
        Pitch = (shape.InChannels + Lanes - 1) / Lanes * Lanes;
        int most = Math.Max(1, Math.Min(rows, Target / checked(QuantizedWinograd.Points * Columns * Pitch)));
        // Bands of nearly equal sizes.
        int bands = (rows + most - 1) / most;
        Rows = (rows + bands - 1) / bands;
        Tiles = ((Rows * Columns) + TileStep - 1) / TileStep * TileStep;
        Padded = new ConvShape(
            1, shape.InChannels, shape.OutChannels, shape.InHeight, shape.InWidth, rows * QuantizedWinograd.Tile, Columns * QuantizedWinograd.Tile,
            3, 3, 1, 1, 1, 1, shape.PadTop, shape.PadLeft);
        Band = new QuantizedBand(Padded, Rows * QuantizedWinograd.Tile);
        Products = checked(Tiles * QuantizedWinograd.Points * QuantizedTile.Block);
        Sums = checked(QuantizedWinograd.Tile * QuantizedWinograd.Tile * Columns * QuantizedTile.Block);
        Inputs = checked(Tiles * QuantizedWinograd.Points * Pitch / 2);
        Places = checked((Band.OutRows * shape.OutWidth) + QuantizedTile.Places);
        WorkspaceLength = checked(Products + Sums + Inputs + Between + QuantizedScales.Length + ((Band.Length(Padded) + 1) / 2) + Places + Band.RunCount);
    }

    /// <summary>Tiles of a row.</summary>
    internal int Columns { get; }

    /// <summary>Rows of tiles of a band.</summary>
    internal int Rows { get; }

    /// <summary>Tiles of a band, filled up.</summary>
    internal int Tiles { get; }

    /// <summary>Transformed inputs of a point of a tile: its channels, filled up to a vector.</summary>
    internal int Pitch { get; }

    /// <summary>The convolution with its output filled up to whole tiles.</summary>
    internal ConvShape Padded { get; }

    /// <summary>The input as the transform reads it.</summary>
    internal QuantizedBand Band { get; }

    /// <summary>Integers of products.</summary>
    internal int Products { get; }

    /// <summary>Integers of a row of tiles' sums.</summary>
    internal int Sums { get; }

    /// <summary>Integers of transformed inputs, two in each.</summary>
    internal int Inputs { get; }

    /// <summary>Integers of places.</summary>
    internal int Places { get; }

    /// <summary>Integers of workspace.</summary>
    internal int WorkspaceLength { get; }
}
