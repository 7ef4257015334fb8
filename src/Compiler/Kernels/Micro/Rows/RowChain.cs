using System;
using System.Collections.Generic;
using System.Collections.Immutable;
using System.Linq;
using RedGen.Compiler.Graphs;

namespace RedGen.Compiler.Kernels.Micro.Rows;

/// <summary>Neighbouring layers that are computed row by row, so that of what is between them only a few rows are in memory at once.</summary>
internal sealed class RowChain
{
    private RowChain(ImmutableArray<RowStep> layers, ImmutableArray<ImmutableArray<int>> sources, ImmutableArray<string> inputs, ImmutableArray<string> outputs, RowSchedule schedule, RowPlaces places)
    {
        (Layers, Sources, Inputs, Outputs, Schedule, Places) = (layers, sources, inputs, outputs, schedule, places);
        Zeros = [.. layers.Where(l => l.ZerosLength > 0).GroupBy(l => (l.Uses[0].Type, l.Uses[0].Zero)).Select(g => new RowMemory(new MapShape(1, 1, 0), 1, g.Max(l => l.ZerosLength), 0, g.Key.Type, g.Key.Zero))];
    }

    /// <summary>The layers, with those that copy rows of inputs first.</summary>
    public ImmutableArray<RowStep> Layers { get; }

    /// <summary>By layer and input: the layer that is read, or −1 − i: the chain's input i.</summary>
    public ImmutableArray<ImmutableArray<int>> Sources { get; }

    /// <summary>The values that the chain reads.</summary>
    public ImmutableArray<string> Inputs { get; }

    /// <summary>The values that it writes, that of the last layer first.</summary>
    public ImmutableArray<string> Outputs { get; }

    /// <summary>The order of rows.</summary>
    public RowSchedule Schedule { get; private init; }

    /// <summary>Where rows lie.</summary>
    public RowPlaces Places { get; }

    /// <summary>Rows of zeros that stand for a row outside an input.</summary>
    public ImmutableArray<RowMemory> Zeros { get; }

    /// <summary>Integers that layers work in, one after the other.</summary>
    public int ScratchLength => Layers.Max(l => l.ScratchLength);

    /// <summary>Whether all memory is floats.</summary>
    public bool IsFloat => ScratchLength == 0 && Layers.All(l => l.Type == ElementType.Float32 && l.TotalsLength == 0);

    /// <summary>Bytes of memory besides inputs and outputs.</summary>
    public long WorkspaceBytes => Places.RingBytes + Zeros.Sum(z => z.Bytes) + Layers.Sum(l => (long)sizeof(float) * l.TotalsLength) + ((long)sizeof(int) * ScratchLength);

    /// <summary>The memory of a chain's input, which is there as a whole.</summary>
    public static RowMemory WholeOf(RowUse use) => new(use.Map, use.Map.Rows, use.Map.Columns, 0, use.Type, 0);

    /// <summary>The chain of some steps in order; null where they are none.</summary>
    /// <param name="steps">Steps of which each can be computed by rows.</param>
    /// <param name="isReadOutside">Whether steps behind them read a value, or the caller.</param>
    public static RowChain? TryBuild(IEnumerable<IRowComputed> steps, Func<string, bool> isReadOutside)
    {
        RowStep[] own = [.. steps.SelectMany(s => s.Rows)];
        var written = new HashSet<string>(own.Select(l => l.Outputs[0]), StringComparer.Ordinal);
        ImmutableArray<string> inputs = [.. own.SelectMany(l => l.Inputs).Where(v => !written.Contains(v)).Distinct(StringComparer.Ordinal)];
        Dictionary<string, LoadRowStep> loads = Loads(own, inputs);
        ImmutableArray<RowStep> layers = [.. loads.Values, .. own];
        var numbers = new Dictionary<string, int>(StringComparer.Ordinal);
        for (int i = 0; i < layers.Length; i++) numbers[layers[i].Outputs[0]] = i;
        ImmutableArray<ImmutableArray<int>> sources = [.. layers.Select((l, k) => l.Inputs.Select((v, i) =>
            numbers.TryGetValue(v, out int layer) ? layer : k >= loads.Count && l.Uses[i].HasMargins ? numbers[loads[v].Outputs[0]] : -1 - inputs.IndexOf(v)).ToImmutableArray())];
        if (!Fits(layers, sources)) return null;

        ImmutableArray<bool> isWhole = [.. layers.Select((l, i) => i >= loads.Count && isReadOutside(l.Outputs[0]))];
        if (!Enumerable.Range(0, layers.Length).All(i => isWhole[i] || sources.Any(s => s.Contains(i)))) return null;
        RowSchedule schedule = RowSchedule.Of([.. layers.Select((l, i) => new RowLayer(l.Turns, [.. sources[i].Select((s, k) => (s, l.Uses[k])).Where(s => s.s >= 0)], isWhole[i]))]);
        ImmutableArray<ImmutableArray<int>> added = [.. layers.Select((l, i) => l.ElementwiseInputs.Select(k => sources[i][k]).Where(s => s >= 0).ToImmutableArray())];
        if (!schedule.IsComplete || RowPlaces.Of(layers, isWhole, added, schedule) is not { } places) return null;
        ImmutableArray<string> outputs = [.. Enumerable.Range(0, layers.Length).Where(i => isWhole[i]).Reverse().Select(i => layers[i].Outputs[0])];
        return new RowChain(layers, sources, inputs, outputs, schedule, places);
    }

    /// <summary>The same chain with as few conditions as its order of rows needs.</summary>
    public RowChain Pruned() => new(Layers, Sources, Inputs, Outputs, Schedule.Pruned(), Places);

    /// <summary>The inputs that the first output may overwrite: every row has been read for the last time when it is written.</summary>
    public ImmutableArray<int> InPlaceInputs()
    {
        int last = Array.FindIndex([.. Layers], l => l.Outputs[0] == Outputs[0]);
        if (Layers[last].IsTotal) return [];
        return [.. Enumerable.Range(0, Inputs.Length).Where(i => MayOverwrite(last, -1 - i))];
    }

    private bool MayOverwrite(int layer, int source)
    {
        MapShape map = Layers[layer].Map;
        int[] done = new int[Layers.Length];
        var writes = new Dictionary<int, int>();
        var reads = new List<(int Row, int Turn, bool IsSame)>();
        for (int t = 0; t < Schedule.Order.Length; t++)
        {
            int i = Schedule.Order[t], row = done[i]++;
            if (Places.Groups[i] == Places.Groups[layer] && !writes.ContainsKey(row)) writes[row] = t;
            for (int k = 0; k < Sources[i].Length; k++)
            {
                if (Sources[i][k] != source) continue;
                RowUse use = Layers[i].Uses[k];
                if (use.Map != map || use.Type != Layers[layer].Type) return false;
                bool isSame = i == layer && Layers[i].ElementwiseInputs.Contains(k);
                for (int r = use.First(row); r < use.Needed(row); r++) reads.Add((r, t, isSame));
            }
        }

        return reads.All(r => !writes.TryGetValue(r.Row, out int write) || r.Turn < write || (r.Turn == write && r.IsSame));
    }

    /// <summary>Copies of the rows of inputs beside which layers read zeros.</summary>
    private static Dictionary<string, LoadRowStep> Loads(RowStep[] layers, ImmutableArray<string> inputs)
    {
        var loads = new Dictionary<string, LoadRowStep>(StringComparer.Ordinal);
        foreach (RowStep layer in layers)
        {
            for (int i = 0; i < layer.Inputs.Length; i++)
            {
                string value = layer.Inputs[i];
                if (inputs.Contains(value) && layer.Uses[i].HasMargins && !loads.ContainsKey(value)) loads[value] = LoadRowStep.Of(value, "rows of " + value, layer.Uses[i].Map, layer.Uses[i].Type);
            }
        }

        return loads;
    }

    /// <summary>Whether each layer reads rows of the shape that another writes, and none reads sums before they are complete.</summary>
    private static bool Fits(ImmutableArray<RowStep> layers, ImmutableArray<ImmutableArray<int>> sources)
    {
        for (int i = 0; i < layers.Length; i++)
        {
            for (int k = 0; k < sources[i].Length; k++)
            {
                int source = sources[i][k];
                if (source >= 0 && (layers[source].IsTotal || layers[source].Map != layers[i].Uses[k].Map || layers[source].Type != layers[i].Uses[k].Type || source >= i)) return false;
            }
        }

        return true;
    }
}
