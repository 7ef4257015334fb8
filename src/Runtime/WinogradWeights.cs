#nullable enable
using System;
using System.Runtime.CompilerServices;

namespace RedGen.Runtime;

/// <summary>Transforms the weights of convolutions for <see cref="WinogradConvolution"/>. Generated code does that once, at its first use.</summary>
public static class WinogradWeights
{
    /// <summary>Transforms the kernels of one convolution.</summary>
    /// <param name="rows">[outputs, channels, kernelHeight, kernelWidth], as ONNX has them.</param>
    /// <param name="outputs">Output channels.</param>
    /// <param name="channels">Input channels.</param>
    /// <param name="kernelHeight">Taps along the height.</param>
    /// <param name="kernelWidth">Taps along the width.</param>
    /// <param name="tileHeight">Outputs of a tile along the height; see <see cref="WinogradConvolution.Serves"/>.</param>
    /// <param name="tileWidth">Outputs of a tile along the width.</param>
    /// <returns>[point][panel of 16 output channels][channel][output of the panel]; what fills the last panel is zero.</returns>
    /// <exception cref="ArgumentException">The length is not the product of the sizes, or the tiles do not serve the kernel.</exception>
    public static float[] Transform(
        ReadOnlySpan<float> rows, int outputs, int channels, int kernelHeight, int kernelWidth, int tileHeight, int tileWidth)
    {
        if (outputs < 0 || channels < 0 || !WinogradConvolution.Serves(kernelHeight, tileHeight) || !WinogradConvolution.Serves(kernelWidth, tileWidth)
            || rows.Length != (long)outputs * channels * kernelHeight * kernelWidth)
        {
            throw new ArgumentException("The rows are not outputs × channels × taps, or the tiles do not serve the kernel.", nameof(rows));
        }

        double[] high = Matrix(kernelHeight, tileHeight + kernelHeight - 1);
        double[] wide = Matrix(kernelWidth, tileWidth + kernelWidth - 1);
        int panels = (outputs + Dense.PanelWidth - 1) / Dense.PanelWidth;
        float[] packed = new float[high.Length / kernelHeight * (wide.Length / kernelWidth) * panels * channels * Dense.PanelWidth];
        Fill(rows, packed, high, wide, kernelHeight, kernelWidth, outputs, channels, panels * channels * Dense.PanelWidth);
        return packed;
    }

    /// <summary>points × taps: what each tap counts for in the value at a point.</summary>
    private static double[] Matrix(int taps, int points)
    {
        if (points == 1)
        {
            return [1];
        }

        double[] places = points == 4 ? [0, 1, -1] : [0, WinogradPoints.Small, -WinogradPoints.Small, WinogradPoints.Large, -WinogradPoints.Large];
        double[] matrix = new double[points * taps];
        for (int i = 0; i < places.Length; i++)
        {
            double value = 1;
            for (int j = 0; j < places.Length; j++)
            {
                value /= i == j ? 1 : places[i] - places[j];
            }

            // Four points have their first input transform negated: d0 − d2.
            value = points == 4 && i == 0 ? -value : value;
            for (int k = 0; k < taps; k++)
            {
                matrix[(i * taps) + k] = value;
                value *= places[i];
            }
        }

        matrix[matrix.Length - 1] = 1;
        return matrix;
    }

    [MethodImpl(Simd.Hot)]
    private static void Fill(
        ReadOnlySpan<float> rows, float[] packed, double[] high, double[] wide, int kernelHeight, int kernelWidth, int outputs, int channels, int pointLength)
    {
        int pointsHeight = high.Length / kernelHeight;
        int pointsWidth = wide.Length / kernelWidth;
        double[] half = new double[kernelHeight * pointsWidth];
        int taps = kernelHeight * kernelWidth;
        unchecked
        {
            for (int filter = 0; filter < outputs * channels; filter++)
            {
                int output = filter / channels;
                int channel = filter - (output * channels);
                int target = (((output / Dense.PanelWidth * channels) + channel) * Dense.PanelWidth) + (output % Dense.PanelWidth);
                Along(rows.Slice(filter * taps, taps), half, wide, kernelHeight, kernelWidth, pointsWidth);
                for (int p = 0; p < pointsHeight; p++)
                {
                    for (int q = 0; q < pointsWidth; q++)
                    {
                        double sum = 0;
                        for (int k = 0; k < kernelHeight; k++)
                        {
                            sum += high[(p * kernelHeight) + k] * half[(k * pointsWidth) + q];
                        }

                        packed[(((p * pointsWidth) + q) * pointLength) + target] = (float)sum;
                    }
                }
            }
        }
    }

    /// <summary>The rows of one kernel along the width.</summary>
    [MethodImpl(Simd.Hot)]
    private static void Along(ReadOnlySpan<float> kernel, double[] half, double[] wide, int rows, int taps, int points)
    {
        unchecked
        {
            for (int row = 0; row < rows; row++)
            {
                for (int q = 0; q < points; q++)
                {
                    double sum = 0;
                    for (int k = 0; k < taps; k++)
                    {
                        sum += wide[(q * taps) + k] * kernel[(row * taps) + k];
                    }

                    half[(row * points) + q] = sum;
                }
            }
        }
    }
}
