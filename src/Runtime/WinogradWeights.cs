#nullable enable
using System;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace RedGen.Runtime;

/// <summary>
/// Transforms the weights of convolutions for <see cref="WinogradConvolution"/>. Generated code does that in its first runs.
/// </summary>
public static class WinogradWeights
{
    /// <summary>Floats of the transformed weights of one convolution.</summary>
    /// <param name="outputs">Output channels.</param>
    /// <param name="channels">Input channels.</param>
    /// <param name="kernelHeight">Taps along the height.</param>
    /// <param name="kernelWidth">Taps along the width.</param>
    /// <param name="tileHeight">Outputs of a tile along the height.</param>
    /// <param name="tileWidth">Outputs of a tile along the width.</param>
    /// <exception cref="OverflowException">They are no array.</exception>
    public static int Length(int outputs, int channels, int kernelHeight, int kernelWidth, int tileHeight, int tileWidth) =>
        checked((tileHeight + kernelHeight - 1) * (tileWidth + kernelWidth - 1) * ((outputs + Dense.PanelWidth - 1) / Dense.PanelWidth) * channels * Dense.PanelWidth);

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
        Check(rows, outputs, channels, kernelHeight, kernelWidth, tileHeight, tileWidth);
        float[] packed = new float[Length(outputs, channels, kernelHeight, kernelWidth, tileHeight, tileWidth)];
        TransformTo(rows, outputs, channels, kernelHeight, kernelWidth, tileHeight, tileWidth, packed);
        return packed;
    }

    /// <summary><see cref="Transform"/> into memory of the caller's. Every element is written once.</summary>
    internal static void TransformTo(
        ReadOnlySpan<float> rows, int outputs, int channels, int kernelHeight, int kernelWidth, int tileHeight, int tileWidth, Span<float> packed)
    {
        Check(rows, outputs, channels, kernelHeight, kernelWidth, tileHeight, tileWidth);
        int length = Length(outputs, channels, kernelHeight, kernelWidth, tileHeight, tileWidth);
        if (packed.Length < length) throw new ArgumentException("There is no room for the transformed weights.", nameof(packed));
        if (length == 0) return;
        int pointsHeight = tileHeight + kernelHeight - 1, pointsWidth = tileWidth + kernelWidth - 1;
        Span<float> high = stackalloc float[pointsHeight * kernelHeight];
        Span<float> wide = stackalloc float[pointsWidth * kernelWidth];
        Fill(high, kernelHeight);
        Fill(wide, kernelWidth);
        int taps = kernelHeight * kernelWidth;
        int depth = channels * taps;
        int pointLength = length / (pointsHeight * pointsWidth);
        Span<float> kernels = stackalloc float[((WinogradSpread.Channels * taps) + 1) * Dense.PanelWidth];
        kernels = kernels.Slice(Simd.ToLine(kernels));
        Span<float> half = stackalloc float[((WinogradSpread.Channels * kernelHeight * pointsWidth) + 1) * Dense.PanelWidth];
        half = half.Slice(Simd.ToLine(half));
        ref float taken = ref MemoryMarshal.GetReference(kernels);
        ref float place = ref MemoryMarshal.GetReference(packed);
        for (int first = 0; first < outputs; first += Dense.PanelWidth)
        {
            int width = Math.Min(outputs - first, Dense.PanelWidth);
            if (width < Dense.PanelWidth) kernels.Clear();
            for (int channel = 0; channel < channels; channel += WinogradSpread.Channels)
            {
                int count = Math.Min(channels - channel, WinogradSpread.Channels);
                ref float from = ref MemoryMarshal.GetReference(rows.Slice((first * depth) + (channel * taps)));
                Transposition.Run(ref from, depth, ref taken, Dense.PanelWidth, width, count * taps);
                Spread(high, wide, kernelHeight, kernelWidth, ref taken, count, half, ref place, pointLength);
                place = ref Unsafe.Add(ref place, count * Dense.PanelWidth);
            }
        }
    }

    private static void Spread(
        Span<float> high, Span<float> wide, int kernelHeight, int kernelWidth, ref float kernels, int channels, Span<float> half, ref float place, int pointLength)
    {
#if NET8_0_OR_GREATER
        if (Lanes512.IsSupported)
        {
            WinogradSpread.Run<Lanes512>(high, wide, kernelHeight, kernelWidth, ref kernels, channels, half, ref place, pointLength);
            return;
        }
#endif
        WinogradSpread.Run<VectorLanes>(high, wide, kernelHeight, kernelWidth, ref kernels, channels, half, ref place, pointLength);
    }

    private static void Check(ReadOnlySpan<float> rows, int outputs, int channels, int kernelHeight, int kernelWidth, int tileHeight, int tileWidth)
    {
        if (outputs < 0 || channels < 0 || !WinogradConvolution.Serves(kernelHeight, tileHeight) || !WinogradConvolution.Serves(kernelWidth, tileWidth)
            || rows.Length != (long)outputs * channels * kernelHeight * kernelWidth)
        {
            throw new ArgumentException("The rows are not outputs × channels × taps, or the tiles do not serve the kernel.", nameof(rows));
        }
    }

    /// <summary>points × taps: what each tap counts for in the value at a point.</summary>
    private static void Fill(Span<float> matrix, int taps)
    {
        int points = matrix.Length / taps;
        for (int i = 0; i < points - 1; i++)
        {
            double value = 1;
            for (int j = 0; j < points - 1; j++)
            {
                value /= i == j ? 1 : Place(i, points) - Place(j, points);
            }

            // Four points have their first input transform negated: d0 − d2.
            value = points == 4 && i == 0 ? -value : value;
            for (int k = 0; k < taps; k++)
            {
                matrix[(i * taps) + k] = (float)value;
                value *= Place(i, points);
            }
        }
    }

    private static double Place(int point, int points) => point switch
    {
        1 => points == 4 ? 1 : WinogradPoints.Small,
        2 => points == 4 ? -1 : -WinogradPoints.Small,
        3 => WinogradPoints.Large,
        4 => -WinogradPoints.Large,
        _ => 0,
    };
}
