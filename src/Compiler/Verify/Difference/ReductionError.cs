using System.Linq;
using System.Threading;
using RedGen.Compiler.Diagnostics;
using RedGen.Compiler.Graphs;
using RedGen.Compiler.Import;
using RedGen.Compiler.Options;
using RedGen.Compiler.Red;
using RedGen.Compiler.Red.Probe;
using RedGen.Compiler.Verify.Network;
using RedGen.Compiler.Verify.Properties;

namespace RedGen.Compiler.Verify.Difference;

/// <summary>The certified error of a model's reduction over a box, by splitting the box: tighter than the interval bound of docs/red-certificate.md, which is for the whole box at once.</summary>
public static class ReductionError
{
    /// <summary>Bounds the error.</summary>
    /// <param name="source">The model and its plan.</param>
    /// <param name="options">The options; Hashing is not None.</param>
    /// <param name="box">The inputs; null: those of <see cref="CompilerOptions.InputRange"/>.</param>
    /// <param name="nodes">Boxes whose bound may be computed.</param>
    /// <param name="threads">Threads; what comes out does not depend on them.</param>
    /// <param name="diagnostics">Takes the model's problems.</param>
    /// <param name="problem">Why there is no bound; empty where there is one.</param>
    /// <param name="cancellationToken">Ends the search; what was proven until then is returned.</param>
    /// <returns>The bound; null where there is none.</returns>
    public static DifferenceOutcome? Run(ModelSource source, CompilerOptions options, VerifiedBox? box, long nodes, int threads, DiagnosticBag diagnostics, out string problem, CancellationToken cancellationToken)
    {
        problem = "";
        if (OnnxReader.Read(source, diagnostics, cancellationToken) is not { } model || diagnostics.HasErrors) return null;
        Graph graph = ModelCompiler.Normalise(model, options, diagnostics, cancellationToken);
        if (diagnostics.HasErrors) return null;
        ReducedModel reduced = Reducer.Run(graph, BatchNormStatistics.Read(model.Graph), source, options, diagnostics, cancellationToken);
        if (diagnostics.HasErrors) return null;
        if (options.Merging == Merging.Relaxed && reduced.Reduction.Layers.Any(static l => l.OutputsMerged > 0)) problem = "relaxed merging changes the hashed network in a way that no bound covers";
        try
        {
            if (problem.Length == 0) return Run(reduced, options, box, nodes, threads, cancellationToken);
        }
        catch (UnverifiableException unbounded)
        {
            problem = unbounded.Message;
        }

        return null;
    }

    /// <summary>Bounds the error of a reduced model.</summary>
    /// <param name="reduced">The model.</param>
    /// <param name="options">The options.</param>
    /// <param name="box">The inputs; null: those of <see cref="CompilerOptions.InputRange"/>.</param>
    /// <param name="nodes">Parts of the box whose bound may be computed.</param>
    /// <param name="threads">Threads.</param>
    /// <param name="cancellationToken">Ends the search.</param>
    /// <param name="limit">A bound that is good enough; null: it is to be good.</param>
    /// <exception cref="UnverifiableException">The model is beyond these bounds.</exception>
    internal static DifferenceOutcome Run(ReducedModel reduced, CompilerOptions options, VerifiedBox? box, long nodes, int threads, CancellationToken cancellationToken, double? limit = null)
        => DifferenceSearch.Run(NetworkBuilder.Build(reduced.Before), NetworkBuilder.Build(reduced.Hashed), box ?? BoxOf(reduced.Before, new InputBox(options.InputRange)), nodes, threads, cancellationToken, limit);

    /// <summary>The ranges of all inputs, element by element.</summary>
    private static VerifiedBox BoxOf(Graph graph, InputBox box)
    {
        (double Low, double High)[] ranges = [.. graph.Inputs.SelectMany(i => Enumerable.Repeat(box.RangeOf(i.Name), (int)graph.TensorTypeOf(i.Name)!.Shape!.ElementCount))];
        return new VerifiedBox([.. ranges.Select(static r => r.Low)], [.. ranges.Select(static r => r.High)]);
    }
}
