using System;
using System.Collections.Generic;

namespace RedGen.Compiler.Red.Hash;

/// <summary>
/// The density of numbers, d(w) = 1/(N Δ) Σ_v K((w − v)/Δ) with a Gaussian K, on a grid of Δ/3 from three Δ below the least to three Δ above the
/// largest: counts in bins, then one convolution.
/// </summary>
internal sealed class KernelDensity
{
    /// <summary>Cells of a grid at most; narrower kernels than that tell single weights apart.</summary>
    public const int MostCells = 24000;

    private const int StepsPerWidth = 3;

    /// <summary>e^(−1/18): the kernel one step from its centre. Powers of it are the whole kernel, the same on every machine.</summary>
    private const double OneStep = 0.9459594689067654;

    /// <summary>Steps beyond which the kernel is nothing: five Δ.</summary>
    private const int Reach = 5 * StepsPerWidth;

    private readonly double[] _density;
    private readonly double _start;
    private readonly double _step;

    private KernelDensity(double[] density, double start, double step)
    {
        _density = density;
        _start = start;
        _step = step;
    }

    /// <summary>The density along the grid, up to a common factor.</summary>
    public IReadOnlyList<double> Values => _density;

    /// <summary>The place of a cell.</summary>
    public double At(int cell) => _start + (cell * _step);

    /// <summary>Estimates a density.</summary>
    /// <param name="numbers">The numbers.</param>
    /// <param name="least">The least of them.</param>
    /// <param name="most">The largest of them.</param>
    /// <param name="width">Δ, more than 0.</param>
    public static KernelDensity Of(float[] numbers, double least, double most, double width)
    {
        double step = Math.Max(width / StepsPerWidth, (most - least) / MostCells);
        double start = least - (StepsPerWidth * StepsPerWidth * step);
        int cells = (int)Math.Ceiling((most - least) / step) + (2 * StepsPerWidth * StepsPerWidth) + 1;
        var counts = new double[cells];
        foreach (float v in numbers) counts[(int)Math.Floor(((v - start) / step) + 0.5)]++;
        double[] kernel = Kernel();
        var density = new double[cells];
        for (int i = 0; i < cells; i++)
        {
            if (counts[i] == 0) continue;
            for (int k = Math.Max(-Reach, -i); k <= Reach && i + k < cells; k++) density[i + k] += counts[i] * kernel[Math.Abs(k)];
        }

        return new KernelDensity(density, start, step);
    }

    /// <summary>The places of the local minima between two maxima; a plateau counts once, at its left end.</summary>
    public double[] Minima()
    {
        var minima = new List<double>();
        bool hasRisen = false, falls = false;
        int bottom = 0;
        for (int i = 1; i < _density.Length; i++)
        {
            if (_density[i] < _density[i - 1])
            {
                falls = hasRisen;
                bottom = i;
            }
            else if (_density[i] > _density[i - 1])
            {
                if (falls) minima.Add(At(bottom));
                (hasRisen, falls) = (true, false);
            }
        }

        return [.. minima];
    }

    /// <summary>The place of the largest density in each interval; ties to the left.</summary>
    public double[] Maxima(double[] borders)
    {
        var places = new double[borders.Length + 1];
        int k = 0;
        double largest = -1;
        for (int i = 0; i < _density.Length; i++)
        {
            if (k < borders.Length && At(i) >= borders[k])
            {
                k++;
                largest = -1;
            }

            if (_density[i] > largest) (largest, places[k]) = (_density[i], At(i));
        }

        return places;
    }

    private static double[] Kernel()
    {
        // e^(−k²/18) = e^(−(k−1)²/18) · e^(−(2k−1)/18).
        var kernel = new double[Reach + 1];
        double factor = OneStep;
        kernel[0] = 1;
        for (int k = 1; k <= Reach; k++)
        {
            kernel[k] = kernel[k - 1] * factor;
            factor *= OneStep * OneStep;
        }

        return kernel;
    }
}
