#nullable enable
using System;
using System.Runtime.InteropServices;

namespace RedGen.Runtime;

/// <summary>
/// Transforms the weights of convolutions for <see cref="WinogradConvolution"/>. Generated code does that once, at its first use. Sums are
/// formed in double and rounded once.
/// </summary>
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
        int pointsHeight = high.Length / kernelHeight;
        int pointsWidth = wide.Length / kernelWidth;
        int pointLength = panels * channels * Dense.PanelWidth;
        float[] packed = new float[pointsHeight * pointsWidth * pointLength];
        int depth = channels * kernelHeight * kernelWidth;
        if (depth == 0) return packed;
        float[] kernels = new float[depth * Dense.PanelWidth];
        double[] half = new double[kernelHeight * pointsWidth * Dense.PanelWidth];
        for (int panel = 0; panel < panels; panel++)
        {
            int first = panel * Dense.PanelWidth;
            int width = Math.Min(outputs - first, Dense.PanelWidth);
            if (width < Dense.PanelWidth) Array.Clear(kernels, 0, kernels.Length);
            Transposition.Run(ref MemoryMarshal.GetReference(rows.Slice(first * depth)), depth, ref kernels[0], Dense.PanelWidth, width, depth);
            ref float place = ref packed[panel * channels * Dense.PanelWidth];
#if NET8_0_OR_GREATER
            if (Lanes512.IsSupported)
            {
                WinogradSpread.Run<Doubles512>(high, wide, kernelHeight, kernelWidth, kernels, half, ref place, pointLength);
                continue;
            }
#endif
            WinogradSpread.Run<VectorDoubles>(high, wide, kernelHeight, kernelWidth, kernels, half, ref place, pointLength);
        }

        return packed;
    }

    /// <summary>points × taps: what each tap counts for in the value at a point.</summary>
    private static double[] Matrix(int taps, int points)
    {
        double[] matrix = new double[points * taps];
        if (points == 1)
        {
            return matrix;
        }

        double[] places = points == 4 ? [0, 1, -1] : [0, WinogradPoints.Small, -WinogradPoints.Small, WinogradPoints.Large, -WinogradPoints.Large];
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

        return matrix;
    }
}
