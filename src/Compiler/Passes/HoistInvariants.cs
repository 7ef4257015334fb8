using System;
using System.Collections.Generic;
using System.Collections.Immutable;
using System.Linq;
using RedGen.Compiler.Graphs;
using RedGen.Compiler.Operators;
using RedGen.Compiler.Operators.ControlFlow;

namespace RedGen.Compiler.Passes;

/// <summary>Computes before a loop what its body computes from values around it: the same in every run.</summary>
internal sealed class HoistInvariants : GraphPass
{
    /// <summary>Operators that refuse some values; a loop that never runs would not have met them.</summary>
    private static readonly ImmutableHashSet<string> Refusing = ["Gather", "GatherElements", "GatherND", "Scatter", "ScatterElements", "ScatterND", "OneHot", "Div", "Mod"];

    /// <inheritdoc/>
    public override Graph Run(Graph graph, PassContext context) => RewriteNodes(graph, context, Hoist);

    private static bool Hoist(GraphBuilder builder, Node node)
    {
        if (!node.Is("Loop") && !node.Is("Scan")) return false;
        Graph body = ControlFlowOperator.Body(node, "body");
        HashSet<string> varying = new(body.Inputs.Select(i => i.Name), StringComparer.Ordinal);
        bool surelyRuns = SurelyRuns(builder, node, body);
        var moved = new List<Node>();
        foreach (Node inner in body.Nodes)
        {
            if (!GraphCaptures.Reads(inner).Any(varying.Contains) && CanMove(inner, body, builder, surelyRuns)) moved.Add(inner);
            else varying.UnionWith(inner.Outputs);
        }

        if (moved.Count == 0) return false;
        string[] outputs = [.. moved.SelectMany(n => n.Outputs).Where(o => o.Length > 0)];
        string[] constants = [.. moved.SelectMany(n => n.Inputs).Distinct(StringComparer.Ordinal).Where(body.Initializers.ContainsKey)];
        foreach (string constant in constants) builder.SetInitializer(constant, body.Initializers[constant]);
        var rest = new Graph(
            body.Name,
            body.Inputs,
            body.Outputs,
            [.. body.Nodes.Where(n => !n.Outputs.Any(outputs.Contains))],
            body.Initializers.RemoveRange(constants),
            body.Types.RemoveRange(outputs.Concat(constants)));
        Node changed = node with { Attributes = node.Attributes.With("body", new GraphAttribute(rest)) };
        builder.Replace(node, [.. moved, changed]);
        foreach (string output in outputs) builder.SetType(output, body.TypeOf(output));
        return true;
    }

    /// <summary>Whether the body runs at least once, whatever the values are.</summary>
    private static bool SurelyRuns(GraphBuilder builder, Node node, Graph body)
    {
        if (node.Is("Loop"))
        {
            string proceed = body.Outputs[0].Name;
            return Loop.Trips(body.ConstantOf(proceed) ?? builder.ConstantOf(proceed), builder.ConstantOf(node.Input(0)), node.HasInput(0), builder.ConstantOf(node.Input(1)), node.HasInput(1)) > 0;
        }

        int scanned = node.Inputs.Length - (int)node.Attributes.Int("num_scan_inputs", 1);
        return node.Operator.Version > 8 && builder.Lengths(node.Inputs[scanned]) is { } lengths && !lengths.Contains(0);
    }

    private static bool CanMove(Node node, Graph body, GraphBuilder builder, bool surelyRuns)
    {
        if (GraphCaptures.Subgraphs(node).Any() || OperatorTable.Find(node.Operator) is not { IsDeterministic: true } op) return false;
        bool isChecked = op.AcceptsDeclaredShapes && node.Inputs.Skip(1).Any(i => i.Length > 0 && (body.ConstantOf(i) ?? builder.ConstantOf(i)) is null);
        if (!node.Outputs.All(o => o.Length == 0 || body.TypeOf(o) is TensorType { IsStatic: true })) return false;
        return surelyRuns || (!node.IsAny(Refusing) && !isChecked);
    }
}
