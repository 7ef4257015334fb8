#nullable enable
using System;

namespace RedGen.Runtime;

/// <summary>ONNX BatchNormalization by known statistics and InstanceNormalization, of floats whose shape is known at run time only.</summary>
public static class ChannelNormalisation
{
    /// <summary>BatchNormalization: y = (x − mean) / √(variance + epsilon) · scale + bias, all four by channel.</summary>
    /// <exception cref="ArgumentException">The operands do not fit.</exception>
    public static DynamicTensor<float> Batch(
        string node, TensorView<float> x, ReadOnlySpan<float> scale, ReadOnlySpan<float> bias, ReadOnlySpan<float> mean, ReadOnlySpan<float> variance, float epsilon)
    {
        // A vector has one channel: its axis is the batch.
        int channels = x.Rank > 1 ? x.Lengths[1] : 1;
        if (x.Rank < 1 || scale.Length != channels || bias.Length != channels || mean.Length != channels || variance.Length != channels) throw Misfit(node, x.Lengths);
        DynamicTensor<float> y = Tensors.Create<float>(node, x.Lengths);
        if (y.Length == 0) return y;
        int size = y.Length / (x.Lengths[0] * channels);
        for (int row = 0; row < x.Lengths[0] * channels; row++)
        {
            int c = row % channels;
            RowMath.Normalise(x.Span.Slice(row * size, size), y.Span.Slice(row * size, size), mean[c], Factor(scale[c], variance[c], epsilon), bias[c]);
        }

        return y;
    }

    /// <summary>InstanceNormalization: mean and variance are those of each channel of each sample.</summary>
    /// <exception cref="ArgumentException">The operands do not fit.</exception>
    public static DynamicTensor<float> Instance(string node, TensorView<float> x, ReadOnlySpan<float> scale, ReadOnlySpan<float> bias, float epsilon)
    {
        if (x.Rank < 3 || scale.Length != x.Lengths[1] || bias.Length != x.Lengths[1]) throw Misfit(node, x.Lengths);
        DynamicTensor<float> y = Tensors.Create<float>(node, x.Lengths);
        if (y.Length == 0) return y;
        int size = y.Length / (x.Lengths[0] * x.Lengths[1]);
        for (int row = 0; row < x.Lengths[0] * x.Lengths[1]; row++)
        {
            int c = row % x.Lengths[1];
            ReadOnlySpan<float> from = x.Span.Slice(row * size, size);
            float mean = RowMath.Sum(from) / size;
            RowMath.Normalise(from, y.Span.Slice(row * size, size), mean, Factor(scale[c], RowMath.SquaredDistances(from, mean) / size, epsilon), bias[c]);
        }

        return y;
    }

    private static float Factor(float scale, float variance, float epsilon) => (float)(scale / Math.Sqrt(variance + (double)epsilon));

    private static ArgumentException Misfit(string node, ReadOnlySpan<int> x) => new(node + ": an input of shape " + Tensors.Text(x) + " does not fit its parameters.");
}
