using System;
using System.Linq;

namespace RedGen.Compiler.Kernels.ChannelsLast;

/// <summary>
/// The three matrices of Winograd's minimal filtering along one axis, for the points of RedGen.Runtime (WinogradPoints). A filter of r taps
/// gives m outputs by the products of two polynomials at m + r − 1 points, the last of which is infinity.
/// </summary>
internal sealed class WinogradMatrices
{
    private WinogradMatrices(int taps, int outputs, double[] places)
    {
        (Taps, Outputs, Points) = (taps, outputs, places.Length + 1);
        (Input, Kernel, Output) = (new double[Points, Points], new double[Points, taps], new double[outputs, Points]);
        for (int i = 0; i < places.Length; i++)
        {
            double[] others = [.. places.Where((_, j) => j != i)];
            double scale = others.Aggregate(1.0, (product, other) => product * (places[i] - other));
            double[] coefficients = Polynomial(others);
            for (int k = 0; k < coefficients.Length; k++) Input[i, k] = coefficients[k];
            for (int k = 0; k < taps; k++) Kernel[i, k] = Math.Pow(places[i], k) / scale;
            for (int k = 0; k < outputs; k++) Output[k, i] = Math.Pow(places[i], k);
        }

        double[] all = Polynomial(places);
        for (int k = 0; k < all.Length; k++) Input[Points - 1, k] = all[k];
        Kernel[Points - 1, taps - 1] = 1;
        Output[outputs - 1, Points - 1] = 1;
    }

    /// <summary>Taps of the filter.</summary>
    public int Taps { get; }

    /// <summary>Outputs of a tile.</summary>
    public int Outputs { get; }

    /// <summary>Points.</summary>
    public int Points { get; }

    /// <summary>Points × points: from inputs to values at the points.</summary>
    public double[,] Input { get; }

    /// <summary>Points × taps: from a filter.</summary>
    public double[,] Kernel { get; }

    /// <summary>Outputs × points: from products.</summary>
    public double[,] Output { get; }

    /// <summary>The matrices of a tile that RedGen.Runtime offers.</summary>
    public static WinogradMatrices Of(int taps, int outputs) => new(taps, outputs, (taps + outputs - 1) switch
    {
        1 => [],
        4 => [0, 1, -1],
        _ => [0, Math.Sqrt(0.5), -Math.Sqrt(0.5), Math.Sqrt(2), -Math.Sqrt(2)],
    });

    /// <summary>left × x × rightᵀ, every sum in floats.</summary>
    public static float[] Transform(double[,] left, double[,] right, float[] x)
    {
        (int rows, int inner, int columns, int width) = (left.GetLength(0), left.GetLength(1), right.GetLength(0), right.GetLength(1));
        var half = new float[rows * width];
        for (int i = 0; i < half.Length; i++)
            for (int k = 0; k < inner; k++) half[i] += (float)left[i / width, k] * x[(k * width) + (i % width)];
        var y = new float[rows * columns];
        for (int i = 0; i < y.Length; i++)
            for (int k = 0; k < width; k++) y[i] += (float)right[i % columns, k] * half[(i / columns * width) + k];
        return y;
    }

    /// <summary>The coefficients of Π (x − root), the constant one first.</summary>
    private static double[] Polynomial(double[] roots)
    {
        double[] coefficients = [1];
        foreach (double root in roots)
        {
            var next = new double[coefficients.Length + 1];
            for (int i = 0; i < coefficients.Length; i++)
            {
                next[i + 1] += coefficients[i];
                next[i] -= root * coefficients[i];
            }

            coefficients = next;
        }

        return coefficients;
    }
}
