using System;

namespace RedGen.Compiler.Kernels.Packing;

/// <summary>
/// The floats of workspace that RedGen.Runtime's WinogradConvolution asks for, so that the planner can place them in the arena: the same
/// formulas, which a test holds equal.
/// </summary>
internal static class WinogradWorkspace
{
    private const int Width = 16;
    private const int BlockFloats = 49152;
    private const int LeastTiles = 12;
    private const int MostTiles = 48;
    private const int Tables = 16;

    /// <summary>Floats for Run.</summary>
    internal static int Length(
        int batch, int inChannels, int outChannels, int outHeight, int outWidth, int kernelHeight, int kernelWidth, int tileHeight, int tileWidth)
    {
        int pointsHeight = tileHeight + kernelHeight - 1;
        int pointsWidth = tileWidth + kernelWidth - 1;
        int points = pointsHeight * pointsWidth;
        int perRow = Divide(outWidth, tileWidth);
        int tileRows = Divide(outHeight, tileHeight) * batch;
        int inStride = Divide(inChannels, Width) * Width;
        int outStride = Divide(outChannels, Width) * Width;
        int tiles = Math.Min(Math.Max(BlockFloats / (points * (inStride + outStride)), LeastTiles), MostTiles);
        int rows = perRow > tiles ? 1 : Divide(tileRows, Divide(tileRows, tiles / perRow));
        int columns = perRow > tiles ? Divide(perRow, Divide(perRow, tiles)) : perRow;
        int padded = Divide(rows * columns, 4) * 4;
        int band = (Divide((((columns - 1) * tileWidth) + pointsWidth) * inChannels, Width) + 1) * Width;
        return outStride + Tables + ((pointsHeight + 1) * band) + (points * ((padded * (inStride + outStride)) + (2 * Width))) + Width;
    }

    private static int Divide(int count, int by) => (count + by - 1) / by;
}
