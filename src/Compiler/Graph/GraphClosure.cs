using System.Collections.Generic;
using System.Collections.Immutable;
using System.Linq;

namespace RedGen.Compiler.Graphs;

/// <summary>
/// A subgraph as a graph of its own: what it captures becomes an input, or a constant where it is one. What works on whole graphs
/// (passes, the planner) works on subgraphs so.
/// </summary>
public static class GraphClosure
{
    /// <summary>Closes a subgraph of a node of <paramref name="outer"/>, which is closed itself.</summary>
    public static Graph Close(Graph body, Graph outer)
    {
        ImmutableArray<string> captures = GraphCaptures.Of(body);
        IEnumerable<string> constants = captures.Where(outer.Initializers.ContainsKey);
        return new Graph(
            body.Name,
            [.. body.Inputs, .. captures.Where(c => !outer.Initializers.ContainsKey(c)).Select(c => new Value(c, outer.TypeOf(c)))],
            body.Outputs,
            body.Nodes,
            body.Initializers.AddRange(constants.Select(c => new KeyValuePair<string, Tensor>(c, outer.Initializers[c]))),
            body.Types.SetItems(captures.Where(c => outer.TypeOf(c) is not null).Select(c => new KeyValuePair<string, ValueType>(c, outer.TypeOf(c)!))));
    }

    /// <summary>Makes a closed graph a subgraph again.</summary>
    /// <param name="closed">The closed graph, perhaps rewritten.</param>
    /// <param name="inputs">How many inputs the subgraph has; the others are captures.</param>
    /// <param name="outer">The graph around it.</param>
    public static Graph Open(Graph closed, int inputs, Graph outer)
    {
        var captured = new HashSet<string>(closed.Inputs.Skip(inputs).Select(i => i.Name), System.StringComparer.Ordinal);
        captured.UnionWith(closed.Initializers.Where(i => outer.Initializers.TryGetValue(i.Key, out Tensor? tensor) && ReferenceEquals(tensor, i.Value)).Select(i => i.Key));
        return new Graph(closed.Name, [.. closed.Inputs.Take(inputs)], closed.Outputs, closed.Nodes, closed.Initializers.RemoveRange(captured), closed.Types.RemoveRange(captured));
    }
}
