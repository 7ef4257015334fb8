using System;
using System.Collections.Generic;
using System.Collections.Immutable;
using System.Linq;

namespace RedGen.Compiler.Red.Merge;

/// <summary>
/// Which channels go. A set of tied channels goes into another where all readers that mix channels see equal channels at both, in every
/// value; it goes away alone where all of them see constants that they can fold. What makes a shape or a codebook impossible is taken
/// back until nothing is left to take back.
/// </summary>
internal sealed class MergeGroups
{
    private const int Removed = -1;

    private readonly ChannelAnalysis _analysis;
    private readonly ImmutableDictionary<string, HashedMatrix> _hashed;

    /// <summary>By value the representatives of its channels' slots.</summary>
    private readonly Dictionary<string, int[]> _rootsOf = new(StringComparer.Ordinal);

    /// <summary>By representative: itself where the channels stay, the one that they go into, or <see cref="Removed"/>.</summary>
    private readonly SortedDictionary<int, int> _target = [];

    private MergeGroups(ChannelAnalysis analysis, ImmutableDictionary<string, HashedMatrix> hashed)
    {
        _analysis = analysis;
        _hashed = hashed;
        foreach (string value in analysis.Values)
        {
            int[] roots = [.. analysis.Of(value)!.Slots.Select(analysis.Slots.Find)];
            _rootsOf.Add(value, roots);
            foreach (int root in roots) _target[root] = root;
        }
    }

    /// <summary>Whether no channel goes.</summary>
    public bool IsEmpty => _target.All(t => t.Key == t.Value);

    /// <summary>Decides.</summary>
    public static MergeGroups Find(ChannelAnalysis analysis, ImmutableDictionary<string, HashedMatrix> hashed)
    {
        var groups = new MergeGroups(analysis, hashed);
        groups.Decide();
        while (!groups.IsEmpty && (groups.KeepOneOfEach() | groups.KeepBalance() | groups.KeepCodebooks()))
        {
            // Each round takes at least one decision back.
        }

        return groups;
    }

    /// <summary>What becomes of a value's channel axis; null where all of it stays.</summary>
    public AxisMap? AxisOf(string value)
    {
        if (!_rootsOf.TryGetValue(value, out int[]? roots) || roots.All(r => _target[r] == r)) return null;
        ChannelMap map = _analysis.Of(value)!;
        int[] sources = SourcesOf(value);
        var kept = new bool[map.Layout.Length];
        var newIndex = new int[kept.Length];
        var constant = new double[kept.Length];
        int count = 0;
        for (int p = 0; p < kept.Length; p++)
        {
            kept[p] = _target[roots[map.Layout.ChannelOf(p)]] == roots[map.Layout.ChannelOf(p)];
            newIndex[p] = kept[p] ? count++ : -1;
        }

        for (int p = 0; p < kept.Length; p++)
        {
            int channel = map.Layout.ChannelOf(p);
            if (kept[p]) continue;
            int block = map.Layout.Channels * map.Layout.Inner;
            if (sources[channel] >= 0) newIndex[p] = newIndex[(p / block * block) + (sources[channel] * map.Layout.Inner) + (p % map.Layout.Inner)];
            else constant[p] = _analysis.Classes.ConstantOf(map.Classes[channel]) ?? 0;
        }

        return new AxisMap(count, kept, newIndex, constant);
    }

    private void Decide()
    {
        var signatures = new SortedDictionary<int, List<int>>();
        var constants = new HashSet<int>();
        foreach (int root in _target.Keys)
        {
            if (_analysis.Slots.IsPinned(root)) continue;
            signatures.Add(root, []);
            constants.Add(root);
        }

        for (int u = 0; u < _analysis.Uses.Count; u++)
        {
            ChannelUse use = _analysis.Uses[u];
            ChannelMap map = _analysis.Of(use.Value)!;
            int[] roots = _rootsOf[use.Value];
            for (int c = 0; c < roots.Length; c++)
            {
                if (!signatures.TryGetValue(roots[c], out List<int>? signature)) continue;
                signature.AddRange([u, use.GroupOf(c, roots.Length), map.Classes[c]]);
                if (_analysis.Classes.ConstantOf(map.Classes[c]) is not { } k || (k != 0 && !use.FoldsConstants)) constants.Remove(roots[c]);
            }
        }

        var keepers = new Dictionary<int, int>();
        foreach (KeyValuePair<int, List<int>> signature in signatures)
        {
            if (constants.Contains(signature.Key))
            {
                _target[signature.Key] = Removed;
                continue;
            }

            int key = _analysis.Classes.Of(ClassKind.Operator, [.. signature.Value]);
            if (keepers.TryGetValue(key, out int keeper)) _target[signature.Key] = keeper;
            else keepers.Add(key, signature.Key);
        }
    }

    /// <summary>By channel of a value the channel that it was merged into; −1 where it stays, or went away as a constant.</summary>
    private int[] SourcesOf(string value)
    {
        int[] roots = _rootsOf[value];
        Dictionary<int, int[]> channels = Enumerable.Range(0, roots.Length).GroupBy(c => roots[c]).ToDictionary(g => g.Key, g => g.ToArray());
        var sources = new int[roots.Length];
        for (int c = 0; c < sources.Length; c++) sources[c] = -1;
        foreach (KeyValuePair<int, int[]> members in channels)
        {
            // In a value that no reader mixes, the two need not stand side by side; nobody asks for the place there either.
            if (_target[members.Key] == members.Key || _target[members.Key] == Removed) continue;
            if (!channels.TryGetValue(_target[members.Key], out int[]? into) || into.Length != members.Value.Length) continue;
            for (int i = 0; i < into.Length; i++) sources[members.Value[i]] = into[i];
        }

        return sources;
    }

    private void Restore(int root) => _target[root] = root;

    private bool KeepOneOfEach()
    {
        bool changed = false;
        foreach (string value in _analysis.Values)
        {
            int[] roots = _rootsOf[value];
            if (roots.Any(r => _target[r] == r)) continue;
            Restore(roots.Min());
            changed = true;
        }

        return changed;
    }

    private bool KeepBalance()
    {
        bool changed = false;
        foreach ((string value, int groups) in _analysis.Balances)
        {
            if (!_rootsOf.TryGetValue(value, out int[]? roots)) continue;
            int size = roots.Length / groups;
            int Lost(int group) => Enumerable.Range(group * size, size).Count(c => _target[roots[c]] != roots[c]);
            int least = Enumerable.Range(0, groups).Min(Lost);
            for (int group = 0; group < groups; group++)
            {
                while (Lost(group) > least)
                {
                    Restore(Enumerable.Range(group * size, size).Select(c => roots[c]).Where(r => _target[r] != r).Max());
                    changed = true;
                }
            }
        }

        return changed;
    }

    /// <summary>Sums of codes are new values; a group whose sums make a codebook too long stays as it is.</summary>
    private bool KeepCodebooks()
    {
        bool changed = false;
        foreach (ChannelUse use in _analysis.Uses)
        {
            if (!_hashed.TryGetValue(use.Node.Inputs[1], out HashedMatrix? matrix)) continue;

            // Weights that another node reads transposed may be hashed as that node's rows: then they are plain numbers here.
            if (ReducibleLayer.Read(_analysis.Graph, use.Node) is not { } layer || (layer.Outputs, layer.Columns) != (matrix.Outputs, matrix.Columns)) continue;
            int[] sources = SourcesOf(use.Value);
            var codes = new HashSet<float>(matrix.Codebook);
            foreach (IGrouping<int, int> group in Enumerable.Range(0, sources.Length).Where(c => sources[c] >= 0).GroupBy(c => sources[c]).OrderBy(g => g.Key))
            {
                HashSet<float> sums = Sums(use, matrix, [group.Key, .. group]);
                sums.UnionWith(codes);
                // Sums of pairs of codes are left alone.
                if (matrix.Fine is null && sums.Count <= HashedMatrix.MaxValues && !sums.Any(float.IsInfinity))
                {
                    codes = sums;
                    continue;
                }

                foreach (int channel in group) Restore(_rootsOf[use.Value][channel]);
                changed = true;
            }
        }

        return changed;
    }

    /// <summary>The codes of the column that some channels' columns give together.</summary>
    private HashSet<float> Sums(ChannelUse use, HashedMatrix matrix, int[] channels)
    {
        ChannelLayout layout = _analysis.Of(use.Value)!.Layout;
        int perGroup = layout.Length / use.Groups;
        int taps = matrix.Columns / perGroup;
        int group = use.GroupOf(channels[0], layout.Channels);
        int rows = matrix.Outputs / use.Groups;
        var sums = new HashSet<float>();
        for (int i = group * rows; i < (group + 1) * rows; i++)
        {
            for (int part = 0; part < layout.Outer * layout.Inner; part++)
            {
                for (int t = 0; t < taps; t++)
                {
                    double sum = 0;
                    foreach (int c in channels) sum += matrix.Code(i, ((layout.PositionOf(c, part) - (group * perGroup)) * taps) + t);
                    sums.Add((float)sum);
                }
            }
        }

        return sums;
    }
}
