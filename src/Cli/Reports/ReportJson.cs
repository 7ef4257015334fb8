using System.Collections.Generic;
using System.Linq;
using RedGen.Cli.Output;
using RedGen.Compiler.Report;

namespace RedGen.Cli.Reports;

/// <summary>A report as the object that <c>redgen report --json</c> writes; its names are a contract (docs/cli.md).</summary>
internal static class ReportJson
{
    /// <summary>The object.</summary>
    /// <param name="report">The report.</param>
    /// <param name="output">The file that was written beside it; null for none.</param>
    /// <param name="diagnostics">What the compilation said.</param>
    public static object Of(ModelReport report, string? output, IReadOnlyList<JsonDiagnostic> diagnostics) => new
    {
        file = report.Info.FileName,
        sha256 = report.Info.Sha256,
        className = report.ClassName,
        output,
        hashing = report.Method.ToString(),
        isTuned = report.IsTuned,
        tolerance = Finite(report.Tolerance),
        measuredError = Finite(report.MeasuredError),
        measuredOn = report.MeasuredOn,
        estimatedError = Finite(report.EstimatedError),
        certifiedError = report.Certificate is { } certificate ? Finite(certificate.MaxError) : null,
        parameters = report.Info.Parameters,
        weights = report.Weights,
        outputsMerged = report.OutputsMerged,
        multiplicationsBefore = report.Before.Multiplications,
        multiplicationsAfter = report.After.Multiplications,
        multiplicationsRemoved = report.MultiplicationsRemoved,
        additionsBefore = report.Before.Additions,
        additionsAfter = report.After.Additions,
        valuesPerColumnRatio = report.ValuesPerColumnRatio,
        weightBytesBefore = report.Before.WeightBytes,
        weightBytesAfter = report.After.WeightBytes,
        weightBytesRatio = report.WeightBytesRatio,
        scratchBytesBefore = report.ArenaBytesBefore,
        scratchBytesAfter = report.ArenaBytesAfter,
        scratchBytesBound = report.ArenaLowerBound,
        scratchRatio = report.ArenaRatio,
        estimatedMicroseconds = report.EstimatedMicroseconds,
        costsOf = report.CostsOf,
        layers = report.Layers.Select(Layer),
        certificate = Certificate(report),
        reductionError = report.Reduction is { } reduction ? ReductionError(reduction) : null,
        radii = report.Radii.Select(static r => new { sample = r.Sample, label = r.Label, before = r.Before, after = r.After }),
        diagnostics,
    };

    private static object Layer(LayerReport layer) => new
    {
        name = layer.Name,
        node = layer.Node,
        @operator = layer.Operator,
        summary = layer.Summary,
        kernel = layer.Kernel,
        estimatedMicroseconds = layer.EstimatedMicroseconds,
        lowering = layer.Lowering,
        reason = layer.Reason,
        inputs = layer.InputShapes,
        outputs = layer.OutputShapes,
        multiplicationsBefore = layer.Before.Multiplications,
        multiplicationsAfter = layer.After.Multiplications,
        additionsBefore = layer.Before.Additions,
        additionsAfter = layer.After.Additions,
        bytesBefore = layer.Before.WeightBytes,
        bytesAfter = layer.After.WeightBytes,
        bytesEmitted = layer.EmittedBytes,
        weights = layer.Weights is { } weights ? Weights(weights) : null,
    };

    private static object Weights(WeightsReport weights) => new
    {
        name = weights.Name,
        count = weights.Count,
        distinctBefore = weights.DistinctBefore,
        distinctAfter = weights.DistinctAfter,
        isHashed = weights.IsHashed,
        codebook = weights.Codebook,
        fineCodebook = weights.FineCodebook,
        scales = weights.ScaleCount,
        sqnrDecibels = Finite(weights.SqnrDecibels),
        errorShare = Finite(weights.ErrorShare),
        outputsMerged = weights.OutputsMerged,
        valuesPerColumn = weights.ValuesPerColumn,
        histogram = new
        {
            from = weights.Histogram.From,
            to = weights.Histogram.To,
            counts = weights.Histogram.Counts,
            density = weights.Histogram.Density,
            extrema = weights.Histogram.Extrema,
            bandwidth = weights.Histogram.Bandwidth,
        },
    };

    private static object ReductionError(ReductionWitness reduction) => new
    {
        bound = Finite(reduction.Bound),
        found = reduction.Found,
        ratio = Finite(reduction.Bound / reduction.Found),
        input = reduction.Input,
        outputs = new { original = reduction.Original, reduced = reduction.Reduced },
    };

    private static object? Certificate(ModelReport report) => report.Certificate is not { } certificate ? null : new
    {
        box = certificate.Box,
        maxError = Finite(certificate.MaxError),
        problem = certificate.Problem,
        layers = certificate.Layers.Select(static l => new { node = l.Node, added = Finite(l.Added), reached = Finite(l.Reached) }),
    };

    /// <summary>JSON has no infinity and no NaN.</summary>
    private static double? Finite(double value) => double.IsFinite(value) ? value : null;
}
