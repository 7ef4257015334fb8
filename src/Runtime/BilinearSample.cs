#nullable enable
using System;

namespace RedGen.Runtime;

/// <summary>The four neighbours of a place in a plane, and their weights.</summary>
public readonly struct BilinearSample
{
    private BilinearSample(int height, int width, int row, int column, double down, double right)
    {
        // Beyond the last row or column the weight is 0; the neighbour is the element itself, so that it can be read.
        int nextRow = row < height - 1 ? width : 0;
        int nextColumn = column < width - 1 ? 1 : 0;
        TopLeft = (row * width) + column;
        TopRight = TopLeft + nextColumn;
        BottomLeft = TopLeft + nextRow;
        BottomRight = TopLeft + nextRow + nextColumn;
        Down = down;
        Right = right;
    }

    /// <summary>Index of the upper left neighbour.</summary>
    public int TopLeft { get; }

    /// <summary>Index of the upper right neighbour.</summary>
    public int TopRight { get; }

    /// <summary>Index of the lower left neighbour.</summary>
    public int BottomLeft { get; }

    /// <summary>Index of the lower right neighbour.</summary>
    public int BottomRight { get; }

    /// <summary>The share of the lower neighbours.</summary>
    public double Down { get; }

    /// <summary>The share of the right neighbours.</summary>
    public double Right { get; }

    /// <summary>The neighbours of a place that is moved into the plane first.</summary>
    /// <param name="row">The place's row.</param>
    /// <param name="column">The place's column.</param>
    /// <param name="height">Rows of the plane.</param>
    /// <param name="width">Columns of the plane.</param>
    public static BilinearSample Inside(double row, double column, int height, int width)
    {
        double r = row > 0d ? Math.Min(row, height - 1) : 0d;
        double c = column > 0d ? Math.Min(column, width - 1) : 0d;
        return new BilinearSample(height, width, (int)r, (int)c, r - (int)r, c - (int)c);
    }
}
