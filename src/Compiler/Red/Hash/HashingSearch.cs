using System;
using System.Collections.Generic;
using System.Collections.Immutable;
using System.Linq;
using System.Threading;
using RedGen.Compiler.Graphs;
using RedGen.Compiler.Options;
using RedGen.Compiler.Red.Planning;
using RedGen.Compiler.Red.Probe;

namespace RedGen.Compiler.Red.Hash;

/// <summary>How much work a search may do. Counted in multiply-adds, not seconds: the result must not depend on the machine's load.</summary>
/// <param name="Samples">Samples at most.</param>
/// <param name="RunWork">The work of one run over all samples (<see cref="ProbeCost"/>), about.</param>
/// <param name="MeasuresGains">Whether every layer's influence on the outputs is measured, or only its closed form used.</param>
internal sealed record SearchEffort(int Samples, double RunWork, bool MeasuresGains)
{
    /// <summary>Inside a build: seconds.</summary>
    public static SearchEffort Quick { get; } = new(256, 1.5e9, MeasuresGains: false);

    /// <summary>In <c>redgen tune</c>: up to a minute.</summary>
    public static SearchEffort Full { get; } = new(384, 4e9, MeasuresGains: true);
}

/// <summary>Finds the number of values of every layer, and hashes.</summary>
internal static class HashingSearch
{
    /// <summary>The relative error allowed at the outputs of a convolutional classifier: its predictions practically stay (docs/red.md).</summary>
    public const double ClassifierTolerance = 0.08;

    /// <summary>The relative error allowed at other outputs.</summary>
    public const double Tolerance = 0.03;

    /// <summary>The estimate adds errors as if no two ever met in a nonlinearity; it has to leave this share of the tolerance.</summary>
    private const double EstimateShare = 0.7;

    /// <summary>What refinement leaves removed where it goes on below the tolerance.</summary>
    private const double Removed = 0.905;

    /// <summary>The same for networks of little work, which gain less by it.</summary>
    private const double RemovedOfLittle = 0.868;

    /// <summary>Multiply-adds up to which work is little: some milliseconds of scalar code, less than one of vector code.</summary>
    private const double LittleWork = 1e7;

    /// <summary>How near to it is near enough.</summary>
    private const double RemovedSlack = 0.003;

    /// <summary>Rounds in which the measured error is brought below the tolerance.</summary>
    private const int MostRounds = 8;

    /// <summary>Runs over all samples that a search of a large network may take: it has fewer rounds.</summary>
    private const double MostRuns = 10;

    /// <summary>With folded outputs: sums of two codes of −n … n are a codebook too.</summary>
    private const int MostFolded = 31;

    private static readonly int[] Menu = [1, 2, 3, 4, 5, 7, 9, 11, 13, 15, 19, 23, 27, 31, 39, 47, 55, FineLevels.MostOfOneCode, .. FineLevels.Menu];

    /// <summary>Plans the hashing of a graph.</summary>
    /// <param name="graph">Normalised, not fused.</param>
    /// <param name="statistics">What batch normalisation told before it was folded.</param>
    /// <param name="options">Method, tolerance, input range.</param>
    /// <param name="samples">The user's samples, or null.</param>
    /// <param name="effort">How much work.</param>
    /// <param name="onProgress">Called as the search goes on; may be null.</param>
    /// <param name="cancellationToken">Stops the search.</param>
    public static HashingPlan Plan(Graph graph, BatchNormStatistics statistics, CompilerOptions options, Tensor? samples, SearchEffort effort, Action<TuneProgress>? onProgress, CancellationToken cancellationToken)
    {
        onProgress?.Invoke(new TuneProgress("statistics", 0));
        var cost = ProbeCost.Of(graph);
        if (!cost.IsBearable) return new HashingPlan([], options.Tolerance ?? Tolerance, double.NaN, 0, "nothing: one run of the model is too long for the search; its weights stay as they are");
        if (!graph.Nodes.Any(n => ReducibleLayer.ReadAll(graph, n).Any())) return new HashingPlan([], options.Tolerance ?? Tolerance, 0, 0, "nothing: there is no layer to hash");
        ProbeInputs inputs = InputsFor(graph, cost, options, samples, effort);
        HashingProblem problem = HashingProblem.Prepare(graph, statistics, inputs, options.Hashing, cancellationToken);
        BudgetGoal goal = GoalFor(graph, problem, options);
        if (options.Merging == Merging.Relaxed)
        {
            (Graph folded, double strength, double error) = FoldingSearch.Run(graph, problem, goal.Limit, cancellationToken);
            if (strength > 0)
            {
                problem = HashingProblem.Prepare(folded, statistics, inputs, options.Hashing, cancellationToken);
                double left = Math.Sqrt((goal.Limit * goal.Limit) - error);
                HashingPlan rest = Search(folded, problem, goal with { Limit = left, Target = Math.Min(goal.Target, left) }, options, effort, onProgress, cancellationToken);
                return rest with { Folding = strength, Tolerance = goal.Limit, MeasuredError = Math.Sqrt((rest.MeasuredError * rest.MeasuredError) + error) };
            }
        }

        return Search(graph, problem, goal, options, effort, onProgress, cancellationToken);
    }

    /// <summary>Where nothing is gained by fewer values: every layer takes all that a byte can index.</summary>
    private static BudgetGoal Fine { get; } = new(Tolerance, 0.001, 0);

    /// <summary>The numbers of magnitudes on offer: folding needs few, and a microcontroller decodes one byte a weight.</summary>
    private static int[] MenuOf(CompilerOptions options)
        => options.Merging == Merging.Relaxed ? [.. Menu.Where(n => n <= MostFolded)] : options.IsScalar ? [.. Menu.Where(n => n <= FineLevels.MostOfOneCode)] : Menu;

    private static HashingPlan Search(Graph graph, HashingProblem problem, BudgetGoal goal, CompilerOptions options, SearchEffort effort, Action<TuneProgress>? onProgress, CancellationToken cancellationToken)
    {
        onProgress?.Invoke(new TuneProgress("sensitivities", 0.2));
        ImmutableArray<BudgetLayer> layers = new BudgetTables(problem, options.Weights, effort.MeasuresGains, onProgress, cancellationToken).Layers(MenuOf(options));
        long floats = graph.Initializers.Values.Where(t => t.ElementType == ElementType.Float32).Sum(t => 4L * t.Length);
        // On a microcontroller every layer is decoded at a byte a weight: there is room for a small layer of floats or two.
        var weights = new WeightLimit(options.IsScalar ? floats * 4 / 5 : floats, floats - problem.Layers.Sum(l => 4L * l.Layer.Count));
        // A tolerance that the user set is met before bytes are saved. The papers' density would leave most of a network as floats.
        if (options is { Tolerance: not null, Hashing: Hashing.Adaptive }) weights = weights with { Share = double.PositiveInfinity };

        BudgetGoal current = goal with { Limit = goal.Limit * EstimateShare, Target = goal.Target * EstimateShare };
        Trial? best = null;
        int rounds = (int)Math.Max(1, Math.Min(MostRounds, (MostRuns * effort.RunWork / Math.Max(1, problem.RunWork)) - 1));
        for (int round = 0; round < rounds; round++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            onProgress?.Invoke(new TuneProgress("hashing", 0.6 + (0.4 * round / MostRounds)));
            ImmutableArray<int> chosen = BudgetAllocator.Allocate(layers, current, weights);
            Trial trial = Hash(problem, layers, chosen, goal.Limit, cancellationToken);
            if (goal.Removed > 0 && trial.Plan.MeasuredError <= goal.Limit && trial.Removed < goal.Removed - (2 * RemovedSlack) && BudgetAllocator.Error(layers, chosen) >= 0.9 * current.Limit)
            {
                // The tolerance takes more than the multiplications that were to stay removed: then there is nothing to trade error for.
                return Search(graph, problem, Fine, options, effort, onProgress, cancellationToken);
            }

            if (best is null || IsBetter(trial, best, goal)) best = trial;
            bool isFinest = layers.Select((l, i) => chosen[i] + 1 >= l.Candidates.Length).All(last => last);
            if (Next(current, goal, trial, isFinest) is not { } next) break;
            current = next;
        }

        return options.Hashing == Hashing.Adaptive && problem.HasSamples ? Compensate(problem, best!) : best!.Plan;
    }

    /// <summary>
    /// The plan with layers that make up for those before them, where that lowers the error. On samples only: on inputs made without data it fits the
    /// noise (measured: a third of the error on the probe, as much or twice as much on real inputs).
    /// </summary>
    private static HashingPlan Compensate(HashingProblem problem, Trial trial)
    {
        HashingPlan plan = trial.Plan;
        ImmutableArray<HashedLayer> layers = problem.Compensated(trial.Magnitudes);
        double error = Math.Sqrt(problem.Measure(layers));
        if (!(error < plan.MeasuredError)) return plan;
        ImmutableDictionary<string, double> shares = plan.Layers.ToImmutableDictionary(l => l.Weights, l => l.ErrorShare);
        return plan with { Layers = [.. layers.Select(l => l with { ErrorShare = shares[l.Weights] })], MeasuredError = error };
    }

    /// <summary>One allocation, hashed and measured.</summary>
    private sealed record Trial(HashingPlan Plan, double Multiplications, double Removed)
    {
        /// <summary>n of each hashed layer, by the initializer of the weights.</summary>
        public required ImmutableDictionary<string, int> Magnitudes { get; init; }

        /// <summary>The error as a share of the tolerance: as measured, or as estimated, which has to leave room.</summary>
        public double Load => Math.Max(Plan.MeasuredError, Plan.EstimatedError / EstimateShare) / Plan.Tolerance;
    }

    /// <summary>The goal of the next round, now that the tables' expectations can be compared with what was hashed; null: near enough.</summary>
    private static BudgetGoal? Next(BudgetGoal current, BudgetGoal goal, Trial trial, bool isFinest)
    {
        bool isMeasuredTooHigh = trial.Plan.MeasuredError > goal.Limit;
        if (isMeasuredTooHigh && isFinest) return null;
        if (goal.Target < goal.Limit && !isMeasuredTooHigh)
        {
            double off = goal.Removed - trial.Removed;
            return isFinest || goal.Removed == 0 || Math.Abs(off) < RemovedSlack ? null : current with { Removed = current.Removed + off };
        }

        if (trial.Load is > 0.88 and <= 1 || (trial.Load <= 1 && current.Limit >= 1)) return null;
        double limit = current.Limit * Math.Min(1.6, Math.Max(0.4, trial.Load > 0 ? 0.95 / trial.Load : 1.6));
        return current with { Limit = limit, Target = goal.Target < goal.Limit ? Math.Min(current.Target, limit) : limit };
    }

    /// <summary>The tolerance first; then fewer multiplications where that is the goal, or the smaller error.</summary>
    private static bool IsBetter(Trial trial, Trial other, BudgetGoal goal)
    {
        bool Meets(Trial t) => t.Plan.MeasuredError <= goal.Limit && t.Removed >= goal.Removed - (2 * RemovedSlack);
        bool meets = Meets(trial), otherMeets = Meets(other);
        if (meets != otherMeets) return meets;
        if (!meets) return trial.Plan.MeasuredError < other.Plan.MeasuredError;
        return goal.Target < goal.Limit ? trial.Plan.EstimatedError < other.Plan.EstimatedError : trial.Multiplications < other.Multiplications;
    }

    private static ProbeInputs InputsFor(Graph graph, ProbeCost cost, CompilerOptions options, Tensor? samples, SearchEffort effort)
    {
        int most = InputScale.IsSmallVector(graph) ? ProbeInputs.OfSmallVectors : effort.Samples;
        int count = (int)Math.Min(cost.FittingSamples, Math.Min(most, Math.Max(cost.Work > effort.RunWork ? 1 : 2, effort.RunWork / Math.Max(1, cost.Work))));
        if (samples is not null && ProbeInputs.FromSamples(graph, samples, 2 * count) is { } real) return real;
        return ProbeInputs.Synthetic(graph, new InputBox(options.InputRange), count);
    }

    /// <summary>
    /// The user's tolerance is met with the fewest multiplications. Without one, a convolutional classifier is refined beyond its tolerance while
    /// most of its multiplications stay removed, the stricter the less work it is; other networks take all values that a byte can index.
    /// </summary>
    private static BudgetGoal GoalFor(Graph graph, HashingProblem problem, CompilerOptions options)
    {
        if (options.Tolerance is { } tolerance) return new BudgetGoal(tolerance, tolerance, 0);
        double all = problem.Layers.Sum(l => l.Geometry.MultiplyAdds), convolved = problem.Layers.Where(l => l.Geometry.IsConvolution).Sum(l => l.Geometry.MultiplyAdds);
        return NetworkKind.IsClassifier(graph) && convolved > all / 2
            ? all > LittleWork ? new BudgetGoal(ClassifierTolerance, 0.01, Removed) : new BudgetGoal(Tolerance, 0.01, RemovedOfLittle)
            : Fine;
    }

    private static Trial Hash(HashingProblem problem, ImmutableArray<BudgetLayer> layers, ImmutableArray<int> chosen, double tolerance, CancellationToken cancellationToken)
    {
        double multiplications = 0;
        var hashed = new List<(HashedLayer Layer, double Error)>();
        ImmutableDictionary<string, int>.Builder magnitudes = ImmutableDictionary.CreateBuilder<string, int>(StringComparer.Ordinal);
        for (int i = 0; i < layers.Length; i++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            LayerCandidate candidate = layers[i].Candidates[chosen[i]];
            if (candidate.Magnitudes == 0)
            {
                multiplications += candidate.Multiplications;
                continue;
            }

            HashedLayer layer = problem.Layers[i].Hash(candidate.Magnitudes, out double noise);
            hashed.Add((layer, layers[i].Gain * noise));
            magnitudes.Add(layer.Weights, candidate.Magnitudes);
            multiplications += problem.Layers[i].Geometry.Multiplications(layer.Matrix);
        }

        double total = hashed.Sum(h => h.Error);
        ImmutableArray<HashedLayer> result = [.. hashed.Select(h => h.Layer with { ErrorShare = total > 0 ? h.Error / total : 0 })];
        var plan = new HashingPlan(result, tolerance, Math.Sqrt(problem.Measure(result)), Math.Sqrt(total), problem.Inputs);
        return new Trial(plan, multiplications, 1 - (multiplications / layers.Sum(l => l.MultiplyAdds))) { Magnitudes = magnitudes.ToImmutable() };
    }
}
