using System;
using System.Collections.Generic;
using System.Collections.Immutable;
using System.Linq;
using RedGen.Compiler.Red.Hash;
using Xunit;

namespace RedGen.Compiler.Tests.Red.Hash;

/// <summary>The allocator on random tables: limits, rules, and the best that there is.</summary>
public sealed class BudgetAllocatorTests
{
    private static readonly WeightLimit Unlimited = new(long.MaxValue / 2, 0);

    [Fact]
    public void The_limit_is_met_where_floats_are_free() => Layers.Check(100, random =>
    {
        ImmutableArray<BudgetLayer> layers = Table(random, random.Next(1, 9), 8);
        double limit = random.Next(4) == 0 ? 0 : 0.3 * random.NextDouble();
        ImmutableArray<int> chosen = BudgetAllocator.Allocate(layers, new BudgetGoal(limit, limit, 0), Unlimited);
        Assert.InRange(BudgetAllocator.Error(layers, chosen), 0, limit);
    });

    [Fact]
    public void A_smaller_limit_makes_no_layer_coarser() => Layers.Check(60, random =>
    {
        ImmutableArray<BudgetLayer> layers = Table(random, random.Next(1, 9), 8);
        var weights = new WeightLimit(layers.Sum(l => l.Candidates[^1].Bytes), 0);
        ImmutableArray<int>? before = null;
        for (double limit = 0.5; limit > 1e-4; limit *= 0.7)
        {
            ImmutableArray<int> chosen = BudgetAllocator.Allocate(layers, new BudgetGoal(limit, limit, 0), weights);
            if (before is { } coarser)
                for (int i = 0; i < chosen.Length; i++) Assert.True(chosen[i] >= coarser[i]);
            before = chosen;
        }
    });

    [Fact]
    public void Floats_take_no_more_than_their_share() => Layers.Check(60, random =>
    {
        ImmutableArray<BudgetLayer> layers = Table(random, random.Next(2, 9), 4);
        long floats = layers.Sum(l => l.Candidates[^1].Bytes);
        var weights = new WeightLimit(floats + 1000, random.Next(1000));
        ImmutableArray<int> chosen = BudgetAllocator.Allocate(layers, new BudgetGoal(0, 0, 0), weights);
        bool anyFloats = chosen.Where((c, i) => layers[i].Candidates[c].Magnitudes == 0).Any();
        long bytes = weights.Fixed + layers.Select((l, i) => l.Candidates[chosen[i]].Bytes).Sum();
        if (anyFloats) Assert.InRange(bytes, 0, WeightLimit.DefaultShare * weights.Floats);
        // What is not a float is as fine as it gets, and one layer more as floats is beyond the share.
        for (int i = 0; i < chosen.Length; i++)
        {
            LayerCandidate now = layers[i].Candidates[chosen[i]];
            if (now.Magnitudes == 0) continue;
            Assert.Equal(layers[i].Candidates.Length - 2, chosen[i]);
            Assert.True(bytes - now.Bytes + layers[i].Candidates[^1].Bytes > WeightLimit.DefaultShare * weights.Floats);
        }
    });

    [Fact]
    public void Beyond_the_limit_the_removed_share_is_kept() => Layers.Check(60, random =>
    {
        ImmutableArray<BudgetLayer> layers = Table(random, random.Next(1, 9), 8);
        double original = layers.Sum(l => l.MultiplyAdds), removed = 0.5 + (0.4 * random.NextDouble());
        ImmutableArray<int> needed = BudgetAllocator.Allocate(layers, new BudgetGoal(0.2, 0.2, 0), Unlimited);
        ImmutableArray<int> chosen = BudgetAllocator.Allocate(layers, new BudgetGoal(0.2, 0, removed), Unlimited);
        double least = Math.Max((1 - removed) * original, Multiplications(layers, needed));
        Assert.InRange(Multiplications(layers, chosen), 0, least + 1e-6);
        Assert.InRange(BudgetAllocator.Error(layers, chosen), 0, BudgetAllocator.Error(layers, needed));
        // A layer that the limit did not need stays hashed.
        Assert.All(chosen.Zip(needed, layers), c => Assert.True(c.Third.Candidates[c.First].Magnitudes > 0 || c.First == c.Second));
    });

    [Fact]
    public void The_best_of_all_choices_is_at_most_a_third_cheaper() => Layers.Check(60, random =>
    {
        ImmutableArray<BudgetLayer> layers = Table(random, 4, 6, convex: true);
        // Limits within what codebooks can do.
        double finest = BudgetAllocator.Error(layers, [.. layers.Select(l => l.Candidates.Length - 2)]), coarsest = BudgetAllocator.Error(layers, new int[4]);
        double limit = finest + ((coarsest - finest) * (0.1 + (0.8 * random.NextDouble())));
        double own = Cost(layers, BudgetAllocator.Allocate(layers, new BudgetGoal(limit, limit, 0), Unlimited));
        double best = Choices(layers).Where(c => BudgetAllocator.Error(layers, c) <= limit).Min(c => Cost(layers, c));
        Assert.InRange(own, best - 1e-6, best * 1.5);
    });

    [Fact]
    public void Tables_without_order_end_too()
    {
        // Noise that rises, is NaN or infinite; a layer without a choice; none at all.
        LayerCandidate[] odd = [new(1, 0.1, 10, 10), new(2, double.NaN, 20, 10), new(3, double.PositiveInfinity, 5, 10), new(0, 0, 100, 40)];
        ImmutableArray<BudgetLayer> layers = [new("a", [.. odd], 1, 100, true), new("b", [new(0, 0, 100, 40)], 1, 100, false)];
        Assert.Equal([3, 0], BudgetAllocator.Allocate(layers, new BudgetGoal(0, 0, 0), Unlimited).AsEnumerable());
        Assert.Empty(BudgetAllocator.Allocate([], new BudgetGoal(0, 0, 0), Unlimited));
    }

    private static IEnumerable<int[]> Choices(ImmutableArray<BudgetLayer> layers)
        => layers.Aggregate((IEnumerable<int[]>)[[]], (choices, layer) => [.. choices.SelectMany(c => Enumerable.Range(0, layer.Candidates.Length).Select(k => (int[])[.. c, k]))]);

    private static double Multiplications(ImmutableArray<BudgetLayer> layers, IReadOnlyList<int> chosen) => layers.Select((l, i) => l.Candidates[chosen[i]].Multiplications).Sum();

    /// <summary>What the allocator pays with: multiplications and bytes.</summary>
    private static double Cost(ImmutableArray<BudgetLayer> layers, IReadOnlyList<int> chosen)
        => layers.Select((l, i) => l.Candidates[chosen[i]].Multiplications + l.Candidates[chosen[i]].Bytes).Sum();

    /// <summary>Layers as they are: noise falls with the square of the number of values, multiplications rise with it.</summary>
    private static ImmutableArray<BudgetLayer> Table(Random random, int count, int candidates, bool convex = false)
    {
        ImmutableArray<BudgetLayer>.Builder layers = ImmutableArray.CreateBuilder<BudgetLayer>();
        for (int i = 0; i < count; i++)
        {
            int weights = random.Next(100, 10000);
            double work = weights * (double)random.Next(1, 400), noise = 0.1 + random.NextDouble();
            IEnumerable<LayerCandidate> hashed = Enumerable.Range(1, candidates - 1).Select(n => new LayerCandidate(
                n, noise * (convex ? 1 : 0.9 + (0.2 * random.NextDouble())) / (n * n), work * (0.02 + (0.05 * n)), weights + (8 * n)));
            layers.Add(new BudgetLayer("w" + i, [.. hashed, new LayerCandidate(0, 0, work, 4L * weights)], random.NextDouble(), work, true));
        }

        return layers.ToImmutable();
    }
}
