using System;
using System.Linq;
using RedGen.Compiler.Execute;

namespace RedGen.Compiler.Operators.Normalisation;

/// <summary>What a normalisation subtracts from a row, and by what it multiplies the difference.</summary>
/// <param name="Mean">The mean; 0 where only the length of the row counts.</param>
/// <param name="Inverse">1 / √(mean of the squared differences + epsilon).</param>
internal readonly record struct RowStatistics(double Mean, double Inverse)
{
    /// <summary>The statistics of neighbouring elements.</summary>
    public static RowStatistics Of(ReferenceTensor x, int start, int length, double epsilon)
    {
        var row = new ArraySegment<double>(x.Reals!, start, length);
        double mean = row.Sum() / length;
        return new(mean, 1 / Math.Sqrt((row.Sum(v => (v - mean) * (v - mean)) / length) + epsilon));
    }

    /// <summary>The normalised value.</summary>
    public double Apply(double x) => (x - Mean) * Inverse;
}
