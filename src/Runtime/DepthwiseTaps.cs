#nullable enable
using System.Runtime.CompilerServices;

namespace RedGen.Runtime;

/// <summary>
/// The taps, inside a channels-last input, of the windows of one box: planes of lines of taps, and how far apart they are in the input and in
/// the weights. A line is a row of taps, or where windows are walked over downwards, a column.
/// </summary>
internal readonly struct DepthwiseTaps
{
    internal readonly int Planes;
    internal readonly int Lines;
    internal readonly int Taps;
    internal readonly int PlaneStep;
    internal readonly int LineStep;
    internal readonly int TapStep;
    internal readonly int PlaneWeight;
    internal readonly int LineWeight;
    internal readonly int TapWeight;

    /// <summary>Where the first tap of the box's first window lies.</summary>
    internal readonly int Start;

    /// <summary>Where the weights of the first tap begin.</summary>
    internal readonly int Weight;

    internal DepthwiseTaps(in ConvShape shape, in TapRange depth, in TapRange height, in TapRange width, bool downwards)
    {
        unchecked
        {
            int channels = shape.InChannels;
            int row = shape.InWidth * channels;
            int weightRow = shape.KernelWidth * channels;
            Planes = depth.Taps;
            PlaneStep = shape.DilationDepth * shape.InHeight * row;
            PlaneWeight = shape.KernelHeight * weightRow;
            Lines = downwards ? width.Taps : height.Taps;
            LineStep = downwards ? shape.DilationWidth * channels : shape.DilationHeight * row;
            LineWeight = downwards ? channels : weightRow;
            Taps = downwards ? height.Taps : width.Taps;
            TapStep = downwards ? shape.DilationHeight * row : shape.DilationWidth * channels;
            TapWeight = downwards ? weightRow : channels;
            Start = (((depth.Start * shape.InHeight) + height.Start) * row) + (width.Start * channels);
            Weight = (depth.FirstTap * PlaneWeight) + (height.FirstTap * weightRow) + (width.FirstTap * channels);
            if (IsEmpty)
            {
                Planes = 0;
                Start = 0;
                Weight = 0;
            }
        }
    }

    /// <summary>True for windows that lie in the padding entirely.</summary>
    internal bool IsEmpty => Planes == 0 || Lines == 0 || Taps == 0;

    /// <summary>Writes a result, within bounds.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static void Keep<TLanes>(TLanes sum, ref float y, nint place, Bounds bounds)
        where TLanes : struct, ILanes<TLanes>
    {
        TLanes o = default;
        o.Store(o.AtMost(o.AtLeast(sum, o.Fill(bounds.Low)), o.Fill(bounds.High)), ref y, place);
    }
}
