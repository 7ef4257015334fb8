using System;
using System.Collections.Generic;
using System.Collections.Immutable;
using System.Linq;
using RedGen.Compiler.Graphs;
using RedGen.Compiler.Operators.ControlFlow;

namespace RedGen.Compiler.Passes;

/// <summary>Leaves out what branches and loops compute for outputs that nobody reads.</summary>
internal static class SubgraphOutputs
{
    /// <summary>The node without the outputs that are not read; the same object where all are.</summary>
    public static Node WithoutUnread(Node node, Func<string, bool> isRead)
    {
        if (node.Is("If")) return Keep(node, [.. Enumerable.Range(0, node.Outputs.Length).Where(k => isRead(node.Outputs[k]))], If.Branches, 0);
        if (node.Is("Loop")) return KeepCollected(node, Loop.StateCount(node), 1, isRead);
        if (!node.Is("Scan")) return node;

        // Opset 8 has the lengths of the sequences before the states.
        int states = node.Inputs.Length - (int)node.Attributes.Int("num_scan_inputs", 0) - (node.Operator.Version == 8 ? 1 : 0);
        return KeepCollected(node, states, 0, isRead);
    }

    /// <summary>A loop needs what it hands on to its next run, read or not.</summary>
    private static Node KeepCollected(Node node, int states, int before, Func<string, bool> isRead)
        => Keep(node, [.. Enumerable.Range(0, node.Outputs.Length).Where(k => k < states || isRead(node.Outputs[k]))], ["body"], before, states);

    /// <summary>Keeps some outputs, in the node and in its subgraphs, which have others before them.</summary>
    private static Node Keep(Node node, int[] kept, ImmutableArray<string> bodies, int before, int states = 0)
    {
        bool isTrimmed = bodies.Any(b => ControlFlowOperator.Body(node, b).Outputs.Length > before + Math.Max(node.Outputs.Length, states));
        if (kept.Length == node.Outputs.Length && !isTrimmed) return node;

        // A loop whose last states nobody reads may list fewer outputs than it has states.
        IEnumerable<int> inBody = Enumerable.Range(0, before).Concat(kept.Select(k => before + k)).Concat(Enumerable.Range(0, states).Where(k => k >= node.Outputs.Length).Select(k => before + k));
        NodeAttributes attributes = node.Attributes;
        foreach (string name in bodies)
        {
            Graph body = ControlFlowOperator.Body(node, name);
            attributes = attributes.With(name, new GraphAttribute(new Graph(body.Name, body.Inputs, [.. inBody.Select(k => body.Outputs[k])], body.Nodes, body.Initializers, body.Types)));
        }

        foreach (string name in new[] { "scan_output_axes", "scan_output_directions" })
            if (attributes.Ints(name) is { } values) attributes = attributes.With(name, [.. kept.Where(k => k >= states && k - states < values.Length).Select(k => values[k - states])]);
        return node with { Attributes = attributes, Outputs = [.. kept.Select(k => node.Outputs[k])] };
    }
}
