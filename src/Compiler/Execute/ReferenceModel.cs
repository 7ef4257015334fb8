using System;
using System.Collections.Generic;
using System.Linq;
using System.Threading;
using RedGen.Compiler.Diagnostics;
using RedGen.Compiler.Graphs;
using RedGen.Compiler.Import;
using RedGen.Compiler.Options;

namespace RedGen.Compiler.Execute;

/// <summary>
/// A model ready for the reference interpreter: imported, pinned and typed, and not optimised, so that no pass can make the oracle
/// wrong.
/// </summary>
public sealed class ReferenceModel
{
    private ReferenceModel(Graph graph) => Graph = graph;

    /// <summary>The graph, all types inferred.</summary>
    public Graph Graph { get; }

    /// <summary>Reads a model; null when diagnostics hold an error.</summary>
    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
    public static ReferenceModel? Load(ModelSource source, CompilerOptions options, DiagnosticBag diagnostics, CancellationToken cancellationToken = default)
    {
        try
        {
            if (OnnxReader.Read(source, diagnostics, cancellationToken) is not { } model || diagnostics.HasErrors) return null;
            Graph graph = ModelCompiler.Normalise(model, options with { Optimise = false }, diagnostics, cancellationToken, forReference: true);
            return diagnostics.HasErrors ? null : new ReferenceModel(graph);
        }
        catch (Exception bug) when (bug is not OperationCanceledException)
        {
            diagnostics.Add(bug is ModelException problem ? problem.Diagnostic : DiagnosticCatalog.InternalError.With("Normalise", bug.GetType().Name + ": " + bug.Message));
            return null;
        }
    }

    /// <summary>Runs the model once.</summary>
    /// <param name="inputs">The inputs by name; types and shapes are those of the graph.</param>
    /// <param name="cancellationToken">Stops between nodes.</param>
    /// <returns>The outputs, in the graph's order.</returns>
    public IReadOnlyList<Tensor> Run(IReadOnlyDictionary<string, Tensor> inputs, CancellationToken cancellationToken = default)
    {
        Dictionary<string, ReferenceTensor> values = inputs.ToDictionary(i => i.Key, i => ReferenceTensor.FromTensor(i.Value), StringComparer.Ordinal);
        return [.. ReferenceInterpreter.Run(Graph, values, cancellationToken).Select(o => o.ToTensor())];
    }
}
