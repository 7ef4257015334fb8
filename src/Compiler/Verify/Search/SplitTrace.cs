using System.Collections.Generic;
using System.Collections.Immutable;
using RedGen.Compiler.Verify.Check;

namespace RedGen.Compiler.Verify.Search;

/// <summary>Remembers how a search split the boxes of a property, for a certificate.</summary>
public sealed class SplitTrace
{
    /// <summary>A search that splits more often is not remembered: its certificate would not fit a file.</summary>
    private const int MostSplits = 4_000_000;

    /// <summary>The share of a side that must be cut off to be worth a leaf of its own.</summary>
    private const double WorthwhileCut = 0.2;

    private readonly Dictionary<SearchRegion, Part> _waiting = [];
    private readonly Dictionary<int, Part> _roots = [];
    private int _splits;

    /// <summary>The trees of a property. Where the search did not split inputs, a tree is a leaf: the box as a whole.</summary>
    /// <param name="cases">The number of the property's cases.</param>
    public ImmutableArray<ProofTree> Trees(int cases)
    {
        ImmutableArray<ProofTree>.Builder trees = ImmutableArray.CreateBuilder<ProofTree>();
        for (int c = 0; c < cases; c++) trees.Add(_splits <= MostSplits && _roots.TryGetValue(c, out Part? root) ? Tree(root) : ProofTree.Whole);
        return trees.ToImmutable();
    }

    /// <summary>Begins with a case as a whole.</summary>
    internal void Start(SearchRegion region) => _roots[region.Case] = _waiting[region] = new Part();

    /// <summary>Takes what came of a region: nothing is left of it, or two parts are.</summary>
    internal void Add(SearchRegion region, RegionOutcome outcome)
    {
        if (_splits > MostSplits || !_waiting.TryGetValue(region, out Part? part)) return;
        _waiting.Remove(region);
        if (outcome.Parts.Length != 2) return;
        (SearchRegion low, SearchRegion high) = (outcome.Parts[0], outcome.Parts[1]);
        for (int i = 0; i < region.Lower.Length; i++)
        {
            // What linear bounds ruled out is a leaf.
            double least = (region.Upper[i] - region.Lower[i]) * WorthwhileCut;
            if (low.Lower[i] - region.Lower[i] > least) part = Split(part, i, low.Lower[i]).High!;
            if (region.Upper[i] - high.Upper[i] > least) part = Split(part, i, high.Upper[i]).Low!;
        }

        for (int i = 0; i < region.Lower.Length; i++)
        {
            if (low.Upper[i] == high.Upper[i]) continue;
            Split(part, i, low.Upper[i]);
            (_waiting[low], _waiting[high]) = (part.Low!, part.High!);
            return;
        }
    }

    private Part Split(Part part, int input, double value)
    {
        _splits++;
        (part.Input, part.Value, part.Low, part.High) = (input, value, new Part(), new Part());
        return part;
    }

    private static ProofTree Tree(Part root)
    {
        ImmutableArray<int>.Builder inputs = ImmutableArray.CreateBuilder<int>();
        ImmutableArray<double>.Builder values = ImmutableArray.CreateBuilder<double>();
        var open = new Stack<Part>([root]);
        while (open.Count > 0)
        {
            Part part = open.Pop();
            inputs.Add(part.Input);
            if (part.Input == ProofTree.Leaf) continue;
            values.Add(part.Value);
            open.Push(part.High!);
            open.Push(part.Low!);
        }

        return new ProofTree(inputs.ToImmutable(), values.ToImmutable());
    }

    private sealed class Part
    {
        public int Input { get; set; } = ProofTree.Leaf;

        public double Value { get; set; }

        public Part? Low { get; set; }

        public Part? High { get; set; }
    }
}
