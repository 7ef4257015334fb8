using System;

namespace RedGen.Compiler.Operators.Signal;

/// <summary>The discrete Fourier transform as its definition says, for reference evaluations.</summary>
internal static class FourierSum
{
    /// <summary>The transform of a line: sums of the elements, each turned by its own angle.</summary>
    public static (double[] Real, double[] Imaginary) Of(double[] real, double[] imaginary, bool isInverse)
    {
        int length = real.Length;
        var resultReal = new double[length];
        var resultImaginary = new double[length];
        for (int k = 0; k < length; k++)
        {
            for (int j = 0; j < length; j++)
            {
                double angle = (isInverse ? 2 : -2) * Math.PI * ((long)j * k % length) / length;
                resultReal[k] += (real[j] * Math.Cos(angle)) - (imaginary[j] * Math.Sin(angle));
                resultImaginary[k] += (real[j] * Math.Sin(angle)) + (imaginary[j] * Math.Cos(angle));
            }

            if (!isInverse) continue;
            resultReal[k] /= length;
            resultImaginary[k] /= length;
        }

        return (resultReal, resultImaginary);
    }
}
