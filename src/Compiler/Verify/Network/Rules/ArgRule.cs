using System.Collections.Generic;
using System.Collections.Immutable;
using System.Linq;
using RedGen.Compiler.Graphs;
using RedGen.Compiler.Operators.Reduction;

namespace RedGen.Compiler.Verify.Network.Rules;

/// <summary>
/// ArgMax, ArgMin and Hardmax, which are exact: element i of a line wins where it is better than each before it and not worse than each behind it
/// (the other way round where the last of equals is asked for).
/// </summary>
internal static class ArgRule
{
    /// <summary>Comparisons of elements: one for every two of a line.</summary>
    private const long ComparisonLimit = 1 << 16;

    /// <summary>Reads an ArgMax.</summary>
    public static void Max(NetworkBuilder builder, Node node) => Index(builder, node, 1);

    /// <summary>Reads an ArgMin.</summary>
    public static void Min(NetworkBuilder builder, Node node) => Index(builder, node, -1);

    /// <summary>Reads a Hardmax.</summary>
    public static void Hardmax(NetworkBuilder builder, Node node)
    {
        string name = node.Outputs[0];
        int[][] lines = ElementGroups.OfLines(Softmaxes.View(node, builder.Shape(node.Inputs[0])));
        int winners = AddWinners(builder, node, lines, 1, isLast: false), length = builder.Length(name);
        var places = new int[length];
        for (int l = 0, next = 0; l < lines.Length; l++)
            foreach (int i in lines[l]) places[i] = next++;
        builder.Add(name, new AffineNode(name, [winners], [new Operand(winners, length, places).Map()], new double[length], null));
    }

    private static void Index(NetworkBuilder builder, Node node, double sign)
    {
        string name = node.Outputs[0];
        int[] x = builder.Shape(node.Inputs[0]);
        int axis = (int)node.Attributes.Int("axis", 0);
        int[][] lines = ElementGroups.OfLines(AxisView.Of(x, axis < 0 ? axis + x.Length : axis));
        int winners = AddWinners(builder, node, lines, sign, node.Attributes.Int("select_last_index", 0) != 0);
        var map = new LinearMapBuilder(lines.Sum(static l => l.Length));
        int next = 0;
        foreach (int[] line in lines)
        {
            for (int k = 0; k < line.Length; k++) map.Add(next++, k);
            map.EndRow();
        }

        builder.Add(name, new AffineNode(name, [winners], [map.ToMap()], new double[lines.Length], AffineRounding.OfNoCode));
    }

    /// <summary>Adds, line by line, 1 for the element that wins and 0 for the others.</summary>
    private static int AddWinners(NetworkBuilder builder, Node node, int[][] lines, double sign, bool isLast)
    {
        string name = node.Outputs[0];
        int inputs = builder.Length(node.Inputs[0]), x = builder.Index(node.Inputs[0]), n = lines[0].Length;
        if (n < 2) throw new UnverifiableException("has one element to choose from");
        if ((long)inputs * n > ComparisonLimit) throw new UnverifiableException("has more comparisons of elements than the analysis has memory for");
        var groups = new List<int[]>();
        // The comparisons that must be strict, then the others.
        List<(int Mine, int Other)> strict = [], weak = [];
        foreach (int[] line in lines)
        {
            for (int i = 0; i < n; i++)
            {
                var own = new List<int>();
                for (int j = 0; j < n; j++)
                {
                    if (j == i) continue;
                    List<(int, int)> list = j < i != isLast ? strict : weak;
                    own.Add(list == strict ? list.Count : -1 - list.Count);
                    list.Add((line[i], line[j]));
                }

                groups.Add([.. own]);
            }
        }

        int above = Compare(builder, name, x, inputs, strict, sign, ComparisonKind.Above), notBelow = Compare(builder, name, x, inputs, weak, sign, ComparisonKind.NotBelow);
        // The least of the comparisons is the negative of the negatives' largest.
        int all = strict.Count + weak.Count;
        LinearMap first = LinearMapBuilder.Selection(strict.Count, [.. Enumerable.Range(0, all).Select(i => i < strict.Count ? i : -1)], [.. Enumerable.Repeat(-1.0, all)]);
        LinearMap second = LinearMapBuilder.Selection(weak.Count, [.. Enumerable.Range(0, all).Select(i => i - strict.Count)], [.. Enumerable.Repeat(-1.0, all)]);
        int negatives = builder.AddHidden(new AffineNode(name, [above, notBelow], [first, second], new double[all], null));
        int largest = builder.AddHidden(new MaxNode(name, negatives, [.. groups.Select(g => g.Select(i => i >= 0 ? i : strict.Count - 1 - i).ToImmutableArray())]));
        return builder.AddHidden(new AffineNode(name, [largest], [new Operand(largest, groups.Count, [.. Enumerable.Range(0, groups.Count)]).Map(-1)], new double[groups.Count], null));
    }

    private static int Compare(NetworkBuilder builder, string name, int x, int inputs, List<(int Mine, int Other)> pairs, double sign, ComparisonKind kind)
    {
        var map = new LinearMapBuilder(inputs);
        foreach ((int mine, int other) in pairs)
        {
            map.Add(System.Math.Min(mine, other), mine < other ? sign : -sign);
            map.Add(System.Math.Max(mine, other), mine < other ? -sign : sign);
            map.EndRow();
        }

        int difference = builder.AddHidden(new AffineNode(name, [x], [map.ToMap()], new double[pairs.Count], AffineRounding.OfNoCode));
        return builder.AddHidden(new ActivationNode(name, pairs.Count, difference, new ComparisonActivation(kind)));
    }
}
