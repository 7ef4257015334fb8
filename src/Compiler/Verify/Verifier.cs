using System;
using System.Collections.Generic;
using System.Collections.Immutable;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;
using RedGen.Compiler.Plan;
using RedGen.Compiler.Verify.FixedPoints;
using RedGen.Compiler.Verify.Network;
using RedGen.Compiler.Verify.Properties;
using RedGen.Compiler.Verify.Search;

namespace RedGen.Compiler.Verify;

/// <summary>
/// Proves or refutes a property of the code that a plan emits: attack, then bounds, then branch and bound over the inputs
/// (docs/verification.md). What is proven holds for the float32 arithmetic of the generated code; a counterexample was run by it.
/// </summary>
public static class Verifier
{
    /// <summary>Regions that are analysed at once, whatever the number of threads, so that the search is the same on all.</summary>
    private const int BatchLength = 16;

    /// <summary>Inputs up to which the search splits inputs; of networks with more it splits neurons.</summary>
    private const int MostSplitInputs = 20;

    /// <summary>Verifies a property.</summary>
    /// <param name="plan">The compiled model.</param>
    /// <param name="property">The property; its lengths are the model's.</param>
    /// <param name="predict">Runs the generated code: input elements to output elements, both row-major; called from several threads at once.</param>
    /// <param name="limits">When to give up.</param>
    /// <param name="onProgress">Told the regions that were analysed and those that wait, now and then; may be null.</param>
    /// <param name="cancellationToken">Ends the search: the verdict is then <see cref="VerificationResult.TimedOut"/>.</param>
    /// <returns>The verdict; <see cref="VerificationResult.Unknown"/> with the reason where the network has parts without bounds.</returns>
    public static Verdict Run(
        ExecutionPlan plan, VerifiedProperty property, Func<float[], float[]> predict, VerificationLimits limits, Action<long, int>? onProgress = null, CancellationToken cancellationToken = default)
        => Run(plan, property, predict, limits, onProgress, null, cancellationToken);

    /// <summary>Verifies a property and remembers how its boxes were split.</summary>
    /// <param name="plan">The compiled model.</param>
    /// <param name="property">The property; its lengths are the model's.</param>
    /// <param name="predict">Runs the generated code.</param>
    /// <param name="limits">When to give up.</param>
    /// <param name="onProgress">Told the regions that were analysed and those that wait; may be null.</param>
    /// <param name="trace">Takes the splits; may be null.</param>
    /// <param name="cancellationToken">Ends the search.</param>
    public static Verdict Run(
        ExecutionPlan plan, VerifiedProperty property, Func<float[], float[]> predict, VerificationLimits limits, Action<long, int>? onProgress, SplitTrace? trace, CancellationToken cancellationToken)
        => Run([plan], property, predict, limits, onProgress, trace, cancellationToken);

    /// <summary>Verifies a property of several networks.</summary>
    /// <param name="plans">The compiled models that <see cref="VerifiedProperty.Networks"/> names by number.</param>
    /// <param name="property">The property.</param>
    /// <param name="predict">Runs the generated code of all networks: see <see cref="VerifiedProperty.Runner"/>.</param>
    /// <param name="limits">When to give up.</param>
    /// <param name="onProgress">Told the regions that were analysed and those that wait; may be null.</param>
    /// <param name="trace">Takes the splits; may be null.</param>
    /// <param name="cancellationToken">Ends the search.</param>
    public static Verdict Run(
        IReadOnlyList<ExecutionPlan> plans, VerifiedProperty property, Func<float[], float[]> predict, VerificationLimits limits, Action<long, int>? onProgress, SplitTrace? trace, CancellationToken cancellationToken)
    {
        BoundNetwork network;
        try
        {
            network = JoinedNetwork.Of(plans, property);
        }
        catch (UnverifiableException problem)
        {
            return new Verdict(VerificationResult.Unknown, 0, 0, [], [], problem.Message);
        }

        return FixedPointTest.Held(new SearchRun(network, property, predict, limits, onProgress, trace, cancellationToken).Run(), plans, property, cancellationToken);
    }

    private sealed class SearchRun
    {
        private readonly BoundNetwork _network;
        private readonly ImmutableArray<PropertyCase> _cases;
        private readonly ImmutableArray<Witness> _witnesses;
        private readonly Func<float[], float[]> _predict;
        private readonly VerificationLimits _limits;
        private readonly Action<long, int>? _onProgress;
        private readonly SplitTrace? _trace;
        private readonly CancellationToken _cancellation;
        private readonly RegionQueue<SearchRegion> _queue = new();
        private long _nodes;
        private int _depth;
        private int _stuck;

        public SearchRun(
            BoundNetwork network, VerifiedProperty property, Func<float[], float[]> predict, VerificationLimits limits, Action<long, int>? onProgress, SplitTrace? trace, CancellationToken cancellationToken)
        {
            _network = network;
            FloatBox[] boxes = [.. property.Cases.Select(static c => new FloatBox(c.Box))];
            _cases = [.. property.Cases.Select((c, i) => c with { Box = boxes[i].Hull })];
            _witnesses = [.. property.Cases.Select((c, i) => new Witness(boxes[i], c.Conjunctions, predict))];
            _predict = predict;
            _limits = limits;
            _onProgress = onProgress;
            _trace = trace;
            _cancellation = cancellationToken;
        }

        public Verdict Run()
        {
            try
            {
                return AttackAndSearch();
            }
            catch (OperationCanceledException)
            {
                return End(VerificationResult.TimedOut);
            }
        }

        private Verdict AttackAndSearch()
        {
            for (int c = 0; c < _cases.Length; c++)
            {
                if (_cancellation.IsCancellationRequested) return End(VerificationResult.TimedOut);
                if (_network.Inputs > MostSplitInputs && _network.Nodes.Any(static n => n is ActivationNode))
                {
                    var search = new NeuronSearch(_network, new AttackTarget(_cases[c].Box, _cases[c].Conjunctions, _witnesses[c]), _limits.Threads, _cancellation);
                    bool ended;
                    try
                    {
                        ended = search.Run(_limits.Nodes - _nodes, _onProgress);
                    }
                    finally
                    {
                        _nodes += search.Nodes;
                        _depth = Math.Max(_depth, search.Depth);
                    }

                    if (search.Counterexample is { } input) return Violated(input);
                    if (!ended) return End(VerificationResult.Unknown, LimitReached());
                    if (!search.IsStuck) continue;
                }

                if (new Attack(_network, _cases[c].Box, _cases[c].Conjunctions, _witnesses[c]).Run(_cancellation) is { } found) return Violated(found);
                var whole = new SearchRegion(c, [.. _cases[c].Box.Lower], [.. _cases[c].Box.Upper], [.. Enumerable.Range(0, _cases[c].Conjunctions.Length)], null, double.NegativeInfinity, 0);
                _trace?.Start(whole);
                _queue.Add(whole);
            }

            return Search();
        }

        private Verdict Search()
        {
            int threads = Math.Max(1, Math.Min(_limits.Threads, BatchLength));
            RegionAnalysis[] analyses = [.. Enumerable.Range(0, threads).Select(_ => new RegionAnalysis(_network, _cases, _witnesses))];
            var batch = new List<SearchRegion>();
            while (_queue.Count > 0)
            {
                if (_cancellation.IsCancellationRequested) return End(VerificationResult.TimedOut);
                if (_nodes >= _limits.Nodes) return End(VerificationResult.Unknown, LimitReached());
                batch.Clear();
                while (batch.Count < BatchLength && _queue.Count > 0) batch.Add(_queue.Take());
                foreach ((RegionOutcome outcome, SearchRegion region) in Analyse(analyses, batch).Zip(batch, static (o, r) => (o, r)))
                {
                    _trace?.Add(region, outcome);
                    if (outcome.Counterexample is { } found) return Violated(found);
                    if (outcome.IsStuck) _stuck++;
                    foreach (SearchRegion part in outcome.Parts)
                    {
                        _depth = Math.Max(_depth, part.Depth);
                        _queue.Add(part);
                    }
                }

                _nodes += batch.Count;
                _onProgress?.Invoke(_nodes, _queue.Count);
            }

            return _stuck == 0 ? End(VerificationResult.Holds) : End(VerificationResult.Unknown, "regions as small as float32 tells apart are left: the property's margin is less than the rounding errors");
        }

        private RegionOutcome[] Analyse(RegionAnalysis[] analyses, List<SearchRegion> batch)
        {
            var outcomes = new RegionOutcome[batch.Count];
            if (analyses.Length == 1 || batch.Count == 1)
            {
                for (int i = 0; i < outcomes.Length; i++) outcomes[i] = analyses[0].Run(batch[i], _cancellation);
                return outcomes;
            }

            int next = -1;
            Parallel.For(0, analyses.Length, new ParallelOptions { MaxDegreeOfParallelism = analyses.Length, CancellationToken = _cancellation }, worker =>
            {
                for (int i = Interlocked.Increment(ref next); i < outcomes.Length; i = Interlocked.Increment(ref next)) outcomes[i] = analyses[worker].Run(batch[i], _cancellation);
            });
            return outcomes;
        }

        private string LimitReached() => "the limit of " + _limits.Nodes.ToString(System.Globalization.CultureInfo.InvariantCulture) + " regions is reached";

        private Verdict Violated(float[] input) => new(VerificationResult.Violated, _nodes, _depth, [.. input], [.. _predict(input)], "");

        private Verdict End(VerificationResult result, string reason = "") => new(result, _nodes, _depth, [], [], reason);
    }
}
