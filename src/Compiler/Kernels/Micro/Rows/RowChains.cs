using System;
using System.Collections.Generic;
using System.Collections.Immutable;
using System.Linq;
using System.Threading;
using RedGen.Compiler.Graphs;
using RedGen.Compiler.Options;
using RedGen.Compiler.Plan;

namespace RedGen.Compiler.Kernels.Micro.Rows;

/// <summary>
/// Chooses which neighbouring steps become chains of rows: those that make the most memory alive at once least, and of all such choices the one with the fewest layers in
/// chains. Nothing is computed twice.
/// </summary>
internal sealed class RowChains
{
    /// <summary>Steps of a chain at most.</summary>
    private const int MostSteps = 64;

    /// <summary>Rows of all layers of a chain at most, since each is looked at when chains are compared.</summary>
    private const int MostRows = 8192;

    private readonly ImmutableArray<Step> _steps;
    private readonly Dictionary<string, (long Bytes, int First, int Last)> _values = new(StringComparer.Ordinal);
    private readonly Dictionary<string, string> _roots = new(StringComparer.Ordinal);
    private readonly Graph _graph;
    private readonly HashSet<string> _kept;
    private readonly Dictionary<string, int> _last = new(StringComparer.Ordinal);
    private readonly Dictionary<(int First, int Last), RowChain?> _chains = [];

    private RowChains(Graph graph, ImmutableArray<Step> steps)
    {
        (_graph, _steps) = (graph, steps);
        _kept = [.. graph.Outputs.Select(o => o.Name)];
        var first = new Dictionary<string, int>(StringComparer.Ordinal);
        var last = new Dictionary<string, int>(StringComparer.Ordinal);
        for (int i = 0; i < steps.Length; i++)
        {
            if (steps[i].IsView) _roots[steps[i].Outputs[0]] = Root(steps[i].Inputs[0]);
            foreach (string value in steps[i].Inputs) _last[value] = last[Root(value)] = i;
            foreach (string value in steps[i].Outputs.Where(v => v.Length > 0 && Root(v) == v)) first[value] = last[value] = i;
        }

        // Outputs are the caller's memory, as inputs are.
        HashSet<string> given = [.. _kept.Select(Root)];
        foreach ((string value, int start) in first.Select(f => (f.Key, f.Value)))
            if (!given.Contains(value)) _values[value] = (BytesOf(value), start, last[value]);
    }

    /// <summary>The steps with chains where these lower the arena by so much that it is worth their code.</summary>
    public static ImmutableArray<Step> Choose(Graph graph, ImmutableArray<Step> steps, CompilerOptions options, CancellationToken cancellationToken)
    {
        if (!steps.Any(s => s is IRowComputed { Rows.IsEmpty: false })) return steps;
        ImmutableArray<Step> chained = new RowChains(graph, steps).Chained(cancellationToken);
        if (chained.Length == steps.Length && chained.SequenceEqual(steps)) return steps;
        long before = Arena(graph, steps), after = Arena(graph, chained);
        bool isScarce = options.Goal == OptimiseGoal.Size || (options.RamBudget is { } budget && before > budget);
        return after < before && after <= (isScarce ? before : before - (before / 8)) ? chained : steps;
    }

    private string Root(string value) => _roots.TryGetValue(value, out string? root) ? root : value;

    private long BytesOf(string value) => _graph.TensorTypeOf(value) is { IsStatic: true } type ? type.Shape!.ElementCount * type.ElementType.Bytes() : 0;

    private static long Arena(Graph graph, ImmutableArray<Step> steps) => BufferPlanner.Place(graph, steps, Plan.Arena.WordAlignment).ArenaBytes;

    private ImmutableArray<Step> Chained(CancellationToken cancellationToken)
    {
        int count = _steps.Length;
        // The least peak of the first n steps, then the fewest layers in chains that reach it.
        long[] peaks = new long[count + 1];
        for (int n = 1; n <= count; n++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            peaks[n] = Math.Max(peaks[n - 1], Single(n - 1));
            for (int first = n - 1; first >= 0 && IsCandidate(first, n - 1); first--) peaks[n] = Math.Min(peaks[n], Math.Max(peaks[first], Chain(first, n - 1)));
        }

        int[] layers = new int[count + 1], starts = new int[count + 1];
        for (int n = 1; n <= count; n++)
        {
            (layers[n], starts[n]) = Single(n - 1) <= peaks[count] ? (layers[n - 1], -1) : (int.MaxValue / 2, -1);
            for (int first = n - 1; first >= 0 && IsCandidate(first, n - 1); first--)
            {
                int more = layers[first] + n - first;
                if (more < layers[n] && Chain(first, n - 1) <= peaks[count]) (layers[n], starts[n]) = (more, first);
            }
        }

        var result = new List<Step>();
        for (int n = count; n > 0; n = starts[n] < 0 ? n - 1 : starts[n])
            result.Insert(0, starts[n] < 0 ? _steps[n - 1] : Join(starts[n], n - 1));
        return [.. result];
    }

    private RowChainStep Join(int first, int last)
    {
        Step[] steps = [.. _steps.Skip(first).Take(last - first + 1)];
        return RowChainStep.Of(_chains[(first, last)]!, [.. steps.SelectMany(s => s.Nodes)], steps.Sum(s => s.MultiplyAdds));
    }

    /// <summary>Whether a step can begin a chain that ends at another, if those between can.</summary>
    private bool IsCandidate(int first, int last)
        => last - first < MostSteps && _steps[first] is IRowComputed { Rows.IsEmpty: false } && _steps[last] is IRowComputed { Rows.IsEmpty: false }
            && Enumerable.Range(first, last - first + 1).Sum(i => ((IRowComputed)_steps[i]).Rows.Sum(r => r.Turns)) <= MostRows;

    /// <summary>Bytes alive while a step runs, its input counted once where the output may take its place.</summary>
    private long Single(int step)
    {
        if (_steps[step].IsView) return 0;
        long bytes = _values.Values.Where(v => v.First <= step && v.Last >= step).Sum(v => v.Bytes) + ((long)_steps[step].WorkspaceLength * _steps[step].WorkspaceType.Bytes());
        return bytes - Spared(_steps[step].InPlaceInputs, _steps[step].Inputs, _steps[step].Outputs[0], step);
    }

    /// <summary>Bytes alive while a chain runs.</summary>
    private long Chain(int first, int last)
    {
        if (!_chains.TryGetValue((first, last), out RowChain? chain))
        {
            bool IsReadOutside(string value) => _kept.Contains(value) || (_last.TryGetValue(value, out int reader) && reader > last);
            _chains[(first, last)] = chain = RowChain.TryBuild(Enumerable.Range(first, last - first + 1).Select(i => (IRowComputed)_steps[i]), IsReadOutside);
        }

        if (chain is null) return long.MaxValue;
        long alive = _values.Values.Where(v => (v.First < first && v.Last >= first) || (v.First >= first && v.First <= last && v.Last > last)).Sum(v => v.Bytes);
        return alive + chain.WorkspaceBytes - Spared(chain.InPlaceInputs(), chain.Inputs, chain.Outputs[0], last);
    }

    /// <summary>Bytes of an input whose place the output may take.</summary>
    private long Spared(ImmutableArray<int> inPlace, ImmutableArray<string> inputs, string output, int last)
    {
        foreach (int input in inPlace)
            if (_values.TryGetValue(Root(inputs[input]), out (long Bytes, int First, int Last) value) && value.Last == last && value.Bytes == BytesOf(output)) return value.Bytes;
        return 0;
    }
}
