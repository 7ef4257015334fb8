using System;
using System.Collections.Generic;
using System.Linq;
using RedGen.Compiler.Graphs;

namespace RedGen.Compiler.Red.Probe;

/// <summary>What one run of a graph over one sample costs, from the shapes alone: a hostile or huge model must not hold up a build.</summary>
/// <param name="Work">Elementary operations, those of the slow reference evaluation weighed.</param>
/// <param name="Elements">Elements of all values of a sample, and of the largest workspace.</param>
/// <param name="Parameters">Elements of the constants.</param>
internal sealed record ProbeCost(double Work, double Elements, double Parameters)
{
    /// <summary>Beyond this much work a model is not probed, and so not hashed without a plan file: some ten seconds.</summary>
    private const double MostWork = 2e10;

    /// <summary>Beyond this many elements a model is not probed: a gigabyte.</summary>
    private const double MostElements = 2.5e8;

    /// <summary>A few bytes of file must not fill memory: elements that come with each parameter, and some that are free.</summary>
    private const double ElementsPerParameter = 5000;

    private const double FreeElements = 4e6;

    /// <summary>The reference evaluation takes this much longer for an operation than the blocked kernels.</summary>
    private const double Slowness = 8;

    /// <summary>Whether a single sample is within bounds.</summary>
    public bool IsBearable => Work <= MostWork && Elements <= Math.Min(MostElements, FreeElements + (ElementsPerParameter * Parameters));

    /// <summary>How many samples fit in memory, at least one.</summary>
    public double FittingSamples => Math.Max(1, Math.Min(MostElements / 2.5, FreeElements + (ElementsPerParameter / 25 * Parameters)) / Math.Max(1, Elements));

    /// <summary>The cost of a graph whose types are known; unbearable where they are not.</summary>
    public static ProbeCost Of(Graph graph)
    {
        double work = 0, elements = 0, workspace = 0;
        foreach (Node node in graph.Nodes)
        {
            if (GraphCaptures.Subgraphs(node).Any()) return new ProbeCost(double.PositiveInfinity, double.PositiveInfinity, 0);
            double outputs = node.Outputs.Where(o => o.Length > 0).Sum(o => Count(graph, o)), inputs = node.Inputs.Where(i => i.Length > 0).Sum(i => Count(graph, i));
            bool isFast = node.Operator.QualifiedName is "Conv" or "ConvTranspose" or "Gemm" or "MatMul" || (IsRecurrent(node) && graph.TensorTypeOf(node.Inputs[0])?.ElementType == ElementType.Float32);
            double sums = IsRecurrent(node) ? Steps(graph, node) : outputs;
            work += isFast ? sums * Depth(graph, node) : Slowness * ((sums * Depth(graph, node)) + inputs);
            elements += outputs;
            // All states of a recurrent layer, before the steps and after them.
            if (IsRecurrent(node)) workspace = Math.Max(workspace, 2 * Steps(graph, node) * (Lengths(graph, node.Input(2)) is { Length: 3 } r ? (double)r[0] * r[2] : 0));
            // The columns of a convolution: its depth for every pixel.
            if (node.Operator.QualifiedName == "Conv" && Lengths(graph, node.Outputs[0]) is { Length: > 2 } y) workspace = Math.Max(workspace, Depth(graph, node) * Product(y.Skip(2)));
            if (node.Operator.QualifiedName == "ConvTranspose" && Lengths(graph, node.Inputs[0]) is { Length: > 2 } x && Lengths(graph, node.Inputs[1]) is { } w) workspace = Math.Max(workspace, Product(x.Skip(2)) * Product(w.Skip(1)));
        }

        return new ProbeCost(work, elements + workspace, graph.Initializers.Values.Sum(t => (double)t.Length));
    }

    private static bool IsRecurrent(Node node) => node.Operator.QualifiedName is "LSTM" or "GRU" or "RNN";

    /// <summary>Steps of all sequences of a recurrent layer; each reads all weights.</summary>
    private static double Steps(Graph graph, Node node) => Lengths(graph, node.Input(0)) is { Length: 3 } x ? (double)x[0] * x[1] : double.PositiveInfinity;

    /// <summary>Operands of an output element, where it is more than one.</summary>
    private static double Depth(Graph graph, Node node)
    {
        int[]? first = Lengths(graph, node.Input(0)), second = Lengths(graph, node.Input(1));
        switch (node.Operator.QualifiedName)
        {
            case "Conv": return second is null ? double.PositiveInfinity : Product(second.Skip(1));
            case "ConvTranspose":
                // Each input element is multiplied with all filters of its channel.
                double outputs = Math.Max(1, Count(graph, node.Outputs[0]));
                return second is null || first is null ? double.PositiveInfinity : Product(first) * Product(second.Skip(1)) / outputs;
            case "Gemm" or "MatMul": return first is null ? double.PositiveInfinity : first.Length == 0 ? 1 : first.Max();
            case "LSTM" or "GRU" or "RNN": return second is { Length: 3 } ? Product(second) + Count(graph, node.Input(2)) : double.PositiveInfinity;
            case "MaxPool" or "AveragePool" or "LpPool": return Product((node.Attributes.Ints("kernel_shape") ?? []).Select(k => (int)Math.Min(int.MaxValue, k)));
            default: return 1;
        }
    }

    private static int[]? Lengths(Graph graph, string value) => graph.TensorTypeOf(value) is { IsStatic: true, Shape: { } shape } ? shape.ToArray() : null;

    private static double Count(Graph graph, string value) => Lengths(graph, value) is { } lengths ? Product(lengths) : graph.TypeOf(value) is null ? 0 : double.PositiveInfinity;

    private static double Product(IEnumerable<int> lengths) => lengths.Aggregate(1.0, (a, b) => a * b);
}
