using System;
using System.Collections.Generic;
using System.Collections.Immutable;
using System.Linq;
using RedGen.Compiler.Verify.Network;

namespace RedGen.Compiler.Verify.Difference;

/// <summary>
/// Two networks of one structure as one: the original's values a, and for each of them the difference δ = a~ − a to the other's. Differences are
/// linear in differences and values, up to the functions, so nothing of what both have in common is lost to a relaxation.
/// </summary>
/// <param name="Network">The original's nodes, then those of the differences; the output is the difference of the outputs.</param>
/// <param name="Pairs">By node of a difference of layers: the layers.</param>
/// <param name="Differences">By node of the original that of its difference; −1 for the input.</param>
internal sealed record DifferenceNetwork(BoundNetwork Network, ImmutableDictionary<int, LayerPair> Pairs, ImmutableArray<int> Differences)
{
    /// <summary>The node of a value's difference; negative for the input, which has none.</summary>
    public int DifferenceOf(int original) => Differences[original];

    /// <summary>Joins two networks.</summary>
    /// <exception cref="UnverifiableException">They are not of one structure, or an operator has no difference.</exception>
    public static DifferenceNetwork Of(BoundNetwork original, BoundNetwork reduced)
    {
        if (original.Nodes.Length != reduced.Nodes.Length || original.Output != reduced.Output) throw new UnverifiableException("the networks have not the same nodes");
        List<BoundNode> nodes = [.. original.Nodes];
        ImmutableDictionary<int, LayerPair>.Builder pairs = ImmutableDictionary.CreateBuilder<int, LayerPair>();
        // The input is no difference: −1.
        int[] differences = new int[original.Nodes.Length];
        differences[0] = -1;
        for (int n = 1; n < original.Nodes.Length; n++)
        {
            differences[n] = nodes.Count;
            switch (original.Nodes[n], reduced.Nodes[n])
            {
                case (AffineNode a, AffineNode b) when a.Length == b.Length && a.Sources.SequenceEqual(b.Sources):
                    pairs.Add(nodes.Count, new LayerPair(n, b));
                    nodes.Add(Difference(a, b, differences));
                    break;
                case (ActivationNode a, ActivationNode b) when a.Length == b.Length && a.Source == b.Source && Equals(a.Function, b.Function):
                    // A function of the input itself is the same in both: zero times the input.
                    if (differences[a.Source] < 0) nodes.Add(new AffineNode(a.Name, [0], [LinearMapBuilder.Selection(a.Length, [.. Enumerable.Repeat(-1, a.Length)])], new double[a.Length], null));
                    else nodes.Add(new DifferenceNode(a.Name, a.Length, differences[a.Source], a.Source, a.Function));
                    break;
                default:
                    throw new UnverifiableException("'" + original.Nodes[n].Name + "' is of an operator without a bound of differences");
            }
        }

        if (differences[original.Output] < 0) throw new UnverifiableException("the output is the input");
        return new DifferenceNetwork(new BoundNetwork([.. nodes], differences[original.Output]), pairs.ToImmutable(), [.. differences]);
    }

    private static AffineNode Difference(AffineNode a, AffineNode b, int[] differences)
    {
        ImmutableArray<int>.Builder sources = ImmutableArray.CreateBuilder<int>();
        ImmutableArray<LinearMap>.Builder maps = ImmutableArray.CreateBuilder<LinearMap>();
        for (int s = 0; s < a.Sources.Length; s++)
        {
            if (differences[a.Sources[s]] >= 0)
            {
                sources.Add(differences[a.Sources[s]]);
                maps.Add(b.Maps[s]);
            }

            LinearMap change = Difference(a.Maps[s], b.Maps[s]);
            if (change.Count == 0 && sources.Count > 0) continue;
            sources.Add(a.Sources[s]);
            maps.Add(change);
        }

        return new AffineNode(a.Name, sources.ToImmutable(), maps.ToImmutable(), [.. b.Bias.Zip(a.Bias, static (x, y) => x - y)], a.Rounding);
    }

    /// <summary>b − a; both are of floats, so each difference is exact in double or off by a rounding that the layer's own error term covers.</summary>
    private static LinearMap Difference(LinearMap a, LinearMap b)
    {
        var map = new LinearMapBuilder(a.Inputs);
        for (int row = 0; row < a.Outputs; row++)
        {
            var sums = new SortedDictionary<int, double>();
            Add(sums, b, row, 1);
            Add(sums, a, row, -1);
            foreach (KeyValuePair<int, double> sum in sums) map.Add(sum.Key, sum.Value);
            map.EndRow();
        }

        return map.ToMap();
    }

    private static void Add(SortedDictionary<int, double> sums, LinearMap map, int row, double sign)
    {
        ReadOnlySpan<int> columns = map.Columns(row);
        ReadOnlySpan<double> values = map.Values(row);
        for (int k = 0; k < columns.Length; k++) sums[columns[k]] = (sums.TryGetValue(columns[k], out double sum) ? sum : 0) + (sign * values[k]);
    }
}
