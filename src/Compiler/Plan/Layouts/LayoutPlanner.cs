using System;
using System.Collections.Generic;
using System.Collections.Immutable;
using System.Linq;
using System.Threading;
using RedGen.Compiler.Graphs;
using RedGen.Compiler.Kernels;
using RedGen.Compiler.Kernels.ChannelsLast;
using RedGen.Compiler.Options;
using RedGen.Compiler.Plan.Choices;

namespace RedGen.Compiler.Plan.Layouts;

/// <summary>
/// Chooses the groups that are computed channels last: those whose gain outweighs the conversions between them and the others. A value is
/// converted at most once, so the best choice is a minimal cut of the network in which a group left over planes costs its gain and a value
/// with readers on the other side its conversion.
/// </summary>
internal sealed class LayoutPlanner
{
    /// <summary>A gain beyond all conversions.</summary>
    private const long Forced = 1L << 50;

    private readonly ImmutableArray<NodeGroup> _groups;
    private readonly KernelContext _context;
    private readonly Dictionary<string, int> _producers = new(StringComparer.Ordinal);
    private readonly LayoutChoice?[] _choices;

    private LayoutPlanner(ImmutableArray<NodeGroup> groups, KernelContext context)
    {
        _groups = groups;
        _context = context;
        _choices = new LayoutChoice?[groups.Length];
        for (int i = 0; i < groups.Length; i++)
            foreach (string output in groups[i].Nodes.SelectMany(n => n.Outputs)) _producers[output] = i;
    }

    /// <summary>Whether values may lie channels last at all.</summary>
    public static bool IsPossible(CompilerOptions options) => options.Layouts != LayoutMode.Plain && !options.IsScalar;

    /// <summary>Chooses.</summary>
    public static LayoutPlan Choose(ImmutableArray<NodeGroup> groups, KernelContext context, CancellationToken cancellationToken)
    {
        if (!IsPossible(context.Options)) return LayoutPlan.None(context.Graph);
        var planner = new LayoutPlanner(groups, context);
        for (int i = 0; i < groups.Length; i++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            planner.Ask(i);
        }

        if (planner._choices.All(c => c is not { Offer.Gain: > 0 })) return LayoutPlan.None(context.Graph);
        planner.Cut();
        return LayoutPlan.Create(context.Graph, groups, [.. planner._choices]);
    }

    private void Ask(int index)
    {
        NodeGroup group = _groups[index];
        if (_context.Choices.Of(group) is { } wanted)
        {
            // A kernel over planes leaves no offer.
            _choices[index] = KernelCandidates.Offers(group, _context).FirstOrDefault(o => o.Offer.Kernel == wanted)?.WithGain(Forced);
            return;
        }

        LayoutChoice? best = null;
        foreach (LayoutChoice choice in BestOffers(group))
            if (best is null || (IsNamed(choice) && IsNamed(best) && choice.Offer.Gain > best.Offer.Gain)) best = choice;
        _choices[index] = _context.Options.Layouts == LayoutMode.ChannelsLast ? best?.WithGain(Forced) : best;

        static bool IsNamed(LayoutChoice choice) => choice.Offer.Kernel.Length > 0;
    }

    /// <summary>The best offer of each kernel; measured gains in the place of estimated ones, where there are some.</summary>
    private IEnumerable<LayoutChoice> BestOffers(NodeGroup group)
    {
        if (_context.Options.KernelTimes is not { } all || !all.TryGetValue(group.Marked.Name, out ImmutableDictionary<string, double>? times))
        {
            if (group.Nodes.Any(_context.IsOpen)) return [];
            return ChannelsLastTable.For(group.Head.Operator.QualifiedName).SelectMany(k => k.Offers(group, _context).Take(1).Select(o => new LayoutChoice(o, k)));
        }

        double plain = KernelCandidates.OverPlanes(group, _context).Min(s => times.TryGetValue(s.Kernel, out double t) ? t : double.PositiveInfinity);
        return KernelCandidates.Offers(group, _context).Select(o => times.TryGetValue(o.Offer.Kernel, out double time) ? o.WithGain((long)Math.Min(Forced, 1e6 * (plain - time))) : o);
    }

    /// <summary>Takes back the offers that are not worth it.</summary>
    private void Cut()
    {
        var cut = new LayoutCut();
        int[] nodes = [.. _choices.Select(c => c is null ? LayoutCut.Sink : cut.AddNode())];
        for (int i = 0; i < _groups.Length; i++)
        {
            if (_choices[i]?.Offer is not { } offer) continue;
            if (offer.Gain > 0) cut.AddEdge(LayoutCut.Source, nodes[i], offer.Gain);
            else if (offer.Gain < 0) cut.AddEdge(nodes[i], LayoutCut.Sink, -offer.Gain);
        }

        foreach (Readers readers in FindReaders(nodes)) readers.AddTo(cut);
        bool[] sides = cut.Divide();
        for (int i = 0; i < _groups.Length; i++)
            if (_choices[i] is not null && !sides[nodes[i]]) _choices[i] = null;
    }

    /// <summary>Who writes and reads each value that looks different channels last, in the order of its first reader.</summary>
    private List<Readers> FindReaders(int[] nodes)
    {
        var all = new Dictionary<string, Readers>(StringComparer.Ordinal);
        var order = new List<Readers>();
        for (int i = 0; i < _groups.Length; i++)
        {
            foreach (string value in _groups[i].Nodes.SelectMany(GraphCaptures.Reads).Distinct(StringComparer.Ordinal))
            {
                if (_producers.TryGetValue(value, out int producer) && producer == i) continue;
                if (Of(value) is not { } readers) continue;
                if (_choices[i]?.Offer.Values.Contains(value) == true) readers.ChannelsLast.Add(nodes[i]);
                readers.Plain.Add(_choices[i]?.Offer is { } offer && (offer.Values.Contains(value) || offer.Either.Contains(value)) ? nodes[i] : LayoutCut.Sink);
            }
        }

        foreach (Value output in _context.Graph.Outputs) Of(output.Name)?.Plain.Add(LayoutCut.Sink);
        return order;

        Readers? Of(string value)
        {
            if (all.TryGetValue(value, out Readers? known)) return known;
            if (_context.Constant(value) is not null) return null;
            if (_context.Split(value) is not { IsSame: false }) return null;
            bool offered = _producers.TryGetValue(value, out int producer) && _choices[producer]?.Offer.Values.Contains(value) == true;
            order.Add(all[value] = new Readers(LayoutCost.ToChannelsLast(_context, value), LayoutCost.ToChannelsFirst(_context, value), offered ? nodes[producer] : LayoutCut.Sink));
            return all[value];
        }
    }

    /// <summary>The nodes of one value's producer, of those that want it over planes if they stay so, and of those that would read it channels last.</summary>
    private sealed class Readers(long costOfLast, long costOfFirst, int producer)
    {
        public List<int> Plain { get; } = [];

        public List<int> ChannelsLast { get; } = [];

        public void AddTo(LayoutCut cut)
        {
            if (producer != LayoutCut.Sink && Plain.Count > 0)
            {
                int toPlain = cut.AddNode();
                cut.AddEdge(producer, toPlain, costOfFirst);
                foreach (int reader in Plain.Distinct()) cut.AddEdge(toPlain, reader, LayoutCut.Never);
            }

            if (ChannelsLast.Count == 0) return;
            int toChannelsLast = cut.AddNode();
            cut.AddEdge(toChannelsLast, producer, costOfLast);
            foreach (int reader in ChannelsLast.Distinct()) cut.AddEdge(reader, toChannelsLast, LayoutCut.Never);
        }
    }
}
