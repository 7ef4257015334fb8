using System;
using System.Linq;
using RedGen.Compiler.Kernels.Linear;

namespace RedGen.Compiler.Red.Certify;

/// <summary>
/// The rounding errors of a convolution that may be computed by Winograd's minimal filtering (docs/red-certificate.md): relative not to the
/// products of one output but to what its tile can hold, every channel's largest input times the sum of its weights.
/// </summary>
internal sealed class WinogradRounding
{
    /// <summary>
    /// What the transforms make of that: the largest Σ |A||g||B| over the points of an axis, 13.7 for 3 taps and 16.2 for 5, squared for two
    /// axes. |B| and |A| are row sums of the transforms of inputs and products, g the largest entry of a row of that of the weights.
    /// </summary>
    private const double Growth = 270;

    /// <summary>Operations beyond the sum over channels: two transforms of 5 for inputs and for weights each, two of 7 for outputs, the six matrices' constants.</summary>
    private const int Operations = 48;

    private readonly int _terms;
    private readonly int _outputs;
    private readonly double[] _original;
    private readonly double[] _reduced;

    /// <summary>Sums up a layer.</summary>
    /// <param name="layer">Its sizes; one group.</param>
    /// <param name="x">The input.</param>
    /// <param name="weights">Of the original network, outputs × columns.</param>
    /// <param name="reduced">Of the reduced one.</param>
    public WinogradRounding(ConvLayer layer, PairBound x, double[] weights, double[] reduced)
    {
        _terms = layer.InChannels + Operations;
        _outputs = layer.OutChannels;
        int planes = layer.Batch * layer.InChannels;
        int length = layer.Window.InLength;
        double[] first = [.. Enumerable.Range(0, planes).Select(p => Enumerable.Range(p * length, length).Max(i => x[i].Original.MaxAbs))];
        double[] second = [.. Enumerable.Range(0, planes).Select(p => Enumerable.Range(p * length, length).Max(i => x[i].Reduced.MaxAbs))];
        _original = Magnitudes(layer, first, weights);
        _reduced = Magnitudes(layer, second, reduced);
    }

    /// <summary>The absolute error of an output in whose tiles the products sum up to a magnitude, bias included.</summary>
    /// <param name="channels">Input channels.</param>
    /// <param name="magnitude">Σ over input channels of the largest input times the sum of the weights' magnitudes.</param>
    public static double OfTile(int channels, double magnitude) => FloatRounding.OfSum(channels + Operations, Growth * magnitude);

    /// <summary>The absolute error of an output of a sample in either network.</summary>
    public (double Original, double Reduced) Of(int sample, int output, PairInterval bias)
    {
        int at = (sample * _outputs) + output;
        return (FloatRounding.OfSum(_terms, _original[at] + bias.Original.MaxAbs), FloatRounding.OfSum(_terms, _reduced[at] + bias.Reduced.MaxAbs));
    }

    /// <summary>samples × outputs.</summary>
    private static double[] Magnitudes(ConvLayer layer, double[] inputs, double[] weights)
    {
        int taps = layer.Window.KernelLength;
        var result = new double[layer.Batch * layer.OutChannels];
        for (int output = 0; output < layer.OutChannels; output++)
        {
            for (int c = 0; c < layer.InChannels; c++)
            {
                double sum = 0;
                for (int k = 0; k < taps; k++) sum += Math.Abs(weights[(((output * layer.InChannels) + c) * taps) + k]);
                for (int sample = 0; sample < layer.Batch; sample++) result[(sample * layer.OutChannels) + output] += Growth * sum * inputs[(sample * layer.InChannels) + c];
            }
        }

        return result;
    }
}
