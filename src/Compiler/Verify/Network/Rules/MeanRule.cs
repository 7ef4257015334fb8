using System;
using System.Collections.Immutable;
using System.Linq;
using RedGen.Compiler.Graphs;
using RedGen.Compiler.Operators.Pooling;

namespace RedGen.Compiler.Verify.Network.Rules;

/// <summary>AveragePool, GlobalAveragePool, ReduceMean and ReduceSum: sums of elements, divided by a number that is known.</summary>
internal static class MeanRule
{
    /// <summary>Reads an AveragePool or GlobalAveragePool.</summary>
    public static void Pool(NetworkBuilder builder, Node node)
    {
        int[] x = builder.Graph.TensorTypeOf(node.Inputs[0])!.Shape!.ToArray();
        (ImmutableArray<int> Elements, long Divisor)[] windows = node.Operator.Name == "AveragePool" ? Windows(node, x) : [Whole(x)];
        int length = x.Skip(2).Aggregate(1, static (a, b) => a * b);
        var map = new LinearMapBuilder(builder.Length(node.Inputs[0]));
        for (int plane = 0; plane < x[0] * x[1]; plane++)
        {
            foreach ((ImmutableArray<int> elements, long divisor) in windows)
            {
                foreach (int i in elements) map.Add((plane * length) + i, 1.0 / divisor);
                map.EndRow();
            }
        }

        Add(builder, node, map.ToMap(), windows.Max(static w => w.Elements.Length), (int)windows.Max(static w => w.Divisor));
    }

    /// <summary>Reads a ReduceMean or ReduceSum.</summary>
    public static void Reduce(NetworkBuilder builder, Node node)
    {
        int[][] groups = ElementGroups.OfReduction(builder, node);
        int terms = groups[0].Length;
        bool isMean = node.Operator.Name == "ReduceMean";
        Add(builder, node, ElementGroups.Sums(builder.Length(node.Inputs[0]), groups, isMean ? 1.0 / terms : 1), terms, isMean ? terms : 1);
    }

    private static void Add(NetworkBuilder builder, Node node, LinearMap map, int terms, int divisor)
        => builder.Add(node.Outputs[0], new AffineNode(node.Outputs[0], [builder.Index(node.Inputs[0])], [map], new double[map.Outputs], new AffineRounding(terms + 1) { SumFactor = Math.Max(terms, divisor), KeepsSign = true }));

    private static (ImmutableArray<int> Elements, long Divisor)[] Windows(Node node, int[] x)
    {
        WindowGeometry window = PoolShapes.Geometry(node, x);
        bool countsPadding = node.Attributes.Int("count_include_pad", 0) != 0;
        return
        [
            .. Enumerable.Range(0, window.OutLength).Select(place =>
            {
                ImmutableArray<int> elements = [.. PoolShapes.Elements(window, place)];
                return elements.IsEmpty ? throw new UnverifiableException("has windows outside of the input") : (elements, countsPadding ? AveragePool.PaddedCount(window, place) : elements.Length);
            }),
        ];
    }

    private static (ImmutableArray<int> Elements, long Divisor) Whole(int[] x)
    {
        int length = x.Skip(2).Aggregate(1, static (a, b) => a * b);
        return ([.. Enumerable.Range(0, length)], length);
    }
}
