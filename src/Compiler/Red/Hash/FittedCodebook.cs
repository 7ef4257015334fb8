using System;
using System.Collections.Generic;
using System.Linq;

namespace RedGen.Compiler.Red.Hash;

/// <summary>Values that fit the weights of a layer: the symmetric quantiser of least squared error (Lloyd, 1982; Max, 1960), with zero fixed.</summary>
internal static class FittedCodebook
{
    private const int Rounds = 12;

    /// <summary>Fits a codebook.</summary>
    /// <param name="weights">Weights over the scale of their output, so that those of −n … n fit well.</param>
    /// <param name="magnitudes">n.</param>
    public static Codebook Of(float[] weights, int magnitudes)
    {
        float[] sorted = [.. weights.Select(Math.Abs)];
        Array.Sort(sorted);
        var sums = new double[sorted.Length + 1];
        for (int i = 0; i < sorted.Length; i++) sums[i + 1] = sums[i] + sorted[i];
        var values = new double[magnitudes + 1];
        for (int k = 1; k <= magnitudes; k++) values[k] = k;
        for (int round = 0; round < Rounds; round++)
        {
            int start = Below(sorted, (values[0] + values[1]) / 2);
            for (int k = 1; k <= magnitudes; k++)
            {
                int end = k == magnitudes ? sorted.Length : Below(sorted, (values[k] + values[k + 1]) / 2);
                if (end > start) values[k] = (sums[end] - sums[start]) / (end - start);
                start = end;
            }
        }

        var magnitudesUsed = new SortedSet<float>(values.Skip(1).Select(v => (float)v).Where(v => v > 0));
        return new Codebook([.. magnitudesUsed.Reverse().Select(v => -v), 0f, .. magnitudesUsed]);
    }

    /// <summary>How many elements are below a border.</summary>
    private static int Below(float[] sorted, double border)
    {
        int low = 0, high = sorted.Length;
        while (low < high)
        {
            int middle = (low + high) / 2;
            if (sorted[middle] < border) low = middle + 1;
            else high = middle;
        }

        return low;
    }
}
