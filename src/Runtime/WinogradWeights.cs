#nullable enable
using System;
using System.Numerics;
using System.Runtime.CompilerServices;
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
        int pointsHeight = high.Length / Vector<double>.Count / kernelHeight;
        int pointsWidth = wide.Length / Vector<double>.Count / kernelWidth;
        int pointLength = panels * channels * Dense.PanelWidth;
        float[] packed = new float[pointsHeight * pointsWidth * pointLength];
        int taps = kernelHeight * kernelWidth;
        double[] kernels = new double[taps * Dense.PanelWidth];
        double[] half = new double[kernelHeight * pointsWidth * Dense.PanelWidth];
        double[] column = new double[pointsHeight * Dense.PanelWidth];
        for (int panel = 0; panel < panels; panel++)
        {
            int first = panel * Dense.PanelWidth;
            for (int channel = 0; channel < channels; channel++)
            {
                Gather(rows.Slice(((first * channels) + channel) * taps), kernels, taps, channels * taps, Math.Min(outputs - first, Dense.PanelWidth));
                for (int row = 0; row < kernelHeight; row++)
                {
                    Spread(wide, kernelWidth, ref kernels[row * kernelWidth * Dense.PanelWidth], 1, ref half[row * pointsWidth * Dense.PanelWidth]);
                }

                for (int q = 0; q < pointsWidth; q++)
                {
                    Spread(high, kernelHeight, ref half[q * Dense.PanelWidth], pointsWidth, ref column[0]);
                    Round(column, ref packed[(q * pointLength) + (((panel * channels) + channel) * Dense.PanelWidth)], pointsWidth * pointLength);
                }
            }
        }

        return packed;
    }

    /// <summary>points × taps: what each tap counts for in the value at a point, in every lane of a vector.</summary>
    private static double[] Matrix(int taps, int points)
    {
        int lanes = Vector<double>.Count;
        double[] matrix = new double[points * taps * lanes];
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
                for (int lane = 0; lane < lanes; lane++)
                {
                    matrix[(((i * taps) + k) * lanes) + lane] = value;
                }

                value *= places[i];
            }
        }

        return matrix;
    }

    /// <summary>One channel's kernels for the outputs of a panel: kernels[tap][output].</summary>
    [MethodImpl(Simd.Hot)]
    private static void Gather(ReadOnlySpan<float> rows, double[] kernels, int taps, int step, int outputs)
    {
        unchecked
        {
            Array.Clear(kernels, 0, kernels.Length);
            ref double to = ref kernels[0];
            for (int output = 0; output < outputs; output++)
            {
                ref float kernel = ref MemoryMarshal.GetReference(rows.Slice(output * step, taps));
                for (nint tap = 0; tap < taps; tap++)
                {
                    Unsafe.Add(ref to, (tap * Dense.PanelWidth) + output) = Unsafe.Add(ref kernel, tap);
                }
            }
        }
    }

    /// <summary>
    /// to[point] = Σ over taps of matrix[point, tap] × from[tap], each a panel's width of doubles. Only the first tap counts at 0, only the last one at ∞,
    /// and two points of opposite signs share the sums of their even and of their odd taps.
    /// </summary>
    [MethodImpl(Simd.Hot)]
    private static void Spread(double[] matrix, int taps, ref double from, nint step, ref double to)
    {
        unchecked
        {
            nint vectors = Dense.PanelWidth / Vector<double>.Count;
            int points = matrix.Length / Vector<double>.Count / taps;
            ref Vector<double> factors = ref Unsafe.As<double, Vector<double>>(ref matrix[0]);
            step *= vectors;
            for (nint v = 0; v < vectors; v++)
            {
                ref Vector<double> x = ref Unsafe.Add(ref Unsafe.As<double, Vector<double>>(ref from), v);
                ref Vector<double> y = ref Unsafe.Add(ref Unsafe.As<double, Vector<double>>(ref to), v);
                if (points == 1)
                {
                    y = x;
                    continue;
                }

                y = x * factors;
                ref Vector<double> factor = ref Unsafe.Add(ref factors, taps);
                for (int point = 1; point < points - 1; point += 2)
                {
                    Vector<double> even = (x * factor) + (Unsafe.Add(ref x, 2 * step) * Unsafe.Add(ref factor, 2));
                    Vector<double> odd = Unsafe.Add(ref x, step) * Unsafe.Add(ref factor, 1);
                    if (taps > 3)
                    {
                        odd += Unsafe.Add(ref x, 3 * step) * Unsafe.Add(ref factor, 3);
                        even += Unsafe.Add(ref x, 4 * step) * Unsafe.Add(ref factor, 4);
                    }

                    Unsafe.Add(ref y, point * vectors) = even + odd;
                    Unsafe.Add(ref y, (point + 1) * vectors) = even - odd;
                    factor = ref Unsafe.Add(ref factor, 2 * taps);
                }

                Unsafe.Add(ref y, (points - 1) * vectors) = Unsafe.Add(ref x, (taps - 1) * step);
            }
        }
    }

    /// <summary>Rounds a column of points to floats.</summary>
    [MethodImpl(Simd.Hot)]
    private static void Round(double[] column, ref float packed, nint pointStep)
    {
        unchecked
        {
            ref Vector<double> from = ref Unsafe.As<double, Vector<double>>(ref column[0]);
            nint vectors = Dense.PanelWidth / Vector<float>.Count;
            for (int done = 0; done < column.Length; done += Dense.PanelWidth)
            {
                ref Vector<float> to = ref Unsafe.As<float, Vector<float>>(ref packed);
                for (nint v = 0; v < vectors; v++)
                {
                    Unsafe.Add(ref to, v) = Vector.Narrow(from, Unsafe.Add(ref from, 1));
                    from = ref Unsafe.Add(ref from, 2);
                }

                packed = ref Unsafe.Add(ref packed, pointStep);
            }
        }
    }
}
