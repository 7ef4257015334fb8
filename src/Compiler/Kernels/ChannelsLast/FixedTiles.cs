using System;
using RedGen.Compiler.Kernels.Linear;
using RedGen.Compiler.Operators.Pooling;

namespace RedGen.Compiler.Kernels.ChannelsLast;

/// <summary>How a convolution of constant sizes is cut into tiles, and what of its padding is copied.</summary>
/// <param name="Rows">Rows of windows in a tile.</param>
/// <param name="Columns">Windows of a tile's row.</param>
/// <param name="IsCopied">Whether the input is copied between zeros.</param>
/// <param name="CopyHeight">Rows of the copy, or of the input.</param>
/// <param name="CopyWidth">Pixels of a row of the copy, or of the input.</param>
/// <param name="CopyTop">Rows of the copy above the input.</param>
internal sealed record FixedTiles(int Rows, int Columns, bool IsCopied, int CopyHeight, int CopyWidth, int CopyTop)
{
    /// <summary>Windows in a tile at most: with two vectors of channels each they fill half of 32 registers.</summary>
    private const int MostWindows = 8;

    /// <summary>Sums that hide each other's latency: two are begun in a cycle and take four.</summary>
    private const int IndependentSums = 8;

    /// <summary>Lanes of the widest vectors.</summary>
    private const int Lanes = 16;

    /// <summary>Floats of workspace.</summary>
    public long Workspace(ConvLayer layer) => IsCopied ? (long)CopyHeight * CopyWidth * layer.InChannels : 0;

    /// <summary>Cuts a layer. Rows are cut into equal parts; a tile has several only where the windows of one are too few.</summary>
    public static FixedTiles Of(ConvLayer layer)
    {
        (WindowAxis height, WindowAxis width) = (layer.Window.Height, layer.Window.Width);
        int parts = (width.Out + MostWindows - 1) / MostWindows;
        int columns = (width.Out + parts - 1) / parts;
        int vectors = layer.IsDepthwise || layer.OutChannels <= Lanes ? 1 : 2;
        int rows = vectors * columns >= IndependentSums ? 1 : Math.Min(height.Out, MostWindows / columns);

        // A tile of one row leaves out what lies above and below the input.
        bool copiesRows = rows > 1 && !height.IsInside;
        if (!copiesRows && width.IsInside) return new FixedTiles(rows, columns, false, height.In, width.In, 0);
        return copiesRows
            ? new FixedTiles(rows, columns, true, Reach(height), Reach(width), height.Before)
            : new FixedTiles(rows, columns, true, height.In, Reach(width), 0);
    }

    /// <summary>The places that all windows reach over.</summary>
    private static int Reach(WindowAxis axis) => ((axis.Out - 1) * axis.Stride) + ((axis.Kernel - 1) * axis.Dilation) + 1;
}
