using System;

namespace RedGen.Compiler.Kernels.Packing;

/// <summary>
/// The floats of workspace that the runtime's convolutions ask for, so that the planner can place them in the arena. The same
/// formulas as RedGen.Runtime's ConvShape, Convolution and DepthwiseConvolution, which a test holds equal.
/// All arrays are [depth, height, width].
/// </summary>
internal sealed class ConvWorkspace
{
    internal const int BandFloats = 65536;
    internal const int DepthwiseBandFloats = 4096;
    internal const int Slack = 16;
    internal const int Places = 4 * 96;
    internal const int TileRows = 4;

    private readonly int _groups;
    private readonly int _inChannels;
    private readonly int[] _input;
    private readonly int[] _output;
    private readonly int[] _kernel;
    private readonly int[] _stride;
    private readonly int[] _dilation;
    private readonly int[] _padBefore;

    /// <summary>Keeps the sizes of one convolution.</summary>
    internal ConvWorkspace(
        int groups, int inChannels, int[] input, int[] output, int[] kernel, int[] stride, int[] dilation, int[] padBefore)
    {
        _groups = groups;
        _inChannels = inChannels;
        _input = input;
        _output = output;
        _kernel = kernel;
        _stride = stride;
        _dilation = dilation;
        _padBefore = padBefore;
    }

    /// <summary>Input elements that one output element sums over.</summary>
    internal int Taps => _inChannels / _groups * _kernel[0] * _kernel[1] * _kernel[2];

    /// <summary>Floats for Convolution.Run.</summary>
    internal int Length
    {
        get
        {
            if (ReadsInPlace)
            {
                return Taps + Places;
            }

            int planes = _inChannels * _kernel[0];
            int fit = Fit(BandFloats / (planes * RowLength));
            int least = (_output[2] + 23) / _output[2];
            int band = Math.Min(Math.Max(fit, least), _output[1]);
            return Taps + Places + (planes * PreparedRows(band) * RowLength) + Slack;
        }
    }

    /// <summary>Floats for DepthwiseConvolution.Run.</summary>
    internal int DepthwiseLength
    {
        get
        {
            int fit = Fit(DepthwiseBandFloats / RowLength);
            int band = Math.Max(Math.Min(fit, _output[1] + TileRows - 1) / TileRows * TileRows, TileRows);
            return Taps + (PreparedRows(band) * RowLength) + Slack;
        }
    }

    private int RowLength => (_output[2] + ((_kernel[2] - 1) * _dilation[2] / _stride[2])) * _stride[2];

    private bool ReadsInPlace
    {
        get
        {
            bool pointwise = true;
            for (int axis = 0; axis < 3; axis++)
            {
                if (_padBefore[axis] > 0
                    || ((_output[axis] - 1) * _stride[axis]) + ((_kernel[axis] - 1) * _dilation[axis]) >= _input[axis])
                {
                    return false;
                }

                pointwise &= _kernel[axis] == 1 && _input[axis] == _output[axis]
                    && (_output[axis] - 1) * _stride[axis] == _input[axis] - 1;
            }

            int row = pointwise ? _output[0] * _output[1] * _output[2] : _output[2];
            return (_stride[2] == 1 || _output[2] == 1) && row >= Slack;
        }
    }

    private int Fit(int rows) => ((rows - 1 - ((_kernel[1] - 1) * _dilation[1])) / _stride[1]) + 1;

    private int PreparedRows(int band) => ((band - 1) * _stride[1]) + ((_kernel[1] - 1) * _dilation[1]) + 1;
}
