#nullable enable
using System;

namespace RedGen.Runtime;

/// <summary>The four neighbours of a place in a plane with zeros around it, and their weights; those outside have weight 0.</summary>
public readonly struct PaddedSample
{
    private PaddedSample(int topLeft, int right, int down, double top, double bottom, double left, double rightWeight)
    {
        TopLeft = topLeft;
        TopRight = topLeft + right;
        BottomLeft = topLeft + down;
        BottomRight = topLeft + down + right;
        TopLeftWeight = top * left;
        TopRightWeight = top * rightWeight;
        BottomLeftWeight = bottom * left;
        BottomRightWeight = bottom * rightWeight;
    }

    /// <summary>Index of the upper left neighbour; some element where it is outside.</summary>
    public int TopLeft { get; }

    /// <summary>Index of the upper right neighbour; some element where it is outside.</summary>
    public int TopRight { get; }

    /// <summary>Index of the lower left neighbour; some element where it is outside.</summary>
    public int BottomLeft { get; }

    /// <summary>Index of the lower right neighbour; some element where it is outside.</summary>
    public int BottomRight { get; }

    /// <summary>Weight of the upper left neighbour.</summary>
    public double TopLeftWeight { get; }

    /// <summary>Weight of the upper right neighbour.</summary>
    public double TopRightWeight { get; }

    /// <summary>Weight of the lower left neighbour.</summary>
    public double BottomLeftWeight { get; }

    /// <summary>Weight of the lower right neighbour.</summary>
    public double BottomRightWeight { get; }

    /// <summary>The neighbours of a place.</summary>
    /// <param name="row">The place's row.</param>
    /// <param name="column">The place's column.</param>
    /// <param name="height">Rows of the plane, at least 1.</param>
    /// <param name="width">Columns of the plane, at least 1.</param>
    public static PaddedSample At(double row, double column, int height, int width)
    {
        if (!(row > -1d && row < height && column > -1d && column < width))
        {
            return default;
        }

        int top = (int)Math.Floor(row);
        int left = (int)Math.Floor(column);
        double down = row - top;
        double right = column - left;

        // The indices are moved inside, the weights of what was outside are 0.
        bool hasTop = top >= 0;
        bool hasBottom = top + 1 < height;
        bool hasLeft = left >= 0;
        bool hasRight = left + 1 < width;
        int first = (Math.Max(top, 0) * width) + Math.Max(left, 0);
        return new PaddedSample(
            first, hasLeft && hasRight ? 1 : 0, hasTop && hasBottom ? width : 0,
            hasTop ? 1d - down : 0d, hasBottom ? down : 0d, hasLeft ? 1d - right : 0d, hasRight ? right : 0d);
    }
}
