using System.Collections.Generic;
using System.Linq;
using System.Threading;
using RedGen.Compiler.Graphs;
using RedGen.Compiler.Operators;

namespace RedGen.Compiler.Execute;

/// <summary>Runs a graph node by node with the operators' reference evaluations: the oracle that everything else is checked against.</summary>
public static class ReferenceInterpreter
{
    /// <summary>Runs a graph whose types have been inferred.</summary>
    /// <param name="graph">The graph.</param>
    /// <param name="inputs">The inputs by name.</param>
    /// <param name="cancellationToken">Stops between nodes.</param>
    /// <returns>The outputs, in the graph's order.</returns>
    public static IReadOnlyList<ReferenceTensor> Run(Graph graph, IReadOnlyDictionary<string, ReferenceTensor> inputs, CancellationToken cancellationToken = default)
    {
        IReadOnlyDictionary<string, ReferenceTensor> values = RunAll(graph, inputs, cancellationToken);
        return [.. graph.Outputs.Select(o => values[o.Name])];
    }

    /// <summary>Runs a graph and gives every value that was computed, by name.</summary>
    public static IReadOnlyDictionary<string, ReferenceTensor> RunAll(Graph graph, IReadOnlyDictionary<string, ReferenceTensor> inputs, CancellationToken cancellationToken = default)
    {
        var values = new Dictionary<string, ReferenceTensor>(System.StringComparer.Ordinal);
        foreach (Value input in graph.Inputs) values[input.Name] = inputs[input.Name];
        foreach (KeyValuePair<string, Tensor> initializer in graph.Initializers) values[initializer.Key] = ReferenceTensor.FromTensor(initializer.Value);
        RunNodes(graph, values, cancellationToken);
        return values;
    }

    /// <summary>Runs the nodes of a graph whose inputs, constants and captures are among the values; adds what they compute.</summary>
    internal static void RunNodes(Graph graph, Dictionary<string, ReferenceTensor> values, CancellationToken cancellationToken)
    {
        foreach (Node node in graph.Nodes)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var context = new EvaluationContext(
                node,
                [.. node.Inputs.Select(name => name.Length == 0 ? null : values[name])],
                [.. node.Outputs.Select(graph.TensorTypeOf)])
            {
                Surroundings = name => values[name],
                Cancellation = cancellationToken,
                IsOpen = node.Inputs.Any(i => graph.TensorTypeOf(i) is { IsOpen: true }),
            };
            context.Evaluate(OperatorTable.Find(node.Operator)!);
            for (int i = 0; i < node.Outputs.Length; i++)
                if (node.HasOutput(i)) values[node.Outputs[i]] = context.Outputs[i]!;
        }
    }
}
