using System;

namespace RedGen.Compiler.Kernels.Packing;

/// <summary>
/// What the runtime's QuantizedWinograd keeps: the same formulas as RedGen.Runtime's QuantizedWinogradPlan, which a test holds equal.
/// </summary>
internal sealed class QuantizedTileWorkspace
{
    private const int Block = 16;
    private const int Tile = 4;
    private const int Points = 36;
    private const int Target = 229376;
    private const int Lanes = 32;
    private const int Slack = 32;

    /// <summary>Keeps the sizes of one convolution.</summary>
    internal QuantizedTileWorkspace(int inChannels, int outChannels, int outHeight, int outWidth)
    {
        double columns = Math.Ceiling(outWidth / (double)Tile);
        double rows = Math.Ceiling(outHeight / (double)Tile);
        double pitch = Math.Ceiling(inChannels / (double)Lanes) * Lanes;
        double most = Math.Max(1, Math.Min(rows, Math.Floor(Target / (Points * columns * pitch))));
        double bandRows = Math.Ceiling(rows / Math.Ceiling(rows / most));
        double tiles = Math.Ceiling(bandRows * columns / 4) * 4;
        double band = (((bandRows * Tile) + 2) * ((columns * Tile) + 2) * inChannels) + Slack;
        Length = (tiles * Points * Block) + (Tile * Tile * columns * Block) + (tiles * Points * pitch / 2) + (Points * 16) + (4 * Block) + Math.Floor((band + 1) / 2)
            + (bandRows * Tile * outWidth) + 6 + 3;
        Tiles = rows * columns;
        FilterLength = Math.Ceiling(outChannels / (double)Block) * Block * Points * inChannels;
    }

    /// <summary>Tiles of a sample.</summary>
    internal double Tiles { get; }

    /// <summary>Integers for QuantizedWinograd.Run, if they are more than those of QuantizedConvolution.Run.</summary>
    internal double Length { get; }

    /// <summary>16-bit integers of transformed weights.</summary>
    internal double FilterLength { get; }
}
