using System;
using System.Collections.Generic;
using System.Collections.Immutable;
using System.Linq;
using RedGen.Compiler.Graphs;

namespace RedGen.Cli.Testing;

/// <summary>Finds the outputs that ONNX leaves to chance: they depend on a node that draws random numbers.</summary>
internal static class RandomOutputs
{
    private static readonly HashSet<string> Drawing = new(StringComparer.Ordinal)
    {
        "RandomNormal", "RandomUniform", "RandomNormalLike", "RandomUniformLike", "Bernoulli", "Multinomial",
    };

    /// <summary>The names of random outputs.</summary>
    /// <param name="model">The model.</param>
    /// <param name="inputs">The inputs of the case: whether a Dropout trains may be one of them.</param>
    public static ImmutableHashSet<string> Of(Model model, IReadOnlyDictionary<string, Tensor> inputs)
    {
        HashSet<string> functions = [.. model.Functions.Where(f => f.Nodes.Any(n => IsRandom(n, inputs, model.Graph, []))).Select(static f => f.Id.Name)];
        var random = new HashSet<string>(StringComparer.Ordinal);
        Spread(model.Graph, inputs, functions, random);
        return [.. model.Graph.Outputs.Select(static o => o.Name).Where(random.Contains)];
    }

    private static void Spread(Graph graph, IReadOnlyDictionary<string, Tensor> inputs, HashSet<string> functions, HashSet<string> random)
    {
        foreach (Node node in graph.Nodes)
        {
            bool isRandom = node.Inputs.Any(random.Contains) || IsRandom(node, inputs, graph, functions);
            foreach (Graph body in GraphCaptures.Subgraphs(node))
            {
                Spread(body, inputs, functions, random);
                isRandom |= body.Outputs.Any(o => random.Contains(o.Name));
            }

            if (!isRandom) continue;
            foreach (string output in node.Outputs.Where(static o => o.Length > 0)) random.Add(output);
        }
    }

    private static bool IsRandom(Node node, IReadOnlyDictionary<string, Tensor> inputs, Graph graph, HashSet<string> functions)
    {
        if (functions.Contains(node.Operator.Name)) return true;
        if (node.Operator.Domain.Length > 0) return false;
        if (Drawing.Contains(node.Operator.Name)) return true;
        return node.Operator.Name == "Dropout" && IsTraining(node, inputs, graph);
    }

    /// <summary>A Dropout draws when it trains and its ratio is not zero.</summary>
    private static bool IsTraining(Node node, IReadOnlyDictionary<string, Tensor> inputs, Graph graph)
    {
        Tensor? Known(int index) => graph.ConstantOf(node.Input(index)) ?? inputs.GetValueOrDefault(node.Input(index));
        if (node.Operator.Version < 12) return node.Operator.Version < 7 && node.Attributes.Int("is_test", 0) == 0;
        if (!node.HasInput(2)) return false;
        bool isOff = Known(2) is { } training && training.Data.Span.IndexOfAnyExcept((byte)0) < 0;
        bool isZero = node.HasInput(1) && Known(1) is { } ratio && ratio.Data.Span.IndexOfAnyExcept((byte)0) < 0;
        return !isOff && !isZero;
    }
}
