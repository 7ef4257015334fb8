using System;
using System.Linq;
using RedGen.Compiler.Graphs;
using RedGen.Compiler.Kernels.Packing;
using RedGen.Compiler.Operators.Quantised;

namespace RedGen.Compiler.Kernels.Quantised;

/// <summary>Constant 8-bit weights: a row an output channel, signed.</summary>
/// <param name="Rows">[channels][taps]; the taps of a convolution are [inputs][places].</param>
/// <param name="Zero">What is taken from every weight.</param>
/// <param name="Channels">Output channels.</param>
/// <param name="Inputs">Input channels of a group, or rows of a matrix.</param>
/// <param name="Places">Places of the kernel.</param>
internal sealed record QuantizedWeights(sbyte[] Rows, int Zero, int Channels, int Inputs, int Places)
{
    /// <summary>Weights of a channel.</summary>
    public int Taps => Inputs * Places;

    /// <summary>Weights of a convolution [channels][inputs][places].</summary>
    public static QuantizedWeights? OfConvolution(Tensor w, int[] zeros)
    {
        int places = w.Dimensions.Skip(2).Aggregate(1, (a, b) => a * b);
        return Of(w, zeros, w.Dimensions[0], w.Dimensions[1], places, (m, k) => (m * w.Dimensions[1] * places) + k);
    }

    /// <summary>The right matrix of a product.</summary>
    public static QuantizedWeights? OfMatrix(Tensor w, int[] zeros, bool isTransposed)
    {
        int depth = w.Dimensions[isTransposed ? 1 : 0];
        int channels = w.Dimensions[isTransposed ? 0 : 1];
        return Of(w, zeros, channels, depth, 1, (m, k) => isTransposed ? (m * depth) + k : (k * channels) + m);
    }

    /// <summary>The weights in the runtime's order.</summary>
    public sbyte[] Pack(int groups, QuantizedWorkspace sizes) => QuantizedPacking.Pack(Rows, (sbyte)Zero, groups, Channels, Inputs, sizes);

    private static QuantizedWeights? Of(Tensor w, int[] zeros, int channels, int inputs, int places, Func<int, int, int> index)
    {
        int taps = inputs * places;
        if (!QuantizedTypes.IsByte(w.ElementType) || zeros.Distinct().Count() != 1) return null;
        // Unsigned weights and their zero point move down by half the range.
        int shift = w.ElementType == ElementType.UInt8 ? 128 : 0;
        var rows = new sbyte[channels * taps];
        ReadOnlySpan<byte> from = w.Data.Span;
        for (int m = 0; m < channels; m++)
        {
            for (int k = 0; k < taps; k++)
            {
                byte element = from[index(m, k)];
                rows[(m * taps) + k] = shift == 0 ? unchecked((sbyte)element) : (sbyte)(element - shift);
            }
        }

        return new QuantizedWeights(rows, zeros[0] - shift, channels, inputs, places);
    }
}
