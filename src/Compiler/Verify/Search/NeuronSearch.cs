using System;
using System.Collections.Generic;
using System.Collections.Immutable;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;
using RedGen.Compiler.Verify.Bounds;
using RedGen.Compiler.Verify.Network;

namespace RedGen.Compiler.Verify.Search;

/// <summary>
/// Proves or refutes one case of a network with many inputs: attack, bounds with optimised slopes, then branch and bound over the signs of
/// neurons. A search that takes long is begun again, after the layers were bounded better (<see cref="LayerRefinement"/>). The same on any number of threads.
/// </summary>
internal sealed class NeuronSearch
{
    /// <summary>Regions that are split by one pass.</summary>
    private const int GroupLength = 16;

    /// <summary>Passes whose regions are taken from the queue at once, whatever the number of threads.</summary>
    private const int Groups = 4;

    /// <summary>Points and steps of the attack on a conjunction.</summary>
    private const int AttackPoints = 32;
    private const int AttackSteps = 40;

    /// <summary>Rounds of the search from one attack inside the regions to the next.</summary>
    private const int AttackRounds = 8;

    /// <summary>Splits for each bound of a layer when the layers are bounded better: more from time to time.</summary>
    private const int FirstRounds = 8;
    private const int MostRounds = 216;
    private const int RoundsGrowth = 3;

    /// <summary>Regions of the search until the layers are bounded better; later a share of what that took.</summary>
    private const long FirstPause = 1000;
    private const int PauseShare = 2;

    private static readonly AscentPlan Rows = new(20, 0.1, 0.1, 0.95);
    private static readonly AscentPlan Layers = new(10, 0.1, 0.1, 0.9);

    private readonly BoundNetwork _network;
    private readonly AttackTarget _target;
    private readonly int _threads;
    private readonly CancellationToken _cancellation;
    private readonly NetworkBounds _bounds;
    private readonly LagrangianPass[] _passes;
    private readonly double[] _lower;
    private readonly double[] _upper;
    private RegionQueue<NeuronRegion> _queue = new();

    /// <summary>Makes a search.</summary>
    public NeuronSearch(BoundNetwork network, AttackTarget target, int threads, CancellationToken cancellationToken)
    {
        _network = network;
        _target = target;
        _threads = Math.Max(1, Math.Min(threads, Groups));
        _cancellation = cancellationToken;
        _bounds = new NetworkBounds(network);
        _passes = [.. Enumerable.Range(0, _threads).Select(_ => new LagrangianPass(_network))];
        (_lower, _upper) = ([.. target.Box.Lower], [.. target.Box.Upper]);
    }

    /// <summary>Regions that were split.</summary>
    public long Nodes { get; private set; }

    /// <summary>The most splits of one region.</summary>
    public int Depth { get; private set; }

    /// <summary>Whether regions are left that no split of a neuron makes smaller.</summary>
    public bool IsStuck { get; private set; }

    /// <summary>A counterexample that was found; null: none.</summary>
    public float[]? Counterexample { get; private set; }

    /// <summary>Searches.</summary>
    /// <param name="nodes">Regions to split at most.</param>
    /// <param name="onProgress">Told the regions that were split and those that wait; may be null.</param>
    /// <returns>Whether the search came to its end; the limit of regions did not end it.</returns>
    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
    public bool Run(long nodes, Action<long, int>? onProgress)
    {
        if (!Begin()) return true;
        long pause = FirstPause;
        for (int rounds = FirstRounds; ; rounds = Math.Min(MostRounds, rounds * RoundsGrowth))
        {
            if (Search(Math.Min(nodes, Nodes + pause), onProgress)) return true;
            if (Nodes >= nodes) return false;
            long before = Nodes;
            if (!Refine(rounds)) return true;
            // Once the layers are as good as they get, the search gets more and more of the time.
            pause = rounds == MostRounds ? 2 * pause : Math.Max(FirstPause, (Nodes - before) / PauseShare);
        }
    }

    /// <summary>Splits regions until none is left.</summary>
    /// <returns>Whether that is so, or a counterexample was found; the limit of regions did not end it.</returns>
    private bool Search(long nodes, Action<long, int>? onProgress)
    {
        NeuronExpansion[] expansions = [.. Enumerable.Range(0, _threads).Select(_ => new NeuronExpansion(_network, _bounds, _target))];
        for (long round = 0; _queue.Count > 0; round++)
        {
            _cancellation.ThrowIfCancellationRequested();
            if (Nodes >= nodes) return false;
            foreach (NeuronOutcome outcome in Expand(expansions, round % AttackRounds == 0))
            {
                Counterexample ??= outcome.Counterexample;
                IsStuck |= outcome.Stuck.Length > 0;
                foreach (NeuronRegion part in outcome.Parts)
                {
                    Depth = Math.Max(Depth, part.Depth);
                    _queue.Add(part);
                }
            }

            if (Counterexample is not null) return true;
            onProgress?.Invoke(Nodes, _queue.Count);
        }

        return true;
    }

    /// <summary>Bounds the layers by branch and bound, and begins the search again with what that gives.</summary>
    /// <param name="rounds">Splits for each bound.</param>
    /// <returns>Whether anything is left to search.</returns>
    private bool Refine(int rounds)
    {
        var refinement = new LayerRefinement(_network, rounds, _threads);
        var tightening = new SlopeTightening(_passes, Layers, (node, index, elements) => refinement.Run(_bounds, node, index, elements, _cancellation));
        bool isFeasible = _bounds.Compute(_lower, _upper, new BoundSnapshot(_network, _bounds), tightening, _cancellation);
        Nodes += refinement.Nodes;
        if (!isFeasible) return false;
        HashSet<int> left = [];
        while (_queue.Count > 0) left.Add(_queue.Take().Owner);
        IsStuck = false;
        return Enqueue(Bound(_passes[0], [.. left.OrderBy(static c => c)]));
    }

    private bool Enqueue(List<NeuronRegion> regions)
    {
        _queue = new RegionQueue<NeuronRegion>(_bounds.MostRegions);
        foreach (NeuronRegion region in regions) _queue.Add(region);
        return regions.Count > 0;
    }

    /// <summary>Bounds the whole box, attacks what is left of it, and bounds it better.</summary>
    /// <returns>Whether anything is left to search.</returns>
    private bool Begin()
    {
        Nodes = 1;
        if (!_bounds.Compute(_lower, _upper, null, cancellationToken: _cancellation)) return false;
        ImmutableArray<int> alive = RowSet.Bound(_network, _bounds, _target.Conjunctions, [.. Enumerable.Range(0, _target.Conjunctions.Length)]).Alive;
        if (alive.IsEmpty) return false;
        List<NeuronRegion> regions = Bound(_passes[0], alive);
        if (regions.Count == 0 || Attack(regions)) return false;
        var known = new BoundSnapshot(_network, _bounds);
        return _bounds.Compute(_lower, _upper, known, new SlopeTightening(_passes, Layers), _cancellation) && Enqueue(Bound(_passes[0], [.. regions.Select(static r => r.Owner)]));
    }

    /// <summary>Of conjunctions none of whose rows is refuted over the whole box, the row with the greatest bound.</summary>
    private List<NeuronRegion> Bound(LagrangianPass pass, ImmutableArray<int> conjunctions)
    {
        var regions = new List<NeuronRegion>();
        foreach (int c in conjunctions)
        {
            _cancellation.ThrowIfCancellationRequested();
            int rows = _target.Conjunctions[c].Rows.Length;
            pass.Start(_bounds, Math.Max(1, rows), _network.Output + 1);
            for (int r = 0; r < rows; r++) pass.Row(r, _target.Conjunctions[c].Rows[r]);
            pass.Ascend(_network.Output, Rows, isEnough: false, keeps: true, rows);
            int best = 0;
            for (int r = 1; r < rows; r++)
                if (pass.Best(r) > pass.Best(best)) best = r;
            if (!(pass.Best(best) > 0)) regions.Add(new NeuronRegion(new Objective(_target.Conjunctions[c].Rows[best], null, _network.Output, 0, 1), c, null, [], pass.Slopes(best), pass.Best(best)));
        }

        return regions;
    }

    private bool Attack(List<NeuronRegion> regions)
    {
        var attack = new BatchAttack(_network, AttackPoints);
        foreach (NeuronRegion region in regions.OrderBy(static r => r.Bound))
        {
            Counterexample = attack.Run(_target, region.Owner, AttackSteps, 0x5EED, _cancellation);
            _cancellation.ThrowIfCancellationRequested();
            if (Counterexample is not null) return true;
        }

        return false;
    }

    private NeuronOutcome[] Expand(NeuronExpansion[] expansions, bool attacks)
    {
        var groups = new List<NeuronRegion[]>();
        while (groups.Count < Groups && _queue.Count > 0)
        {
            var group = new List<NeuronRegion>();
            while (group.Count < GroupLength && _queue.Count > 0) group.Add(_queue.Take());
            groups.Add([.. group]);
            Nodes += group.Count;
        }

        var outcomes = new NeuronOutcome[groups.Count];
        int next = -1;
        Parallel.For(0, Math.Min(expansions.Length, groups.Count), new ParallelOptions { MaxDegreeOfParallelism = expansions.Length, CancellationToken = _cancellation }, worker =>
        {
            for (int g = Interlocked.Increment(ref next); g < outcomes.Length; g = Interlocked.Increment(ref next)) outcomes[g] = expansions[worker].Run(groups[g], attacks, _cancellation);
        });
        return outcomes;
    }
}
