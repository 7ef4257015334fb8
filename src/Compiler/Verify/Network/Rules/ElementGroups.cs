using System.Collections.Generic;
using System.Linq;
using RedGen.Compiler.Graphs;
using RedGen.Compiler.Operators.Reduction;

namespace RedGen.Compiler.Verify.Network.Rules;

/// <summary>Elements that an operator takes together: those of a result that is reduced, or a row that is normalised.</summary>
internal static class ElementGroups
{
    /// <summary>By element of a reduction's result the elements that it is made of.</summary>
    public static int[][] OfReduction(NetworkBuilder builder, Node node)
    {
        int[] x = builder.Shape(node.Inputs[0]);
        int[] axes = ReduceAxes.Of(node, x.Length, node.HasInput(1) ? builder.Graph.ConstantOf(node.Inputs[1]) : null) ?? throw new UnverifiableException("has axes that are not known at build time");
        return OfAxes(x, axes);
    }

    /// <summary>The elements along some axes, for each place of the other axes.</summary>
    public static int[][] OfAxes(int[] lengths, int[] axes)
    {
        var rows = new SortedDictionary<int, List<int>>();
        int count = lengths.Aggregate(1, static (a, b) => a * b);
        for (int i = 0; i < count; i++)
        {
            int row = RowOf(i, lengths, axes);
            if (!rows.TryGetValue(row, out List<int>? elements)) rows.Add(row, elements = []);
            elements.Add(i);
        }

        return [.. rows.Values.Select(static r => r.ToArray())];
    }

    /// <summary>The elements of a view's lines.</summary>
    public static int[][] OfLines(AxisView view)
        => [.. Enumerable.Range(0, view.Outer).SelectMany(outer => Enumerable.Range(0, view.Inner).Select(inner => Enumerable.Range(0, view.Length).Select(k => view.Start(outer, inner) + (k * view.Inner)).ToArray()))];

    /// <summary>The matrix whose rows add up groups, each element times a factor.</summary>
    public static LinearMap Sums(int inputs, int[][] groups, double factor = 1)
    {
        var map = new LinearMapBuilder(inputs);
        foreach (int[] group in groups)
        {
            foreach (int i in group) map.Add(i, factor);
            map.EndRow();
        }

        return map.ToMap();
    }

    /// <summary>By element the group that it is in.</summary>
    public static int[] GroupOf(int length, int[][] groups)
    {
        var group = new int[length];
        for (int g = 0; g < groups.Length; g++)
            foreach (int i in groups[g]) group[i] = g;
        return group;
    }

    /// <summary>The place of an element in the result: its own without the axes that are taken together.</summary>
    private static int RowOf(int element, int[] lengths, int[] axes)
    {
        int row = 0, stride = 1;
        for (int axis = lengths.Length - 1; axis >= 0; axis--)
        {
            int at = element % lengths[axis];
            element /= lengths[axis];
            if (axes.Contains(axis)) continue;
            row += at * stride;
            stride *= lengths[axis];
        }

        return row;
    }
}
