using System.Collections.Generic;
using System.Collections.Immutable;
using System.Globalization;
using System.Linq;
using System.Threading;
using RedGen.Compiler.Diagnostics;
using RedGen.Compiler.Graphs;
using RedGen.Compiler.Options;
using RedGen.Compiler.Red.Hash;
using RedGen.Compiler.Red.Merge;
using RedGen.Compiler.Red.Planning;
using RedGen.Compiler.Red.Probe;

namespace RedGen.Compiler.Red;

/// <summary>A reduced model.</summary>
/// <param name="Graph">The graph that is computed.</param>
/// <param name="Reduction">What was done.</param>
/// <param name="Before">The graph before hashing; outputs that are equal in the file itself are merged in it.</param>
/// <param name="Hashed">The graph after hashing, before the merging that follows it: of the structure of <paramref name="Before"/>.</param>
/// <param name="Original">The graph as it came.</param>
internal sealed record ReducedModel(Graph Graph, ModelReduction Reduction, Graph Before, Graph Hashed, Graph Original);

/// <summary>The RED++ method on a normalised graph: hash the weights (the only lossy step), then merge what became equal.</summary>
internal static class Reducer
{
    /// <summary>Reduces a graph as the options say; the same graph where they say None.</summary>
    public static ReducedModel Run(Graph graph, BatchNormStatistics statistics, ModelSource source, CompilerOptions options, DiagnosticBag diagnostics, CancellationToken cancellationToken)
    {
        if (options.Hashing == Hashing.None || !options.Optimise) return new ReducedModel(graph, ModelReduction.None, graph, graph, graph);
        Graph original = graph;
        MergedGraph equal = MergeEqual(graph, options, cancellationToken);
        graph = equal.Graph;
        (HashingPlan plan, bool isTuned) = FindPlan(graph, statistics, source, options, diagnostics, cancellationToken);
        HashedGraph? hashed = ApplyHashing.Run(Folded(graph, plan, cancellationToken), plan, out string problem);
        if (hashed is null && isTuned)
        {
            diagnostics.Add(DiagnosticCatalog.StalePlan.With(problem));
            (plan, isTuned) = (HashingSearch.Plan(graph, statistics, options, null, SearchEffort.Quick, null, cancellationToken), false);
            hashed = ApplyHashing.Run(Folded(graph, plan, cancellationToken), plan, out problem);
        }

        if (hashed is null) throw new System.InvalidOperationException("The plan does not fit its own graph: " + problem);
        CheckTolerance(graph, plan, options, diagnostics);
        MergedGraph merged = options.Merging == Merging.None
            ? new MergedGraph(hashed.Graph, hashed.Hashed, ImmutableDictionary<string, int>.Empty)
            : MergeOutputs.Run(hashed, cancellationToken);
        return new ReducedModel(merged.Graph, Describe(graph, equal, merged, plan, options, isTuned), graph, hashed.Graph, original);
    }

    /// <summary>
    /// Merges what is equal already: duplicates and dead outputs of the file. Before hashing, because the sums of the consumers' columns are weights like others then;
    /// sums of two codes could be more than a codebook holds.
    /// </summary>
    public static MergedGraph MergeEqual(Graph graph, CompilerOptions options, CancellationToken cancellationToken)
    {
        var whole = new HashedGraph(graph, ImmutableDictionary<string, HashedMatrix>.Empty);
        return options.Merging == Merging.None ? new MergedGraph(graph, whole.Hashed, ImmutableDictionary<string, int>.Empty) : MergeOutputs.Run(whole, cancellationToken);
    }

    private static Graph Folded(Graph graph, HashingPlan plan, CancellationToken cancellationToken)
        => plan.Folding > 0 ? FoldOutputs.Run(graph, plan.Folding, cancellationToken) : graph;

    /// <summary>The plan file where it fits; otherwise the closed form, with a warning where there is a file.</summary>
    private static (HashingPlan Plan, bool IsTuned) FindPlan(Graph graph, BatchNormStatistics statistics, ModelSource source, CompilerOptions options, DiagnosticBag diagnostics, CancellationToken cancellationToken)
    {
        if (source.PlanText is { } text)
        {
            if (PlanFile.Read(text, source.Sha256, PlanFile.Fingerprint(options, source.SamplesSha256), out string problem) is { } plan) return (plan, true);
            if (problem != PlanFile.NoReduction) diagnostics.Add(DiagnosticCatalog.StalePlan.With(problem));
        }

        return (HashingSearch.Plan(graph, statistics, options, null, SearchEffort.Quick, null, cancellationToken), false);
    }

    /// <summary>Warns where the user's tolerance is exceeded: the layers can get no finer, or floats would take too many bytes.</summary>
    private static void CheckTolerance(Graph graph, HashingPlan plan, CompilerOptions options, DiagnosticBag diagnostics)
    {
        if (options.Tolerance is not { } tolerance || !(plan.MeasuredError > tolerance) || plan.Layers.IsEmpty) return;
        HashedLayer worst = plan.Layers.OrderByDescending(l => l.ErrorShare).First();
        string label = graph.Nodes.First(n => ReducibleLayer.ReadAll(graph, n).Any(l => l.Weights == worst.Weights)).Label;
        diagnostics.Add(DiagnosticCatalog.ToleranceMissed.With(
            plan.MeasuredError.ToString("G4", CultureInfo.InvariantCulture),
            tolerance.ToString("G4", CultureInfo.InvariantCulture),
            (100 * worst.ErrorShare).ToString("F0", CultureInfo.InvariantCulture) + " %",
            label));
    }

    private static int Merged(MergedGraph graph, string weights) => graph.OutputsMerged.TryGetValue(weights, out int count) ? count : 0;

    private static ModelReduction Describe(Graph before, MergedGraph equal, MergedGraph merged, HashingPlan plan, CompilerOptions options, bool isTuned)
    {
        ImmutableDictionary<string, double> shares = plan.Layers.ToImmutableDictionary(l => l.Weights, l => l.ErrorShare);
        ImmutableDictionary<string, HashedMatrix> matrices = plan.Layers.ToImmutableDictionary(l => l.Weights, l => l.Matrix);
        var seen = new HashSet<string>(System.StringComparer.Ordinal);
        ImmutableArray<LayerReduction>.Builder layers = ImmutableArray.CreateBuilder<LayerReduction>();
        foreach (ReducibleLayer layer in before.Nodes.SelectMany(n => ReducibleLayer.ReadAll(before, n)))
        {
            if (!seen.Add(layer.Weights)) continue;
            layers.Add(new LayerReduction(
                layer.Weights, layer.Node.Name, layer.Node.Operator.QualifiedName,
                [.. layer.ToRows(before.ConstantOf(layer.Weights)!)],
                matrices.TryGetValue(layer.Weights, out HashedMatrix? matrix) ? matrix : null,
                shares.TryGetValue(layer.Weights, out double share) ? share : 0,
                Merged(equal, layer.Weights) + Merged(merged, layer.Weights)));
        }

        return new ModelReduction(options.Hashing, layers.ToImmutable(), merged.Hashed, plan.Tolerance, plan.MeasuredError, plan.EstimatedError, isTuned, plan.Inputs);
    }
}
