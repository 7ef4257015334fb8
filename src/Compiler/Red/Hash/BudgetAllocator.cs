using System;
using System.Collections.Generic;
using System.Collections.Immutable;
using System.Linq;

namespace RedGen.Compiler.Red.Hash;

/// <summary>A layer as the allocator sees it.</summary>
/// <param name="Weights">The initializer.</param>
/// <param name="Candidates">From coarse to fine.</param>
/// <param name="Gain">Squared relative error at the outputs for each unit of noise at the layer.</param>
/// <param name="MultiplyAdds">Multiplications as it is.</param>
/// <param name="IsConvolution">Whether arithmetic and not memory bounds the layer.</param>
internal sealed record BudgetLayer(string Weights, ImmutableArray<LayerCandidate> Candidates, double Gain, double MultiplyAdds, bool IsConvolution);

/// <summary>How many bytes the weights may take.</summary>
/// <param name="Floats">Bytes of all float constants as they are.</param>
/// <param name="Fixed">Bytes of those that are not the layers'.</param>
/// <param name="Share">The share of the original bytes up to which layers get second codes, or are left as floats, to meet the tolerance.</param>
internal sealed record WeightLimit(long Floats, long Fixed, double Share = WeightLimit.DefaultShare)
{
    /// <summary>The share where nobody asked for a tolerance: a third of the bytes, with room for padding.</summary>
    public const double DefaultShare = 0.328;

    /// <summary>The share up to which they do beyond that, where only the error counts.</summary>
    public const double FineShare = 0.324;
}

/// <summary>How far refinement goes.</summary>
/// <param name="Limit">The error that must be met.</param>
/// <param name="Target">Refinement goes on to this error where it is cheap; equal to the limit: it stops there.</param>
/// <param name="Removed">Cheap: as long as this share of the multiplications stays removed.</param>
internal sealed record BudgetGoal(double Limit, double Target, double Removed);

/// <summary>
/// Gives every layer its number of values: from coarse to fine, each step refines the layer whose refinement buys most output error for a
/// lost multiplication.
/// </summary>
internal static class BudgetAllocator
{
    /// <summary>A lost byte counts as this many lost multiplications, so that dense layers, whose multiplications are cheap, have a price too.</summary>
    private const double MultiplicationsPerByte = 1;

    /// <summary>A layer that gets more than a byte a weight for less error than was asked for may bring back this share of all multiplications at most.</summary>
    private const double MostLost = 0.05;

    /// <summary>
    /// The least gain, as a share of the largest, that a layer is refined with beyond a byte a weight, or where only the error counts: the shares of branches
    /// come from inputs made without data, and tell not much more (the sine of a spectrum beside its cosine had 0.1 %, noise with an offset being all in bin 0).
    /// </summary>
    private const double LeastGain = 0.1;

    /// <summary>The index of each layer's candidate.</summary>
    public static ImmutableArray<int> Allocate(ImmutableArray<BudgetLayer> layers, BudgetGoal goal, WeightLimit weights)
    {
        var chosen = new int[layers.Length];
        double original = layers.Sum(l => l.MultiplyAdds), mostGain = layers.Select(l => l.Gain).DefaultIfEmpty(0).Max();
        bool isFine = goal.Removed == 0 && goal.Target < goal.Limit;
        bool isLimitMet = false;
        while (true)
        {
            double error = Error(layers, chosen);
            isLimitMet = error <= goal.Limit;
            if (error <= goal.Target) break;
            double spent = layers.Select((l, i) => l.Candidates[chosen[i]].Multiplications).Sum();
            long bytes = weights.Fixed + layers.Select((l, i) => l.Candidates[chosen[i]].Bytes).Sum();
            int best = -1;
            double bestPrice = 0;
            for (int i = 0; i < layers.Length; i++)
            {
                if (chosen[i] + 1 >= layers[i].Candidates.Length) continue;
                LayerCandidate now = layers[i].Candidates[chosen[i]], next = layers[i].Candidates[chosen[i] + 1];
                double lost = next.Multiplications - now.Multiplications;
                // One sum for all layers: each would add up all others again.
                if (isLimitMet && spent + lost > (1 - goal.Removed) * original) continue;
                if (!next.IsByte && !Fits(bytes + next.Bytes - now.Bytes, lost, original, weights, goal, isLimitMet)) continue;
                double price = Price(layers[i], chosen[i], next.IsByte && !isFine ? 0 : LeastGain * mostGain);
                if (best < 0 || price > bestPrice) (best, bestPrice) = (i, price);
            }

            if (best < 0) break;
            chosen[best]++;
        }

        return [.. chosen];
    }

    /// <summary>The relative error at the outputs that choices come to: independent errors add in squares.</summary>
    public static double Error(ImmutableArray<BudgetLayer> layers, IReadOnlyList<int> chosen)
        => Math.Sqrt(layers.Select((l, i) => l.Gain * l.Candidates[chosen[i]].Noise).Sum());

    /// <summary>Second codes take a part of a byte more, floats three: what is left of the allowed bytes is theirs.</summary>
    private static bool Fits(long bytes, double lost, double original, WeightLimit weights, BudgetGoal goal, bool isLimitMet)
    {
        if (isLimitMet && (goal.Removed > 0 || lost > MostLost * original)) return false;
        return bytes <= (isLimitMet ? WeightLimit.FineShare : weights.Share) * weights.Floats;
    }

    private static double Price(BudgetLayer layer, int index, double leastGain)
    {
        LayerCandidate now = layer.Candidates[index], next = layer.Candidates[index + 1];
        double lost = Math.Max(0, next.Multiplications - now.Multiplications) + (MultiplicationsPerByte * Math.Max(0, next.Bytes - now.Bytes)) + 1;
        return Math.Max(layer.Gain, leastGain) * Math.Max(0, now.Noise - next.Noise) / lost;
    }
}
