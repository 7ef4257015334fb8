#nullable enable
using System;

namespace RedGen.Runtime;

/// <summary>ONNX MelWeightMatrix: where the bands lie in the spectrum.</summary>
public static class MelBands
{
    /// <summary>Finds the bins in which the bands begin, peak and end: band b has its edges at b and b + 2 and its peak at b + 1.</summary>
    /// <param name="node">The node, for messages.</param>
    /// <param name="bands">The number of bands; it must be what <paramref name="edges"/> holds.</param>
    /// <param name="length">The length of the transform whose bins are weighted.</param>
    /// <param name="rate">The sample rate.</param>
    /// <param name="low">The frequency where the first band begins.</param>
    /// <param name="high">The frequency where the bands end.</param>
    /// <param name="bins">The number of bins that the length must give.</param>
    /// <param name="edges">Gets the bins: two more than there are bands.</param>
    public static void Find(string node, long bands, long length, long rate, double low, double high, int bins, Span<int> edges)
    {
        if (bands != edges.Length - 2 || length < 0L || (length / 2L) + 1L != bins)
            throw new ArgumentException(node + ": the model's file declares " + (edges.Length - 2) + " bands of " + bins + " bins; the inputs give others.");
        double lowMel = 2595d * Math.Log10(1d + (low / 700d));
        double step = ((2595d * Math.Log10(1d + (high / 700d))) - lowMel) / edges.Length;
        for (int i = 0; i < edges.Length; i++)
        {
            double hertz = 700d * (Math.Pow(10d, (lowMel + (i * step)) / 2595d) - 1d);
            double bin = Math.Floor((length + 1d) * hertz / rate);
            // The last edge has weight 0: it may be the first bin beyond the spectrum.
            bool isInside = rate > 0L && bin >= (i == 0 ? 0 : edges[i - 1]) && bin < (i == edges.Length - 1 ? bins + 1d : bins);
            if (!isInside) throw new ArgumentException(node + ": the bands do not lie within the spectrum, which ends at half the sample rate.");
            edges[i] = (int)bin;
        }
    }
}
