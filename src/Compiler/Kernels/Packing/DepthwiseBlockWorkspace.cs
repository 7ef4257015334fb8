using System;

namespace RedGen.Compiler.Kernels.Packing;

/// <summary>
/// The bands of RedGen.Runtime's DepthwiseBlock and the floats of workspace that it asks for, so that the planner can place them in the arena:
/// the same formulas, which a test holds equal.
/// </summary>
internal sealed class DepthwiseBlockWorkspace
{
    internal const int BandFloats = 65536;

    private readonly int _channels;
    private readonly int[] _input;
    private readonly int[] _output;
    private readonly int _stride;
    private readonly long _taps;
    private readonly bool _expanded;

    /// <summary>The bands of a depthwise convolution, its input expanded or not; lengths are [height, width], the others those of the height.</summary>
    public DepthwiseBlockWorkspace(int channels, int[] input, int[] output, int kernel, int stride, int dilation, bool expanded)
    {
        (_channels, _input, _output, _stride, _expanded) = (channels, input, output, stride, expanded);
        _taps = ((kernel - 1L) * dilation) + 1;
        int rows = output[0];
        while (rows > 1 && Floats(rows) > BandFloats) rows--;
        int bands = (output[0] + rows - 1) / rows;
        Rows = (output[0] + bands - 1) / bands;
    }

    /// <summary>Output rows of a band.</summary>
    public int Rows { get; }

    /// <summary>Floats of workspace.</summary>
    public long Length => Floats(Rows);

    private long Floats(int rows) => Rounded((long)rows * _output[1] * _channels) + (_expanded ? Rounded(Math.Min(Reach(rows), _input[0]) * _input[1] * _channels) : 0);

    private long Reach(int rows) => ((rows - 1L) * _stride) + _taps;

    private static long Rounded(long floats) => (floats + 15) / 16 * 16;
}
