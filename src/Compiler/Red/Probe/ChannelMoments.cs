using System;
using System.Linq;
using RedGen.Compiler.Execute.Fast;
using RedGen.Compiler.Graphs;

namespace RedGen.Compiler.Red.Probe;

/// <summary>Means and deviations of the channels of a batch.</summary>
internal static class ChannelMoments
{
    /// <summary>A channel that hardly varies is not blown up to its known deviation: the factor stays in these bounds.</summary>
    private const double LargestFactor = 16;

    /// <summary>
    /// The variance of the elements of a batch about their means over the samples: what a value tells about its input. A single sample has
    /// no mean to vary about, and counts about zero. Elements that are not finite in some sample do not count.
    /// </summary>
    public static double Energy(FastValue[] samples)
    {
        if (samples.Any(s => s.ElementType != ElementType.Float32)) return 0;
        int length = samples[0].Floats.Length;
        double sum = 0;
        for (int i = 0; i < length; i++)
        {
            double mean = 0, squares = 0;
            if (samples.Length > 1)
            {
                foreach (FastValue sample in samples) mean += sample.Floats[i];
                mean /= samples.Length;
            }

            foreach (FastValue sample in samples) squares += (sample.Floats[i] - mean) * (sample.Floats[i] - mean);
            if (!double.IsNaN(squares) && !double.IsInfinity(squares)) sum += squares;
        }

        return length == 0 ? 0 : sum / length / samples.Length;
    }

    /// <summary>The scale and shift of each channel that bring a batch to known moments.</summary>
    public static (float Scale, float Shift)[] AdjustmentTo(ChannelStatistics known, FastValue[] samples)
    {
        int channels = known.Mean.Length;
        int inner = samples[0].Lengths.Skip(2).Aggregate(1, (a, b) => a * b);
        var result = new (float, float)[channels];
        for (int c = 0; c < channels; c++)
        {
            double sum = 0, squares = 0;
            long count = 0;
            foreach (FastValue sample in samples)
            {
                float[] values = sample.Floats;
                for (int start = c * inner; start < values.Length; start += channels * inner)
                {
                    for (int i = start; i < start + inner; i++)
                    {
                        sum += values[i];
                        squares += (double)values[i] * values[i];
                    }

                    count += inner;
                }
            }

            double mean = count == 0 ? 0 : sum / count;
            double deviation = count == 0 ? 0 : Math.Sqrt(Math.Max(0, (squares / count) - (mean * mean)));
            double scale = deviation > 0 ? Math.Min(LargestFactor, Math.Max(1 / LargestFactor, known.Deviation[c] / deviation)) : 1;
            result[c] = ((float)scale, (float)(known.Mean[c] - (mean * scale)));
        }

        return result;
    }
}
