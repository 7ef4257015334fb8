using System;
using System.Collections.Immutable;
using System.Linq;

namespace RedGen.Compiler.Kernels.Micro.Rows;

/// <summary>
/// Where the rows of a chain's layers lie: what others read is whole in its output, the rest in rings of as many rows as are alive at once. What is added to a layer element by
/// element may lie where the layer writes.
/// </summary>
internal sealed class RowPlaces
{
    private readonly ImmutableArray<RowStep> _layers;
    private readonly ImmutableArray<bool> _isWhole;
    private readonly ImmutableArray<ImmutableArray<int>> _added;
    private readonly RowSchedule _schedule;

    private RowPlaces(ImmutableArray<RowStep> layers, ImmutableArray<bool> isWhole, ImmutableArray<ImmutableArray<int>> added, RowSchedule schedule)
    {
        (_layers, _isWhole, _added, _schedule) = (layers, isWhole, added, schedule);
        Groups = [.. Enumerable.Range(0, layers.Length)];
    }

    /// <summary>The layer that stands for those which share memory with it: the last one.</summary>
    public ImmutableArray<int> Groups { get; private set; }

    /// <summary>The memory of each layer.</summary>
    public ImmutableArray<RowMemory> Memory { get; private set; } = [];

    /// <summary>Places rows; null where a layer would read beside rows that have no zeros there.</summary>
    /// <param name="layers">The layers.</param>
    /// <param name="isWhole">Whether all of a layer's output is kept.</param>
    /// <param name="added">The layers that are read where a layer writes.</param>
    /// <param name="schedule">The order of rows.</param>
    public static RowPlaces? Of(ImmutableArray<RowStep> layers, ImmutableArray<bool> isWhole, ImmutableArray<ImmutableArray<int>> added, RowSchedule schedule)
    {
        var places = new RowPlaces(layers, isWhole, added, schedule);
        if (places.Place(places.Groups) is not { } memory) return null;
        places.Memory = memory;
        for (int i = 0; i < layers.Length; i++) places.Share(i);
        return places;
    }

    /// <summary>Bytes of all rings.</summary>
    public long RingBytes => RingsOf(Memory, Groups);

    /// <summary>Whether a layer's memory is a ring of the chain's, and the layer stands for all that use it.</summary>
    public bool HasRing(int layer) => Groups[layer] == layer && !_isWhole[layer];

    /// <summary>Puts a layer where one of those lies that are added to it, if that spares memory.</summary>
    private void Share(int layer)
    {
        ImmutableArray<int> before = Groups;
        foreach (int added in _added[layer])
        {
            if (_isWhole[added] || before[added] != added || _layers[added].Map != _layers[layer].Map || _layers[added] is LoadRowStep) continue;
            ImmutableArray<int> groups = [.. before.Select(g => g == added ? layer : g)];
            if (MayOverwrite(layer, added) && Place(groups) is { } memory && RingsOf(memory, groups) < RingBytes) (Groups, Memory) = (groups, memory);
        }
    }

    private long RingsOf(ImmutableArray<RowMemory> memory, ImmutableArray<int> groups)
        => Enumerable.Range(0, _layers.Length).Where(i => groups[i] == i && !_isWhole[i]).Sum(i => (long)memory[i].Bytes);

    /// <summary>Whether all others have read a row when the layer writes it.</summary>
    private bool MayOverwrite(int layer, int added)
    {
        int[] done = new int[_layers.Length];
        (int Layer, RowUse Use)[] others = [.. _schedule.Readers(added).Where(r => r.Layer != layer)];
        if (_schedule.Readers(added).Length != others.Length + 1) return false;
        foreach (int i in _schedule.Order)
        {
            if (i == layer && others.Any(r => done[r.Layer] < _layers[r.Layer].Turns && r.Use.First(done[r.Layer]) <= done[i])) return false;
            done[i]++;
        }

        return true;
    }

    private ImmutableArray<RowMemory>? Place(ImmutableArray<int> groups)
    {
        int[] rows = Rows(groups);
        var memory = new RowMemory[_layers.Length];
        for (int g = 0; g < _layers.Length; g++)
        {
            if (groups[g] != g) continue;
            RowUse[] uses = [.. Enumerable.Range(0, _layers.Length).Where(m => groups[m] == g).SelectMany(m => _schedule.Readers(m)).Select(r => r.Use)];
            int left = uses.Select(u => u.Before).DefaultIfEmpty(0).Max(), after = uses.Select(u => u.After).DefaultIfEmpty(0).Max();
            MapShape map = _layers[g].Map;
            int[] zeros = [.. uses.Where(u => u.HasMargins).Select(u => u.Zero).Distinct()];
            if (zeros.Length > 1 || (_isWhole[g] && zeros.Length > 0)) return null;
            // The zeros behind a row are those before the next one.
            memory[g] = new RowMemory(map, _isWhole[g] ? map.Rows : Math.Min(map.Rows, rows[g]), map.Columns + Math.Max(left, after), left, _layers[g].Type, zeros.FirstOrDefault());
        }

        return [.. groups.Select(g => memory[g])];
    }

    /// <summary>The most rows that are alive at once, by group: from the first that is still read to the last that is there.</summary>
    private int[] Rows(ImmutableArray<int> groups)
    {
        int[] most = new int[_layers.Length], done = new int[_layers.Length];
        ILookup<int, int> members = Enumerable.Range(0, _layers.Length).ToLookup(m => groups[m]);
        foreach (int i in _schedule.Order)
        {
            int first = done[i], last = done[i];
            foreach (int member in members[groups[i]])
            {
                int alive = FirstAlive(member, done);
                if (alive >= done[member]) continue;
                first = Math.Min(first, alive);
                last = Math.Max(last, done[member] - 1);
            }

            most[groups[i]] = Math.Max(most[groups[i]], last - first + 1);
            done[i]++;
        }

        return most;
    }

    private int FirstAlive(int layer, int[] done)
    {
        int first = int.MaxValue;
        foreach ((int reader, RowUse use) in _schedule.Readers(layer))
            if (done[reader] < _layers[reader].Turns) first = Math.Min(first, use.First(done[reader]));
        return first;
    }
}
