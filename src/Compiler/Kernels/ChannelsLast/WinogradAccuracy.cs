using System;
using System.Linq;
using RedGen.Compiler.Kernels.Linear;
using RedGen.Compiler.Operators.Pooling;

namespace RedGen.Compiler.Kernels.ChannelsLast;

/// <summary>
/// How exact a layer is when it is computed by Winograd's minimal filtering: its own weights, a few of its outputs, pseudo-random inputs
/// as a Relu leaves them, floats as the runtime computes them against sums in double.
/// </summary>
internal static class WinogradAccuracy
{
    /// <summary>
    /// The largest relative error (root of the mean square, by output channel) that is taken. Layers of trained networks have less
    /// than 2e-6; a tenth of the 1e-4 to which whole networks are held leaves room for what later layers make of it.
    /// </summary>
    private const double Limit = 1e-5;

    private const int MostOutputs = 16;

    private const int Samples = 4;

    /// <summary>Whether the error stays below the limit. Weights that overflow, or that are all zero, have none that does.</summary>
    public static bool Suffices(FloatConvolution read, WinogradTiles tiles)
    {
        // Whole numbers give whole sums, and what compares them (a sign, a threshold) sees if they no longer do. Only halves and quarters keep them.
        if (read.Weights.All(static w => w == Math.Floor(w)) && UsesSixPoints(read.Layer.Window, tiles)) return false;
        return Error(read.Layer, read.Weights, tiles) <= Limit;
    }

    /// <summary>The largest relative error of the outputs looked at; NaN where there is none.</summary>
    internal static double Error(ConvLayer layer, float[] weights, WinogradTiles tiles)
    {
        var high = WinogradMatrices.Of(layer.Window.Height.Kernel, tiles.Height);
        var wide = WinogradMatrices.Of(layer.Window.Width.Kernel, tiles.Width);
        float[][] inputs = Inputs(layer.InChannels * Samples, high.Points * wide.Points);
        float[][] transformed = [.. inputs.Select(d => WinogradMatrices.Transform(high.Input, wide.Input, d))];
        int outputs = Math.Min(layer.OutChannels, MostOutputs);
        double largest = 0;
        for (int i = 0; i < outputs; i++)
        {
            int output = (int)((long)i * layer.OutChannels / outputs);
            double error = Error(layer, weights.AsSpan(output * layer.Taps, layer.Taps), high, wide, inputs, transformed);
            if (!(error <= largest)) largest = error;
            if (double.IsNaN(error)) break;
        }

        return largest;
    }

    private static double Error(ConvLayer layer, ReadOnlySpan<float> filter, WinogradMatrices high, WinogradMatrices wide, float[][] inputs, float[][] transformed)
    {
        int taps = layer.Window.KernelLength;
        var kernels = new float[layer.InChannels][];
        for (int c = 0; c < kernels.Length; c++) kernels[c] = WinogradMatrices.Transform(high.Kernel, wide.Kernel, filter.Slice(c * taps, taps).ToArray());
        double errors = 0, squares = 0;
        for (int sample = 0; sample < Samples; sample++)
        {
            var products = new float[high.Points * wide.Points];
            var exact = new double[high.Outputs * wide.Outputs];
            for (int c = 0; c < kernels.Length; c++)
            {
                float[] v = transformed[(sample * kernels.Length) + c];
                for (int p = 0; p < products.Length; p++) products[p] += v[p] * kernels[c][p];
                Add(exact, filter.Slice(c * taps, taps), inputs[(sample * kernels.Length) + c], high, wide);
            }

            float[] outputs = WinogradMatrices.Transform(high.Output, wide.Output, products);
            for (int i = 0; i < exact.Length; i++)
            {
                errors += (outputs[i] - exact[i]) * (outputs[i] - exact[i]);
                squares += exact[i] * exact[i];
            }
        }

        return Math.Sqrt(errors / squares);
    }

    /// <summary>One channel's share of a tile, as defined.</summary>
    private static void Add(double[] outputs, ReadOnlySpan<float> kernel, float[] input, WinogradMatrices high, WinogradMatrices wide)
    {
        for (int i = 0; i < outputs.Length; i++)
        {
            (int y, int x) = (i / wide.Outputs, i % wide.Outputs);
            for (int k = 0; k < kernel.Length; k++)
                outputs[i] += (double)kernel[k] * input[((y + (k / wide.Taps)) * wide.Points) + x + (k % wide.Taps)];
        }
    }

    private static bool UsesSixPoints(WindowGeometry window, WinogradTiles tiles)
        => Math.Max(WinogradTiles.Points(tiles.Height, window.Height.Kernel), WinogradTiles.Points(tiles.Width, window.Width.Kernel)) > 4;

    /// <summary>Half zeros, half the positive side of a bell.</summary>
    private static float[][] Inputs(int tiles, int length)
    {
        ulong state = 88172645463325252UL;
        double Next()
        {
            unchecked
            {
                state ^= state << 13;
                state ^= state >> 7;
                state ^= state << 17;
                return (state >> 11) / 9007199254740992.0;
            }
        }

        return [.. Enumerable.Range(0, tiles).Select(_ => Enumerable.Range(0, length).Select(_ => (float)Math.Max(0, Next() + Next() + Next() - 1.5)).ToArray())];
    }
}
