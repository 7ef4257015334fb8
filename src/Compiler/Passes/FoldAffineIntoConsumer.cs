using System;
using System.Collections.Generic;
using System.Linq;
using RedGen.Compiler.Graphs;

namespace RedGen.Compiler.Passes;

/// <summary>
/// Folds batch normalisation and arithmetic with constants into the weights of the convolution or product that alone reads the
/// result, also through the Flatten before a classifier. A shift stands before padding only where nothing is padded: padding
/// adds zeros after it, folding would add them before.
/// </summary>
internal sealed class FoldAffineIntoConsumer : GraphPass
{
    /// <summary>
    /// The largest shift that is folded. (x − mean) / deviation is of order 1, so a sum that has lost the subtraction is at most
    /// this much larger than its result: 4 bits. Beyond it (a mean of 1000 deviations) cancellation would eat the result.
    /// </summary>
    private const double LargestShift = 16;

    /// <inheritdoc/>
    public override Graph Run(Graph graph, PassContext context)
    {
        var budget = new ConstantBudget(graph, context);
        return RewriteNodes(graph, context, (builder, node) => Fold(builder, node, budget));
    }

    private static bool Fold(GraphBuilder builder, Node node, ConstantBudget budget)
    {
        int axis = LinearLayer.InputAxis(builder, node);
        if (axis < 0 || builder.Lengths(node.Inputs[0]) is not { } lengths) return false;
        Chain chain = Chain.Before(builder, node, axis, lengths);
        if (chain.Maps.Count == 0 || chain.Map is not { IsSafe: true } map || map.Shift.Any(t => Math.Abs(t) > LargestShift)) return false;
        if (!map.HasNoShift && !AddsNoZeros(node, lengths.Length - 2)) return false;
        if (builder.ConstantOf(node.Input(1)) is not { } weights || !budget.TryTake(weights.Length)) return false;
        if (LinearLayer.Read(builder, node) is not { } layer || layer.Inputs != map.Scale.Length) return false;
        if (layer.WithInputMap(builder, map, chain.View?.Outputs[0] ?? chain.Source) is not { } replacement) return false;
        builder.Replace(node, replacement);
        if (chain.View is { } view) builder.Replace(view, view with { Inputs = view.Inputs.SetItem(0, chain.Source) });
        foreach (Node folded in chain.Maps) builder.Remove(folded);
        return true;
    }

    /// <summary>Transposed convolution leaves gaps where no input contributes; convolution with padding lets zeros contribute.</summary>
    private static bool AddsNoZeros(Node node, int spatialRank)
        => node.Is("Gemm") || node.Is("MatMul") || (node.Is("Conv") && node.Pads(spatialRank) is { } pads && pads.All(p => p == 0));

    /// <summary>The affine nodes before a layer, and the view among them.</summary>
    private sealed class Chain(string source)
    {
        public List<Node> Maps { get; } = [];

        public AffineMap? Map { get; private set; }

        public Node? View { get; private set; }

        /// <summary>The value that the first of them reads.</summary>
        public string Source { get; private set; } = source;

        public static Chain Before(GraphBuilder builder, Node layer, int axis, int[] lengths)
        {
            var chain = new Chain(layer.Inputs[0]);
            int first = axis;
            int last = axis;
            Node reader = layer;
            while (chain.Maps.Count < AffineMap.LongestChain && builder.Producer(chain.Source) is { } node && builder.SingleConsumer(chain.Source)?.Name == reader.Name)
            {
                string data = node.Inputs.FirstOrDefault(i => i.Length > 0 && builder.ConstantOf(i) is null) ?? "";
                if (data.Length == 0) break;
                if (AffineMap.Read(builder, node, data, first, last) is { } map)
                {
                    chain.Map = chain.Map is null ? map : map.Then(chain.Map);
                    chain.Maps.Add(node);
                }
                else if (chain.View is null && lengths.Length == 2 && KeepsRows(builder, node, data, lengths))
                {
                    chain.View = node;
                    first = 1;
                    last = builder.Lengths(data)!.Length - 1;
                }
                else
                {
                    break;
                }

                chain.Source = data;
                reader = node;
            }

            return chain;
        }

        /// <summary>Whether the node lays out the axes after the first one as the columns of a matrix.</summary>
        private static bool KeepsRows(GraphBuilder builder, Node node, string data, int[] matrix)
            => (node.Is("Flatten") || node.Is("Reshape")) && builder.Lengths(data) is { Length: >= 2 } from && from[0] == matrix[0] && !from.Contains(0);
    }
}
