using System;
using System.Linq;
using RedGen.Compiler.Graphs;
using RedGen.Compiler.Operators.Quantised;

namespace RedGen.Compiler.Kernels.Quantised;

/// <summary>Constant 8-bit weights as the runtime's kernels read them: a row an output channel, signed, with room behind the last.</summary>
/// <param name="Rows">[channels][taps] and the room; taps in the runtime's order.</param>
/// <param name="Zero">What is taken from every weight.</param>
/// <param name="Channels">Output channels.</param>
/// <param name="Taps">Weights of a channel.</param>
internal sealed record QuantizedWeights(sbyte[] Rows, int Zero, int Channels, int Taps)
{
    /// <summary>Weights that vectors may read behind the last: the runtime's Slack.</summary>
    public const int Slack = 32;

    /// <summary>Weights of a convolution [channels][inputs][taps]: inputs come innermost.</summary>
    public static QuantizedWeights? OfConvolution(Tensor w, int[] zeros)
    {
        int channels = w.Dimensions[0];
        int inputs = w.Dimensions[1];
        int places = w.Dimensions.Skip(2).Aggregate(1, (a, b) => a * b);
        return Of(w, zeros, channels, inputs * places, (m, k) => (((m * inputs) + (k % inputs)) * places) + (k / inputs));
    }

    /// <summary>The right matrix of a product.</summary>
    public static QuantizedWeights? OfMatrix(Tensor w, int[] zeros, bool isTransposed)
    {
        int depth = w.Dimensions[isTransposed ? 1 : 0];
        int channels = w.Dimensions[isTransposed ? 0 : 1];
        return Of(w, zeros, channels, depth, (m, k) => isTransposed ? (m * depth) + k : (k * channels) + m);
    }

    /// <summary>The sum of the magnitudes of a channel's weights.</summary>
    public long Magnitude(int channel)
    {
        long sum = 0;
        for (int k = 0; k < Taps; k++) sum += Math.Abs(Rows[(channel * Taps) + k] - Zero);
        return sum;
    }

    private static QuantizedWeights? Of(Tensor w, int[] zeros, int channels, int taps, Func<int, int, int> index)
    {
        if (!QuantizedTypes.IsByte(w.ElementType) || zeros.Distinct().Count() != 1 || (long)channels * taps > int.MaxValue - Slack) return null;
        // Unsigned weights and their zero point move down by half the range.
        int shift = w.ElementType == ElementType.UInt8 ? 128 : 0;
        var rows = new sbyte[(channels * taps) + Slack];
        ReadOnlySpan<byte> from = w.Data.Span;
        for (int m = 0; m < channels; m++)
        {
            for (int k = 0; k < taps; k++)
            {
                byte element = from[index(m, k)];
                rows[(m * taps) + k] = shift == 0 ? unchecked((sbyte)element) : (sbyte)(element - shift);
            }
        }

        return new QuantizedWeights(rows, zeros[0] - shift, channels, taps);
    }
}
