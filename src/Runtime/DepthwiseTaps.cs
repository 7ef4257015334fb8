#nullable enable

namespace RedGen.Runtime;

/// <summary>The taps, inside a channels-last input, of the windows of one box: how many, and how far apart.</summary>
internal readonly struct DepthwiseTaps
{
    internal readonly int Channels;
    internal readonly int Planes;
    internal readonly int Rows;
    internal readonly int Width;
    internal readonly int PlaneStep;
    internal readonly int RowStep;
    internal readonly int TapStep;
    internal readonly int WeightPlane;
    internal readonly int WeightRow;

    /// <summary>Where the first tap of the box's first window lies.</summary>
    internal readonly int Start;

    /// <summary>Where the weights of the first tap begin.</summary>
    internal readonly int Weight;

    internal DepthwiseTaps(in ConvShape shape, in TapRange depth, in TapRange height, in TapRange width)
    {
        unchecked
        {
            int row = shape.InWidth * shape.InChannels;
            Channels = shape.InChannels;
            Planes = depth.Taps;
            Rows = height.Taps;
            Width = width.Taps;
            PlaneStep = shape.DilationDepth * shape.InHeight * row;
            RowStep = shape.DilationHeight * row;
            TapStep = shape.DilationWidth * Channels;
            WeightRow = shape.KernelWidth * Channels;
            WeightPlane = shape.KernelHeight * WeightRow;
            Start = (((depth.Start * shape.InHeight) + height.Start) * row) + (width.Start * Channels);
            Weight = (depth.FirstTap * WeightPlane) + (height.FirstTap * WeightRow) + (width.FirstTap * Channels);
            if (IsEmpty)
            {
                Planes = 0;
                Start = 0;
                Weight = 0;
            }
        }
    }

    /// <summary>True for windows that lie in the padding entirely.</summary>
    internal bool IsEmpty => Planes == 0 || Rows == 0 || Width == 0;
}
