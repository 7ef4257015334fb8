using System;
using System.Linq;
using RedGen.Compiler.Execute;

namespace RedGen.Compiler.Red.Probe;

/// <summary>
/// Noise of mean 0 and deviation 1 that is smooth over the last two axes, as images and spectra are: the spectrum of natural images falls
/// like 1/f (Field, 1987), so each octave of scales has the same share. Channels are alike but not equal.
/// </summary>
internal static class SmoothNoise
{
    /// <summary>Axes shorter than this are features, not places.</summary>
    private const int ShortestAxis = 7;

    /// <summary>The share of the deviation that all channels have in common.</summary>
    private const double Shared = 0.85;

    /// <summary>Makes one value.</summary>
    /// <param name="lengths">The shape; of rank 3 and more, the last two axes may be places.</param>
    /// <param name="count">The number of elements.</param>
    /// <param name="random">The source.</param>
    public static float[] Make(int[] lengths, int count, SplitMix64 random)
    {
        var noise = new float[count];
        int rank = lengths.Length;
        int width = rank >= 3 && lengths[rank - 1] >= ShortestAxis ? lengths[rank - 1] : 1;
        int height = width > 1 && rank >= 4 && lengths[rank - 2] >= ShortestAxis ? lengths[rank - 2] : 1;
        if (width == 1)
        {
            for (int i = 0; i < count; i++) noise[i] = (float)random.NextNormal();
            return noise;
        }

        int plane = width * height;
        double[] common = Plane(height, width, random);
        for (int start = 0; start < count; start += plane)
        {
            double[] own = Plane(height, width, random);
            for (int i = 0; i < plane && start + i < count; i++) noise[start + i] = (float)((Shared * common[i]) + (Math.Sqrt(1 - (Shared * Shared)) * own[i]));
        }

        return noise;
    }

    /// <summary>A sum of octaves: random grids of cells of 1, 2, 4, … elements, interpolated linearly, of equal weight.</summary>
    private static double[] Plane(int height, int width, SplitMix64 random)
    {
        var plane = new double[height * width];
        for (int cell = 1; cell < 2 * Math.Max(height, width); cell *= 2)
        {
            int rows = ((height - 1) / cell) + 2, columns = ((width - 1) / cell) + 2;
            double[] grid = [.. Enumerable.Range(0, rows * columns).Select(_ => random.NextNormal())];
            for (int y = 0; y < height; y++)
            {
                double v = (double)(y % cell) / cell;
                for (int x = 0; x < width; x++)
                {
                    double u = (double)(x % cell) / cell;
                    int at = (y / cell * columns) + (x / cell);
                    plane[(y * width) + x] += ((1 - v) * (((1 - u) * grid[at]) + (u * grid[at + 1]))) + (v * (((1 - u) * grid[at + columns]) + (u * grid[at + columns + 1])));
                }
            }
        }

        double deviation = Math.Sqrt(plane.Sum(p => p * p) / plane.Length);
        for (int i = 0; i < plane.Length; i++) plane[i] /= deviation == 0 ? 1 : deviation;
        return plane;
    }
}
