using System;

namespace RedGen.Compiler.Kernels.Packing;

/// <summary>
/// The integers of workspace that the runtime's quantised kernels ask for, and how they divide a kernel into runs of taps. The same formulas
/// as RedGen.Runtime's QuantizedConvolution and QuantizedBand, which a test holds equal. All arrays are [depth, height, width].
/// </summary>
internal sealed class QuantizedWorkspace
{
    private const int Block = 16;
    private const int Strip = 48;
    private const int Tile = 6;
    private const int BandTarget = 32768;
    private const int PlaceTarget = 1024;
    private const int Slack = 32;

    private readonly int _band;

    /// <summary>Keeps the sizes of one convolution.</summary>
    internal QuantizedWorkspace(int groups, int inChannels, int outChannels, int[] output, int[] kernel, int[] stride, int[] dilation)
    {
        IsDepthwise = groups == inChannels && groups == outChannels && groups > 1;
        bool isDense = groups == 1 && dilation[2] == 1;
        RunTaps = isDense ? kernel[2] : 1;
        RunCount = kernel[0] * kernel[1] * (isDense ? 1 : kernel[2]);
        double line = (((output[2] - 1.0) * stride[2]) + ((kernel[2] - 1.0) * dilation[2]) + 1) * inChannels;
        double reach = ((kernel[1] - 1.0) * dilation[1]) + 1;
        (Band, double places) = Sizes(BandTarget);
        (double bytes, double bytePlaces) = Sizes(2 * BandTarget);
        _band = Math.Max((int)places + (((int)Band + Slack + 1) / 2), (int)bytePlaces + (((int)bytes + Slack + 3) / 4));

        (double Elements, double Places) Sizes(double target)
        {
            double rows = Math.Min(Math.Floor((double)PlaceTarget / output[2]), Math.Truncate((Math.Floor(Math.Floor(target / kernel[0]) / line) - reach) / stride[1]) + 1);
            rows = Math.Max(1, Math.Min(rows, output[1]));
            return (kernel[0] * (((rows - 1) * stride[1]) + reach) * line, rows * output[2]);
        }
    }

    /// <summary>Whether every output channel reads the one input channel of its own.</summary>
    internal bool IsDepthwise { get; }

    /// <summary>Places whose channels lie side by side in a window.</summary>
    internal int RunTaps { get; }

    /// <summary>Runs of a window.</summary>
    internal int RunCount { get; }

    /// <summary>Elements of the input widened to 16 bits; beyond an int where only absurd sizes lead.</summary>
    internal double Band { get; }

    /// <summary>Integers for QuantizedConvolution.Run.</summary>
    internal int Length => (Strip * Block) + (4 * Block) + RunCount + 1 + Tile + _band;

    /// <summary>A product, which is a convolution of one place a row.</summary>
    internal static QuantizedWorkspace OfProduct(int rows, int depth, int columns) => new(1, depth, columns, [1, rows, 1], [1, 1, 1], [1, 1, 1], [1, 1, 1]);
}
