using System;
using System.Collections.Generic;
using System.Collections.Immutable;
using System.Linq;
using RedGen.Compiler.Graphs;

namespace RedGen.Compiler.Red.Planning;

/// <summary>A graph with hashed weights, and the codebooks behind its constants.</summary>
/// <param name="Graph">The graph; of the structure of the one that was hashed.</param>
/// <param name="Hashed">The hashed constants by name.</param>
internal sealed record HashedGraph(Graph Graph, ImmutableDictionary<string, HashedMatrix> Hashed);

/// <summary>Puts the weights of a plan in the place of the graph's. The structure stays, so that original and reduced can be compared value by value.</summary>
internal static class ApplyHashing
{
    /// <summary>Applies a plan.</summary>
    /// <param name="graph">The graph that the plan was made for.</param>
    /// <param name="plan">The plan.</param>
    /// <param name="problem">The first thing that does not fit; empty where all does.</param>
    public static HashedGraph? Run(Graph graph, HashingPlan plan, out string problem)
    {
        problem = "";
        var builder = new GraphBuilder(graph);
        Dictionary<string, ReducibleLayer> layers = [];
        foreach (ReducibleLayer layer in graph.Nodes.SelectMany(n => ReducibleLayer.ReadAll(graph, n)))
            if (!layers.ContainsKey(layer.Weights)) layers.Add(layer.Weights, layer);
        ImmutableDictionary<string, HashedMatrix>.Builder hashed = ImmutableDictionary.CreateBuilder<string, HashedMatrix>(StringComparer.Ordinal);
        foreach (HashedLayer planned in plan.Layers)
        {
            if (!layers.TryGetValue(planned.Weights, out ReducibleLayer? layer) || planned.Matrix.Outputs != layer.Outputs || planned.Matrix.Columns != layer.Columns || hashed.ContainsKey(planned.Weights))
            {
                problem = "it hashes '" + planned.Weights + "', which is no layer of this model with such a shape";
                return null;
            }

            if (!planned.Bias.IsEmpty && !TakesBias(graph, layer))
            {
                problem = "it gives '" + planned.Weights + "' a bias, which its node does not take";
                return null;
            }

            builder.SetInitializer(layer.Weights, layer.ToTensor(planned.Matrix.ToRows(), graph.ConstantOf(layer.Weights)!.Dimensions));
            hashed.Add(planned.Weights, planned.Matrix);
            if (!planned.Bias.IsEmpty) SetBias(builder, layer, planned.Bias);
        }

        return new HashedGraph(builder.Build(), hashed.ToImmutable());
    }

    /// <summary>Whether a corrected bias of one number an output can be written into the node.</summary>
    public static bool TakesBias(Graph graph, ReducibleLayer layer)
        => layer.Node.Operator.Name != "MatMul" && !layer.IsRecurrent && (!layer.Node.HasInput(2) || (layer.Bias.Length > 0 && graph.ConstantOf(layer.Bias)!.Length == layer.Outputs))
            && layer.Node.Attributes.Float("beta", 1) == 1;

    private static void SetBias(GraphBuilder builder, ReducibleLayer layer, ImmutableArray<float> bias)
    {
        Node node = builder.Find(layer.Node.Name)!;
        string name = builder.AddInitializer(layer.Node.Name + "_bias_hashed", Tensor.Of(bias.ToArray(), bias.Length));
        builder.Replace(node, node with { Inputs = [node.Inputs[0], node.Inputs[1], name] });
    }
}
