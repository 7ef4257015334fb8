using System;
using System.Collections.Immutable;
using System.Linq;
using RedGen.Compiler.Execute;
using RedGen.Compiler.Graphs;
using RedGen.Compiler.Operators.Normalisation;

namespace RedGen.Compiler.Red.Probe;

/// <summary>The distribution of a normalised value: channel c had mean Mean[c] and standard deviation Deviation[c] in training.</summary>
/// <param name="Mean">β of the batch normalisation.</param>
/// <param name="Deviation">|γ| of the batch normalisation.</param>
internal sealed record ChannelStatistics(ImmutableArray<double> Mean, ImmutableArray<double> Deviation);

/// <summary>
/// What the batch normalisations of a model say about its values: y = γ (x − μ)/σ + β has mean β and deviation |γ| over the training data.
/// The only knowledge of real data that a file without data holds; folding removes it from the graph, so it is read before.
/// </summary>
internal sealed class BatchNormStatistics
{
    private readonly ImmutableDictionary<string, ChannelStatistics> _byValue;

    private BatchNormStatistics(ImmutableDictionary<string, ChannelStatistics> byValue) => _byValue = byValue;

    /// <summary>No knowledge.</summary>
    public static BatchNormStatistics None { get; } = new(ImmutableDictionary<string, ChannelStatistics>.Empty);

    /// <summary>Reads the normalisations of a graph as imported. The folded layer's output keeps the name of the normalisation's.</summary>
    public static BatchNormStatistics Read(Graph graph)
    {
        ImmutableDictionary<string, ChannelStatistics>.Builder values = ImmutableDictionary.CreateBuilder<string, ChannelStatistics>(StringComparer.Ordinal);
        foreach (Node node in graph.Nodes)
        {
            if (node.Operator.QualifiedName != "BatchNormalization" || !node.HasOutput(0) || BatchNormalization.IsTraining(node)) continue;
            if (Reals(graph, node.Input(1)) is not { } gamma || Reals(graph, node.Input(2)) is not { } beta || gamma.Length != beta.Length) continue;
            if (gamma.Concat(beta).Any(v => double.IsNaN(v) || double.IsInfinity(v))) continue;
            values[node.Outputs[0]] = new ChannelStatistics([.. beta], [.. gamma.Select(Math.Abs)]);
        }

        return new BatchNormStatistics(values.ToImmutable());
    }

    /// <summary>The statistics of a value, or null.</summary>
    public ChannelStatistics? Of(string value) => _byValue.TryGetValue(value, out ChannelStatistics? statistics) ? statistics : null;

    /// <summary>Whether nothing is known.</summary>
    public bool IsEmpty => _byValue.IsEmpty;

    private static double[]? Reals(Graph graph, string name)
        => graph.ConstantOf(name) is { } tensor && tensor.ElementType.IsFloat() && ElementCodec.Supports(tensor.ElementType) ? ReferenceTensor.FromTensor(tensor).Reals : null;
}
