using System;
using System.Collections.Generic;
using System.Collections.Immutable;
using System.Linq;

namespace RedGen.Compiler.Red.Splitting;

/// <summary>
/// RED's uneven depthwise separation (redpp.md §3): the kernels of each input channel that differ by more than a factor, and how each
/// output is put together from what they give.
/// </summary>
/// <param name="Kernels">Signed magnitudes of the kernels, kernels × taps: the first one met stands for all that are proportional to it.</param>
/// <param name="KernelStarts">Where the kernels of each input channel begin; one more at the end.</param>
/// <param name="Uses">Which outputs read which kernel, in the order of the kernels.</param>
/// <param name="UseStarts">Where the uses of each kernel begin; one more at the end.</param>
internal sealed record KernelSeparation(ImmutableArray<float> Kernels, ImmutableArray<int> KernelStarts, ImmutableArray<KernelUse> Uses, ImmutableArray<int> UseStarts)
{
    /// <summary>Finds the kernels of a layer.</summary>
    public static KernelSeparation Of(SplitLayer layer) => Of(layer, long.MaxValue)!;

    /// <summary>Finds the kernels of a layer; null as soon as they have more weights to multiply with than a limit: trained layers share next to none.</summary>
    public static KernelSeparation? Of(SplitLayer layer, long limit)
    {
        long products = 0;
        var kernels = ImmutableArray.CreateBuilder<float>();
        var starts = ImmutableArray.CreateBuilder<int>();
        var uses = new List<List<KernelUse>>();
        var weights = new float[layer.Taps];
        for (int channel = 0; channel < layer.Geometry.InChannels; channel++)
        {
            starts.Add(uses.Count);
            var known = new Dictionary<double[], (int Kernel, float Lead)>(RatioComparer.Instance);
            int group = channel / layer.GroupInputs;
            for (int output = group * layer.GroupOutputs; output < (group + 1) * layer.GroupOutputs; output++)
            {
                Read(layer, output, channel % layer.GroupInputs, weights);
                if (Array.Find(weights, w => w != 0) is var lead && lead == 0) continue;
                // Quotients of floats that differ, differ as doubles too, so that equal ratios mean proportional kernels.
                double[] ratios = [.. weights.Select(w => (double)w / lead)];
                if (!known.TryGetValue(ratios, out (int Kernel, float Lead) found))
                {
                    known.Add(ratios, found = (uses.Count, lead));
                    uses.Add([]);
                    kernels.AddRange(weights);
                    products += weights.Count(w => w is not (0 or 1 or -1));
                    if (products > limit) return null;
                }

                uses[found.Kernel].Add(new KernelUse(output, lead / found.Lead));
            }
        }

        starts.Add(uses.Count);
        var useStarts = ImmutableArray.CreateBuilder<int>();
        useStarts.Add(0);
        foreach (List<KernelUse> list in uses) useStarts.Add(useStarts[useStarts.Count - 1] + list.Count);
        return new KernelSeparation(kernels.ToImmutable(), starts.ToImmutable(), [.. uses.SelectMany(u => u)], useStarts.ToImmutable());
    }

    private static void Read(SplitLayer layer, int output, int input, float[] weights)
    {
        ReadOnlySpan<byte> indices = layer.Matrix.Indices.Slice((output * layer.Matrix.Columns) + (input * layer.Taps), layer.Taps);
        for (int t = 0; t < weights.Length; t++)
        {
            int map = layer.Magnitudes.Maps[indices[t]];
            weights[t] = map == 0 ? 0 : Math.Sign(map) * layer.Magnitudes.Values[Math.Abs(map) - 1];
        }
    }

    private sealed class RatioComparer : IEqualityComparer<double[]>
    {
        public static RatioComparer Instance { get; } = new();

        public bool Equals(double[]? a, double[]? b) => a!.SequenceEqual(b!);

        public int GetHashCode(double[] ratios) => ratios.Aggregate(17, (hash, r) => unchecked((hash * 31) + r.GetHashCode()));
    }
}

/// <summary>A kernel's part in an output.</summary>
/// <param name="Output">The output channel.</param>
/// <param name="Factor">What the kernel's convolution is multiplied by.</param>
internal readonly record struct KernelUse(int Output, float Factor);
