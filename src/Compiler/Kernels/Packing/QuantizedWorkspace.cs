using System;

namespace RedGen.Compiler.Kernels.Packing;

/// <summary>
/// The integers of workspace that the runtime's quantised kernels ask for. The same formulas as RedGen.Runtime's QuantizedGemm and
/// QuantizedConvolution, which a test holds equal. All arrays are [depth, height, width].
/// </summary>
internal sealed class QuantizedWorkspace
{
    private const int Padding = 32;

    private readonly int _taps;
    private readonly bool _isPointwise;

    /// <summary>Keeps the sizes of one convolution.</summary>
    internal QuantizedWorkspace(int groupChannels, int[] input, int[] output, int[] kernel, int[] stride, int[] dilation, int[] padBefore)
    {
        _taps = groupChannels * kernel[0] * kernel[1] * kernel[2];
        _isPointwise = true;
        double planes = groupChannels;
        for (int axis = 0; axis < 3; axis++)
        {
            planes *= ((output[axis] - 1.0) * stride[axis]) + ((kernel[axis] - 1.0) * dilation[axis]) + 1;
            _isPointwise &= kernel[axis] == 1 && padBefore[axis] == 0 && input[axis] == output[axis] && (output[axis] - 1L) * stride[axis] == input[axis] - 1;
        }

        Planes = planes;
    }

    /// <summary>Elements of the padded input of a group; beyond an int where only absurd paddings or dilations lead.</summary>
    internal double Planes { get; }

    /// <summary>Integers for QuantizedConvolution.Run.</summary>
    internal int Length => Rows(_taps) + (_isPointwise ? 0 : ((int)Planes + Padding + 1) / 2) + (2 * Padding);

    /// <summary>Integers for QuantizedGemm.Run.</summary>
    internal static int OfProduct(int depth) => Rows(depth) + Padding;

    private static int Rows(int depth)
    {
        int rowLength = (depth + Padding - 1) / Padding * Padding;
        int rows = Math.Max(4, Math.Min(64, 8192 / rowLength / 4 * 4));
        return rows * ((rowLength / 2) + 2);
    }
}
