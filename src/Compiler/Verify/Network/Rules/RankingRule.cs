using System;
using System.Collections.Generic;
using System.Collections.Immutable;
using System.Linq;
using RedGen.Compiler.Graphs;
using RedGen.Compiler.Operators.Reduction;
using RedGen.Compiler.Operators.Sorting;

namespace RedGen.Compiler.Verify.Network.Rules;

/// <summary>The values of a TopK, which are exact: lines are sorted by Batcher's odd-even merging (1968), whose comparators are a largest and a smallest of two each.</summary>
internal static class RankingRule
{
    /// <summary>Elements of all layers of comparators.</summary>
    private const long ElementLimit = 1 << 20;

    /// <summary>Reads the node.</summary>
    public static void Read(NetworkBuilder builder, Node node)
    {
        if (node.HasOutput(1) && builder.IsRead(node.Outputs[1])) throw new UnverifiableException("gives indices");
        if (!node.HasOutput(0)) throw new UnverifiableException("gives no values");
        string name = node.Outputs[0];
        int axis = TopK.Axis(builder.Parameters(node));
        int[][] lines = ElementGroups.OfLines(AxisView.Of(builder.Shape(node.Inputs[0]), axis)), targets = ElementGroups.OfLines(AxisView.Of(builder.Shape(name), axis));
        if (builder.Length(name) == 0) throw new UnverifiableException("gives no elements");
        double sign = node.Attributes.Int("largest", 1) != 0 ? 1 : -1;
        int x = builder.Index(node.Inputs[0]), length = builder.Length(node.Inputs[0]);
        List<(int First, int Second)[]> layers = Layers(lines[0].Length);
        if ((long)layers.Count * length > ElementLimit) throw new UnverifiableException("has more comparisons of elements than the analysis has memory for");
        // A node's elements are the values times these signs.
        double[] signs = [.. Enumerable.Repeat(1.0, length)];
        foreach ((int First, int Second)[] layer in layers) x = AddLayer(builder, name, x, lines, layer, sign, signs);
        var columns = new int[builder.Length(name)];
        for (int l = 0; l < lines.Length; l++)
            for (int k = 0; k < targets[l].Length; k++) columns[targets[l][k]] = lines[l][k];
        builder.Add(name, new AffineNode(name, [x], [LinearMapBuilder.Selection(length, columns, Array.ConvertAll(columns, c => signs[c]))], new double[columns.Length], null));
    }

    /// <summary>Adds comparators: the first place of each gets the better element.</summary>
    private static int AddLayer(NetworkBuilder builder, string name, int x, int[][] lines, (int First, int Second)[] comparators, double sign, double[] signs)
    {
        int length = signs.Length;
        // The elements, and behind them their negatives.
        int both = builder.AddHidden(new AffineNode(name, [x], [LinearMapBuilder.Selection(length, [.. Enumerable.Range(0, 2 * length).Select(i => i % length)], [.. Enumerable.Range(0, 2 * length).Select(i => i < length ? signs[i] : -signs[i - length])])], new double[2 * length], null));
        var groups = new ImmutableArray<int>[length];
        for (int i = 0; i < length; i++) (groups[i], signs[i]) = ([i], 1);
        foreach (int[] line in lines)
        {
            foreach ((int first, int second) in comparators)
            {
                (int larger, int smaller) = sign > 0 ? (line[first], line[second]) : (line[second], line[first]);
                groups[larger] = [line[first], line[second]];
                groups[smaller] = [length + line[first], length + line[second]];
                signs[smaller] = -1;
            }
        }

        return builder.AddHidden(new MaxNode(name, both, [.. groups]));
    }

    /// <summary>The comparators that sort a line, those of a layer of different places.</summary>
    private static List<(int First, int Second)[]> Layers(int count)
    {
        var layers = new List<(int, int)[]>();
        for (int p = 1; p < count; p *= 2)
        {
            for (int k = p; k >= 1; k /= 2)
            {
                var layer = new List<(int, int)>();
                for (int j = k % p; j + k < count; j += 2 * k)
                    for (int i = 0; i < Math.Min(k, count - j - k); i++)
                        if ((i + j) / (2 * p) == (i + j + k) / (2 * p)) layer.Add((i + j, i + j + k));
                layers.Add([.. layer]);
            }
        }

        return layers;
    }
}
