using System;
using System.Globalization;
using System.Linq;
using System.Threading;
using RedGen.Compiler.Diagnostics;
using RedGen.Compiler.Graphs;
using RedGen.Compiler.Options;
using RedGen.Compiler.Verify.Difference;
using RedGen.Compiler.Verify.Network;

namespace RedGen.Compiler.Red.Certify;

/// <summary>Certifies a reduced model, and fails the build where the user allows less than the bound.</summary>
internal static class Certification
{
    /// <summary>Beyond this many multiply-adds the certificate is only computed where the user asks for it.</summary>
    private const long WorkLimit = 2_000_000_000;

    /// <summary>Adds the certificate to a reduction; the same model where nothing was hashed.</summary>
    public static ReducedModel Run(ReducedModel model, CompilerOptions options, DiagnosticBag diagnostics, CancellationToken cancellationToken)
    {
        if (model.Reduction.Hashed.IsEmpty || (options.MaxError is null && MultiplyAdds(model.Before) > WorkLimit)) return model;
        ErrorCertificate certificate = options.Merging == Merging.Relaxed && model.Reduction.Layers.Any(l => l.OutputsMerged > 0)
            ? new ErrorCertificate(new InputBox(options.InputRange).ToString(), double.PositiveInfinity, [], "relaxed merging changes the hashed network in a way that no bound covers (RedGenMerging=Strict does not)")
            : ErrorBound.Compute(model.Before, model.Hashed, new InputBox(options.InputRange), cancellationToken);
        if (options.MaxError is { } allowed && !(certificate.MaxError <= allowed)) certificate = BySplitting(model, options, certificate, cancellationToken);
        if (options.MaxError is { } limit && !(certificate.MaxError <= limit))
            diagnostics.Add(DiagnosticCatalog.ErrorBound.With(Text(certificate.MaxError), Text(limit), certificate.Box, Advice(certificate)));
        return model with { Reduction = model.Reduction with { Certificate = certificate } };
    }

    /// <summary>The bound of differences that splits the box (docs/red-certificate.md): it takes longer, some seconds at most, so only where the limit asks for it, and for small networks.</summary>
    private static ErrorCertificate BySplitting(ReducedModel model, CompilerOptions options, ErrorCertificate certificate, CancellationToken cancellationToken)
    {
        const long MostMultiplyAdds = 200_000, SplittingWork = 100_000_000, MostParts = 4000;
        long work = MultiplyAdds(model.Before);
        if (certificate.Problem.Length > 0 || work > MostMultiplyAdds) return certificate;
        try
        {
            DifferenceOutcome outcome = ReductionError.Run(model, options, null, Math.Min(MostParts, SplittingWork / Math.Max(1, work)), 1, cancellationToken, options.MaxError);
            cancellationToken.ThrowIfCancellationRequested();
            return outcome.Bound < certificate.MaxError ? certificate with { MaxError = outcome.Bound } : certificate;
        }
        catch (UnverifiableException)
        {
            // The interval bound stands.
            return certificate;
        }
    }

    /// <summary>The multiply-adds of the layers with constant weights, and what the slower rules take, in their measure.</summary>
    public static long MultiplyAdds(Graph graph)
    {
        // Products of two bounds, and powers, take about ten times as long as the products of the layers.
        const long Slower = 10;
        long sum = 0;
        foreach (Node node in graph.Nodes)
        {
            if (node.Outputs.IsEmpty || graph.TensorTypeOf(node.Outputs[0])?.Shape is not { IsStatic: true } shape) continue;
            long outputs = shape.ToArray().Aggregate(1L, (a, b) => a * b);
            if (ReducibleLayer.Read(graph, node) is { } layer) sum += layer.MultiplyAdds(graph);
            else if (node.Operator.QualifiedName is "MatMul" or "Softmax" or "LogSoftmax" && graph.TensorTypeOf(node.Inputs[0])?.Shape is { IsStatic: true, Rank: > 0 } operand)
                sum += Slower * outputs * operand.ToArray()[^1];
        }

        return sum;
    }

    private static string Advice(ErrorCertificate certificate)
    {
        if (certificate.Problem.Length > 0) return "there is no bound: " + certificate.Problem;
        LayerError? most = certificate.Layers.OrderByDescending(l => l.Added).FirstOrDefault();
        return most is null
            ? "no layer is hashed, the error is of rounding alone"
            : "layer '" + most.Node + "' adds most: " + Text(most.Added) + " of the " + Text(most.Reached) + " at its own output; a smaller RedGenTolerance or RedGenHashing=None lowers it";
    }

    private static string Text(double value) => double.IsInfinity(value) || double.IsNaN(value) ? "∞" : value.ToString("G4", CultureInfo.InvariantCulture);
}
