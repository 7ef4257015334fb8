using System;
using System.Collections.Generic;
using System.Collections.Immutable;
using System.Linq;

namespace RedGen.Compiler.Kernels.Micro.Rows;

/// <summary>A layer of a chain as its schedule sees it.</summary>
/// <param name="Turns">How often it runs.</param>
/// <param name="Inputs">Which of the layers before it reads: its number, and how.</param>
/// <param name="IsWanted">Whether its rows are wanted as soon as they can be computed: they stay.</param>
internal sealed record RowLayer(int Turns, ImmutableArray<(int Layer, RowUse Use)> Inputs, bool IsWanted);

/// <summary>What stands between a layer and its next row.</summary>
/// <param name="Layer">The layer.</param>
/// <param name="Other">The layer whose rows decide; −1: its own number of rows.</param>
/// <param name="Use">How one reads the other.</param>
internal sealed record RowCondition(int Layer, int Other, RowUse Use)
{
    /// <summary>Whether the other is the one that reads.</summary>
    public bool IsReader => Other > Layer;
}

/// <summary>
/// In which order the rows of a chain are computed: again and again all layers in turn, the last one first, each one row if all is there that it reads, and if a layer behind
/// it cannot go on without it. So rows are computed as late as possible, and those that are read together are few.
/// </summary>
internal sealed class RowSchedule
{
    private readonly ImmutableArray<RowLayer> _layers;
    private readonly ImmutableHashSet<RowCondition> _left;
    private readonly ImmutableArray<ImmutableArray<(int Layer, RowUse Use)>> _readers;

    private RowSchedule(ImmutableArray<RowLayer> layers, ImmutableHashSet<RowCondition> left)
    {
        (_layers, _left) = (layers, left);
        _readers = [.. Enumerable.Range(0, layers.Length).Select(i => layers.SelectMany((l, k) => l.Inputs.Where(u => u.Layer == i).Select(u => (k, u.Use))).ToImmutableArray())];
        Order = [.. Run()];
    }

    /// <summary>The layers by row: number of the layer.</summary>
    public ImmutableArray<int> Order { get; }

    /// <summary>Whether all layers whose rows are wanted reach their end.</summary>
    public bool IsComplete { get; private set; }

    /// <summary>The layers that read a layer.</summary>
    public ImmutableArray<(int Layer, RowUse Use)> Readers(int layer) => _readers[layer];

    /// <summary>The schedule of some layers.</summary>
    public static RowSchedule Of(ImmutableArray<RowLayer> layers) => new(layers, []);

    /// <summary>The same order of rows with the fewest conditions.</summary>
    public RowSchedule Pruned()
    {
        RowSchedule best = this;
        for (int i = _layers.Length - 1; i >= 0; i--)
        {
            foreach (RowCondition condition in All(i))
            {
                var fewer = new RowSchedule(_layers, best._left.Add(condition));
                if (fewer.IsComplete && fewer.Order.AsSpan().SequenceEqual(best.Order.AsSpan())) best = fewer;
            }
        }

        return best;
    }

    /// <summary>What a layer waits for: all of the inputs, and one of the readers, if there are any.</summary>
    public ImmutableArray<RowCondition> Conditions(int layer) => [.. All(layer).Where(c => !_left.Contains(c))];

    private IEnumerable<RowCondition> All(int layer)
    {
        foreach ((int source, RowUse use) in _layers[layer].Inputs) yield return new RowCondition(layer, source, use);
        if (!_layers[layer].IsWanted)
            foreach ((int reader, RowUse use) in _readers[layer]) yield return new RowCondition(layer, reader, use);
        yield return new RowCondition(layer, -1, default);
    }

    private List<int> Run()
    {
        ImmutableArray<RowCondition>[] conditions = [.. Enumerable.Range(0, _layers.Length).Select(Conditions)];
        int[] done = new int[_layers.Length];
        var order = new List<int>();
        int most = _layers.Sum(l => l.Turns);
        for (bool moved = true; moved && order.Count <= most && !Finished(done);)
        {
            moved = false;
            for (int i = _layers.Length - 1; i >= 0; i--)
            {
                if (!IsReady(i, conditions[i], done)) continue;
                order.Add(i);
                done[i]++;
                moved = true;
            }
        }

        IsComplete = Finished(done) && done.Zip(_layers, (d, l) => d <= l.Turns).All(fits => fits);
        return order;
    }

    private bool Finished(int[] done) => Enumerable.Range(0, done.Length).All(i => !_layers[i].IsWanted || done[i] >= _layers[i].Turns);

    private bool IsReady(int layer, ImmutableArray<RowCondition> conditions, int[] done)
    {
        bool hasReaders = false, isAsked = false;
        foreach (RowCondition condition in conditions)
        {
            if (condition.Other < 0)
            {
                if (done[layer] >= _layers[layer].Turns) return false;
            }
            else if (condition.IsReader)
            {
                hasReaders = true;
                isAsked |= done[layer] < condition.Use.Needed(done[condition.Other]);
            }
            else if (done[condition.Other] < condition.Use.Needed(done[layer]))
            {
                return false;
            }
        }

        return isAsked || !hasReaders;
    }
}
