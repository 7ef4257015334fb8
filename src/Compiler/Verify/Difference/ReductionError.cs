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
    /// <exception cref="UnverifiableException">The model is beyond these bounds.</exception>
    internal static DifferenceOutcome Run(ReducedModel reduced, CompilerOptions options, VerifiedBox? box, long nodes, int threads, CancellationToken cancellationToken)
    {
        (BoundNetwork original, BoundNetwork other) = (NetworkBuilder.Build(reduced.Before), NetworkBuilder.Build(reduced.Hashed));
        (double low, double high) = new InputBox(options.InputRange).RangeOf(reduced.Before.Inputs[0].Name);
        box ??= new VerifiedBox([.. Enumerable.Repeat(low, original.Inputs)], [.. Enumerable.Repeat(high, original.Inputs)]);
        return DifferenceSearch.Run(original, other, box, nodes, threads, cancellationToken);
    }
}
