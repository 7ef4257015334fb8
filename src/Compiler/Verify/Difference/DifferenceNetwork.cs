using System;
using System.Collections.Generic;
using System.Collections.Immutable;
using System.Linq;
using RedGen.Compiler.Verify.Network;

namespace RedGen.Compiler.Verify.Difference;

/// <summary>
/// Two networks of one structure as one: the values a of the one, a~ of the other, and for each of them the difference δ = a~ − a. Differences are linear in differences and
/// values, up to the functions, so nothing of what both networks have in common is lost to a relaxation.
/// </summary>
internal static class DifferenceNetwork
{
    /// <summary>The node of the original's value, by that of its difference.</summary>
    public static int OriginalOf(int difference) => difference - 2;

    /// <summary>Joins two networks.</summary>
    /// <param name="original">The one network.</param>
    /// <param name="reduced">The other one.</param>
    /// <returns>The joint network; its output is the difference of the outputs.</returns>
    /// <exception cref="UnverifiableException">They are not of one structure.</exception>
    public static BoundNetwork Of(BoundNetwork original, BoundNetwork reduced)
    {
        if (original.Nodes.Length != reduced.Nodes.Length || original.Output != reduced.Output || original.Inputs != reduced.Inputs) throw new UnverifiableException("the networks have not the same nodes");
        List<BoundNode> nodes = [new InputNode(original.Inputs)];
        // The input is its own counterpart, and no difference: −1.
        var places = new (int Original, int Reduced, int Difference)[original.Nodes.Length];
        places[0] = (0, 0, -1);
        for (int n = 1; n < places.Length; n++)
        {
            (BoundNode a, BoundNode b) = (original.Nodes[n], reduced.Nodes[n]);
            if (a.Length != b.Length || !a.Sources.SequenceEqual(b.Sources)) throw new UnverifiableException("'" + a.Name + "' is computed from other values in the other network");
            places[n] = (OriginalOf(nodes.Count + 2), nodes.Count + 1, nodes.Count + 2);
            nodes.Add(JoinedNetwork.Moved(a, [.. places.Select(static p => p.Original)]));
            nodes.Add(JoinedNetwork.Moved(b, [.. places.Select(static p => p.Reduced)]));
            nodes.Add(Difference(a, b, n, places));
        }

        if (original.Output == 0) throw new UnverifiableException("the output is the input");
        return new BoundNetwork([.. nodes], places[original.Output].Difference);
    }

    private static BoundNode Difference(BoundNode a, BoundNode b, int node, (int Original, int Reduced, int Difference)[] places)
    {
        var pair = new LayerPair(places[node].Original, places[node].Reduced);
        switch (a, b)
        {
            case (AffineNode x, AffineNode y):
                return Layer(x, y, places) with { Pair = pair };
            case (ActivationNode x, ActivationNode y) when Equals(x.Function, y.Function) && places[x.Source] is { Difference: >= 0 } source:
                return new DifferenceNode(a.Name, a.Length, source.Difference, source.Original, source.Reduced, x.Function);
            case (ActivationNode x, ActivationNode y) when Equals(x.Function, y.Function):
                // Of the input itself: both codes compute the same.
                return new AffineNode(a.Name, [0], [LinearMapBuilder.Selection(a.Length, [.. Enumerable.Repeat(-1, a.Length)])], new double[a.Length], null);
            default:
                LinearMap plus = LinearMapBuilder.Identity(a.Length), minus = LinearMapBuilder.Selection(a.Length, [.. Enumerable.Range(0, a.Length)], [.. Enumerable.Repeat(-1.0, a.Length)]);
                return new AffineNode(a.Name, [pair.Reduced, pair.Original], [plus, minus], new double[a.Length], AffineRounding.OfNoCode);
        }
    }

    /// <summary>W~·δ + (W~ − W)·a + (b~ − b).</summary>
    private static AffineNode Layer(AffineNode a, AffineNode b, (int Original, int Reduced, int Difference)[] places)
    {
        ImmutableArray<int>.Builder sources = ImmutableArray.CreateBuilder<int>();
        ImmutableArray<LinearMap>.Builder maps = ImmutableArray.CreateBuilder<LinearMap>();
        for (int s = 0; s < a.Sources.Length; s++)
        {
            (int value, _, int difference) = places[a.Sources[s]];
            if (difference >= 0)
            {
                sources.Add(difference);
                maps.Add(b.Maps[s]);
            }

            LinearMap change = Subtract(b.Maps[s], a.Maps[s]);
            if (change.Count == 0 && sources.Count > 0) continue;
            sources.Add(value);
            maps.Add(change);
        }

        // Of elements that are only moved nothing is rounded.
        bool moves = a.Rounding is null && b.Rounding is null && sources.Count == a.Sources.Length;
        return new AffineNode(a.Name, sources.ToImmutable(), maps.ToImmutable(), [.. b.Bias.Zip(a.Bias, static (x, y) => x - y)], moves ? null : AffineRounding.OfNoCode);
    }

    /// <summary>x − y; both are of floats, so each difference is exact in double or off by a rounding that the analyser's share of the error covers.</summary>
    private static LinearMap Subtract(LinearMap x, LinearMap y)
    {
        var map = new LinearMapBuilder(x.Inputs);
        for (int row = 0; row < x.Outputs; row++)
        {
            var sums = new SortedDictionary<int, double>();
            Add(sums, x, row, 1);
            Add(sums, y, row, -1);
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
