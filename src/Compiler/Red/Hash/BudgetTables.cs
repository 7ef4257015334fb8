using System;
using System.Collections.Generic;
using System.Collections.Immutable;
using System.Linq;
using System.Threading;
using RedGen.Compiler.Kernels.Linear;
using RedGen.Compiler.Options;
using RedGen.Compiler.Red.Planning;

namespace RedGen.Compiler.Red.Hash;

/// <summary>The allocator's tables: for each layer and number of values the noise and the cost, and how much of the noise reaches the outputs.</summary>
internal sealed class BudgetTables(HashingProblem problem, WeightTier tier, bool measuresGains, Action<TuneProgress>? onProgress, CancellationToken cancellationToken)
{
    private const int Coarse = 7;
    private const int Fine = 31;

    /// <summary>The layers, in the problem's order.</summary>
    public ImmutableArray<BudgetLayer> Layers(IReadOnlyList<int> menu)
    {
        ImmutableArray<BudgetLayer>.Builder layers = ImmutableArray.CreateBuilder<BudgetLayer>();
        var measured = new List<double>();
        foreach (HashLayer layer in problem.Layers)
        {
            cancellationToken.ThrowIfCancellationRequested();
            ImmutableArray<LayerCandidate> candidates = Candidates(layer, menu);
            double gain = layer.Layer.Node.Outputs.Select(o => problem.Gains.TryGetValue(o, out double structural) ? structural : 0).Max();
            measured.Add(measuresGains ? MeasuredGain(layer) : double.NaN);
            layers.Add(new BudgetLayer(layer.Layer.Weights, candidates, gain, layer.Geometry.MultiplyAdds, layer.Geometry.IsConvolution));
            onProgress?.Invoke(new TuneProgress("sensitivities", 0.2 + (0.4 * layers.Count / problem.Layers.Length)));
        }

        return measuresGains ? Blend(layers.ToImmutable(), measured) : layers.ToImmutable();
    }

    /// <summary>
    /// Measured gains tell layers apart, but on inputs made without data their common factor is not to be trusted: they are brought to the
    /// structural ones' sum, and the geometric mean of both is taken.
    /// </summary>
    private static ImmutableArray<BudgetLayer> Blend(ImmutableArray<BudgetLayer> layers, List<double> measured)
    {
        double structural = layers.Sum(l => l.Gain), sum = measured.Sum();
        if (sum <= 0 || double.IsNaN(sum) || double.IsInfinity(sum)) return layers;
        return [.. layers.Select((l, i) => l with { Gain = Math.Sqrt(Math.Max(l.Gain, 1e-6) * Math.Max(measured[i] * structural / sum, 1e-6)) })];
    }

    private double MeasuredGain(HashLayer layer)
    {
        HashedLayer hashed = layer.Hash(Coarse, out double noise);
        return noise > 0 ? problem.Measure([hashed]) / noise : 0;
    }

    private ImmutableArray<LayerCandidate> Candidates(HashLayer layer, IReadOnlyList<int> menu)
    {
        long floats = 4L * layer.Layer.Count;
        ImmutableArray<LayerCandidate>.Builder candidates = ImmutableArray.CreateBuilder<LayerCandidate>();
        Func<int, double> noise = NoiseOf(layer.Hasher);
        foreach (int n in menu)
        {
            if (layer.Geometry.Bytes(n) >= floats || (n > FineLevels.MostOfOneCode && !TakesTwoCodes(layer))) continue;
            var candidate = new LayerCandidate(n, noise(n), layer.Geometry.Multiplications(n), layer.Geometry.Bytes(n));
            // A layer's own values may be nearer than levels that are finer.
            if (!candidate.IsByte && candidates.Count > 0 && candidates[^1].Noise <= candidate.Noise) continue;
            candidates.Add(candidate);
            // Finer than exact is nothing but dearer.
            if (candidate.Noise == 0) return candidates.ToImmutable();
        }

        candidates.Add(new LayerCandidate(0, 0, layer.Geometry.MultiplyAdds, layer.Geometry.FloatBytes));
        return candidates.ToImmutable();
    }

    /// <summary>The papers' density has one codebook; a dense layer that waits for memory is faster on single bytes, which are decoded as they are read.</summary>
    private bool TakesTwoCodes(HashLayer layer)
        => layer.Hasher is AdaptiveHasher && (layer.Geometry.IsConvolution || (tier != WeightTier.InPlace && 4L * layer.Layer.Count < HashedDenseKernel.MemoryBound));

    /// <summary>
    /// Noise falls as a power of the number of values: two points tell it. The papers' density has no such law, and a layer of few different weights none
    /// where the values suffice for them: those points are computed.
    /// </summary>
    private static Func<int, double> NoiseOf(LayerHasher hasher)
    {
        if (hasher is not AdaptiveHasher adaptive) return n => hasher.Hash(n).Noise;
        double coarse = adaptive.UniformNoise(Coarse), fine = adaptive.UniformNoise(Fine);
        if (coarse <= 0 || fine <= 0) return n => n >= Coarse ? Math.Min(coarse, fine) : adaptive.UniformNoise(n);
        double slope = Math.Log(fine / coarse) / Math.Log((double)Fine / Coarse);
        // In float, so that the last bit of a machine's power function decides nothing.
        return n => Math.Min((float)(coarse * Math.Pow((double)n / Coarse, slope)), adaptive.HashToOwn(n)?.Noise ?? double.PositiveInfinity);
    }
}
