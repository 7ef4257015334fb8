#nullable enable

namespace RedGen.Runtime;

/// <summary>Where the pixels that are computed lie in the output: all of it, or every so many in each direction.</summary>
internal readonly struct PixelGrid
{
    private readonly int _origin;
    private readonly int _planeStep;
    private readonly int _rowStep;

    internal PixelGrid(int origin, int planeStep, int rowStep, int columnStep)
    {
        _origin = origin;
        _planeStep = planeStep;
        _rowStep = rowStep;
        ColumnStep = columnStep;
    }

    /// <summary>Floats from column to column.</summary>
    internal int ColumnStep { get; }

    /// <summary>The whole output of a convolution.</summary>
    internal static PixelGrid Of(in ConvShape shape)
    {
        int row = shape.OutWidth * shape.OutChannels;
        return new PixelGrid(0, shape.OutHeight * row, row, shape.OutChannels);
    }

    /// <summary>Where a pixel begins.</summary>
    internal int Place(int plane, int row, int column) => unchecked(_origin + (plane * _planeStep) + (row * _rowStep) + (column * ColumnStep));
}
