using System;
using System.Collections.Generic;
using System.Collections.Immutable;
using System.Linq;
using RedGen.Compiler.Graphs;
using RedGen.Compiler.Kernels;
using RedGen.Compiler.Kernels.Quantised;
using RedGen.Compiler.Operators;
using RedGen.Compiler.Operators.Elementwise;

namespace RedGen.Compiler.Passes;

/// <summary>
/// Marks the elementwise nodes between two tensors of 8-bit integers that depend on the first alone, such as x · sigmoid(x) with all that is quantised in between:
/// a table of 256 results computes them. What the graph means does not change.
/// </summary>
internal sealed class MarkLookups : GraphPass
{
    /// <summary>Nodes that one table may stand for.</summary>
    private const int MaxNodes = 64;

    /// <inheritdoc/>
    public override Graph Run(Graph graph, PassContext context)
    {
        if (!graph.Nodes.Any(n => n.Operator.Name == "DequantizeLinear")) return graph;
        var kernels = new KernelContext(graph, context.Options);
        var builder = new GraphBuilder(graph);
        var heads = new HashSet<string>(graph.Nodes.Where(n => n.FusedInto is not null).Select(n => n.FusedInto!), StringComparer.Ordinal);
        bool changed = false;
        foreach (Node node in graph.Nodes)
        {
            context.CancellationToken.ThrowIfCancellationRequested();
            if (node.Operator.Name != "DequantizeLinear" || kernels.Constant(node.Inputs[0]) is not null || !IsFree(builder.Find(node.Name)!, heads)) continue;
            Node[] nodes = Dependents(node, builder, kernels, heads);
            for (int last = nodes.Length - 1; last > 1; last--)
            {
                if (Group(nodes, last, builder) is not { } group || new LookupKernel().TryPlan(new NodeGroup(group), kernels) is null) continue;
                foreach (Node member in group.Skip(1)) builder.Replace(member, member with { FusedInto = node.Name });
                heads.Add(node.Name);
                changed = true;
                break;
            }
        }

        return changed ? builder.Build() : graph;
    }

    private static bool IsFree(Node node, HashSet<string> heads)
        => node.FusedInto is null && !heads.Contains(node.Name) && node.Outputs.Length == 1 && OperatorTable.Find(node.Operator) is ElementwiseOperator;

    /// <summary>A node and the elementwise nodes that depend on nothing else than it and constants, in order.</summary>
    private static Node[] Dependents(Node first, GraphBuilder builder, KernelContext kernels, HashSet<string> heads)
    {
        var found = new List<Node> { first };
        var values = new HashSet<string>(StringComparer.Ordinal) { first.Outputs[0] };
        for (int i = 0; i < found.Count && found.Count < MaxNodes; i++)
        {
            foreach (Node next in builder.Consumers(found[i].Outputs[0]))
            {
                if (found.Count == MaxNodes || values.Contains(next.Outputs[0]) || !IsFree(next, heads)) continue;
                if (!next.Inputs.All(v => v.Length == 0 || values.Contains(v) || kernels.Constant(v) is { Length: 1 })) continue;
                values.Add(next.Outputs[0]);
                found.Add(next);
            }
        }

        // A node is found once its last operand is, so the order is one of evaluation.
        return [.. found];
    }

    /// <summary>What a node's result is computed from; null where others read some of that too.</summary>
    private static ImmutableArray<Node>? Group(Node[] nodes, int last, GraphBuilder builder)
    {
        if (nodes[last].Operator.Name != "QuantizeLinear") return null;
        var needed = new HashSet<string>(nodes[last].Inputs, StringComparer.Ordinal);
        var group = new List<Node> { nodes[last] };
        for (int i = last - 1; i >= 0; i--)
        {
            if (!needed.Contains(nodes[i].Outputs[0])) continue;
            group.Add(nodes[i]);
            needed.UnionWith(nodes[i].Inputs);
        }

        var names = new HashSet<string>(group.Select(n => n.Name), StringComparer.Ordinal);
        bool isClosed = group.Skip(1).All(n => !builder.IsOutput(n.Outputs[0]) && builder.Consumers(n.Outputs[0]).All(c => names.Contains(c.Name)));
        return isClosed ? [.. Enumerable.Reverse(group)] : null;
    }
}
