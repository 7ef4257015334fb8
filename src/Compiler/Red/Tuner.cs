using System;
using System.Threading;
using RedGen.Compiler.Diagnostics;
using RedGen.Compiler.Graphs;
using RedGen.Compiler.Import;
using RedGen.Compiler.Options;
using RedGen.Compiler.Red.Hash;
using RedGen.Compiler.Red.Planning;
using RedGen.Compiler.Red.Probe;

namespace RedGen.Compiler.Red;

/// <summary>What a search reports on its way.</summary>
/// <param name="Stage">What it is doing, in words.</param>
/// <param name="Done">The share of the work that is done, 0 … 1.</param>
public readonly record struct TuneProgress(string Stage, double Done);

/// <summary>The search for the reduction's budget, as <c>redgen tune</c> runs it. Deterministic: the same model, options and samples give the same plan.</summary>
public static class Tuner
{
    /// <summary>Searches.</summary>
    /// <param name="source">The model.</param>
    /// <param name="options">The options; Hashing is not None.</param>
    /// <param name="samples">Float inputs for a model with one input, the first axis counts them; null: inputs made without data.</param>
    /// <param name="onProgress">Called as the search goes on; may be null.</param>
    /// <param name="diagnostics">Takes the model's problems.</param>
    /// <param name="cancellationToken">Stops the search.</param>
    /// <returns>The plan, or null when diagnostics hold an error.</returns>
    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
    public static HashingPlan? Run(ModelSource source, CompilerOptions options, Tensor? samples, Action<TuneProgress>? onProgress, DiagnosticBag diagnostics, CancellationToken cancellationToken)
    {
        if (OnnxReader.Read(source, diagnostics, cancellationToken) is not { } model || diagnostics.HasErrors) return null;
        Graph graph = ModelCompiler.Normalise(model, options, diagnostics, cancellationToken);
        if (samples is not null && SampleFit.Problem(graph, samples) is { Length: > 0 } problem)
            diagnostics.Add(DiagnosticCatalog.InvalidOption.With("RedGenSamples", options.Samples, problem));
        if (diagnostics.HasErrors) return null;
        graph = Reducer.MergeEqual(graph, options, cancellationToken).Graph;
        return HashingSearch.Plan(graph, BatchNormStatistics.Read(model.Graph), options, samples, SearchEffort.Full, onProgress, cancellationToken);
    }
}
