using System;
using System.Collections.Generic;
using System.Collections.Immutable;
using System.Linq;

namespace RedGen.Compiler.Graphs;

/// <summary>Checks what <see cref="Graph"/> promises. Tests run it after every pass; import gives graphs that pass it.</summary>
public static class GraphValidator
{
    /// <summary>The promises that the graph breaks, as sentences; none for a valid graph.</summary>
    public static ImmutableArray<string> Validate(Graph graph)
    {
        var problems = new List<string>();
        Validate(graph, new HashSet<string>(StringComparer.Ordinal), "", problems);
        return [.. problems];
    }

    /// <summary>Checks a graph that sees the values of <paramref name="outer"/>.</summary>
    private static void Validate(Graph graph, HashSet<string> outer, string place, List<string> problems)
    {
        var defined = new HashSet<string>(StringComparer.Ordinal);
        foreach (Value input in graph.Inputs) Define(input.Name, "input");
        foreach (string name in graph.Initializers.Keys.OrderBy(n => n, StringComparer.Ordinal)) Define(name, "initializer");
        CheckNodeNames(graph, place, problems);

        HashSet<string> local = GraphCaptures.Definitions(graph);
        foreach (Node node in graph.Nodes)
        {
            foreach (string input in GraphCaptures.Reads(node).Distinct())
            {
                if (defined.Contains(input) || (!local.Contains(input) && outer.Contains(input))) continue;
                problems.Add(place + node.Label + (local.Contains(input) ? " stands before the node that defines its input '" : " reads the undefined value '") + input + "'");
            }

            foreach (Graph subgraph in GraphCaptures.Subgraphs(node))
                Validate(subgraph, [.. outer.Concat(local)], place + "in " + node.Label + ": ", problems);
            foreach (string output in node.Outputs)
                if (output.Length > 0) Define(output, node.Label);
        }

        foreach (Value output in graph.Outputs)
            if (!defined.Contains(output.Name) && !outer.Contains(output.Name)) problems.Add(place + "nothing defines the output '" + output.Name + "'");
        CheckTypes(graph, local, place, problems);

        void Define(string name, string by)
        {
            if (name.Length == 0) problems.Add(place + "an " + by + " has no name");
            else if (outer.Contains(name)) problems.Add(place + "'" + name + "' (" + by + ") hides a value of the graph around it");
            else if (!defined.Add(name)) problems.Add(place + "'" + name + "' (" + by + ") is defined twice");
        }
    }

    private static void CheckNodeNames(Graph graph, string place, List<string> problems)
    {
        var names = new HashSet<string>(StringComparer.Ordinal);
        foreach (Node node in graph.Nodes)
        {
            if (node.Name.Length == 0) problems.Add(place + "a node " + node.Operator.QualifiedName + " has no name");
            else if (!names.Add(node.Name)) problems.Add(place + "there are two nodes '" + node.Name + "'");
        }

        foreach (Node node in graph.Nodes)
        {
            if (node.FusedInto is { } target && (target == node.Name || !names.Contains(target)))
                problems.Add(place + node.Label + " is fused into '" + target + "', which is no other node");
        }
    }

    private static void CheckTypes(Graph graph, HashSet<string> local, string place, List<string> problems)
    {
        foreach (string name in graph.Types.Keys.OrderBy(n => n, StringComparer.Ordinal))
            if (!local.Contains(name)) problems.Add(place + "there is a type for '" + name + "', which the graph does not define");
        foreach (KeyValuePair<string, Tensor> initializer in graph.Initializers.OrderBy(i => i.Key, StringComparer.Ordinal))
        {
            if (graph.TypeOf(initializer.Key) is { } type && type != initializer.Value.Type)
                problems.Add(place + "initializer '" + initializer.Key + "' is " + initializer.Value.Type + ", its type says " + type);
        }

        foreach (Value value in graph.Inputs.Concat(graph.Outputs))
        {
            if (value.Type is not null && graph.TypeOf(value.Name) is { } type && Contradict(type, value.Type))
                problems.Add(place + "'" + value.Name + "' is " + type + " inside and " + value.Type + " outside");
        }
    }

    /// <summary>Two tensor types contradict each other where both know something and it differs; a symbol is no knowledge.</summary>
    private static bool Contradict(ValueType a, ValueType b)
    {
        if (a is not TensorType x || b is not TensorType y) return a != b;
        if (x.ElementType != ElementType.Undefined && y.ElementType != ElementType.Undefined && x.ElementType != y.ElementType) return true;
        if (x.Shape is null || y.Shape is null) return false;
        if (x.Shape.Rank != y.Shape.Rank) return true;
        return x.Shape.Dimensions.Zip(y.Shape.Dimensions, static (d, e) => d.IsConstant && e.IsConstant && d != e).Any(differ => differ);
    }
}
