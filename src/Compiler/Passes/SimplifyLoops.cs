using System.Collections.Generic;
using System.Collections.Immutable;
using System.Linq;
using RedGen.Compiler.Graphs;
using RedGen.Compiler.Operators.ControlFlow;

namespace RedGen.Compiler.Passes;

/// <summary>
/// Puts the body of a loop that runs once in the loop's place, removes loops that never run, and lets bodies read a carried value
/// that no run changes from outside.
/// </summary>
internal sealed class SimplifyLoops : GraphPass
{
    /// <inheritdoc/>
    public override Graph Run(Graph graph, PassContext context) => RewriteNodes(graph, context, Simplify);

    private static bool Simplify(GraphBuilder builder, Node node)
    {
        if (!node.Is("Loop") && !node.Is("Scan")) return false;
        return (node.Is("Loop") && Unroll(builder, node)) || ReadUnchangedFromOutside(builder, node);
    }

    private static bool Unroll(GraphBuilder builder, Node node)
    {
        Graph body = ControlFlowOperator.Body(node, "body");
        string proceed = body.Outputs[0].Name;
        long? trips = Loop.Trips(body.ConstantOf(proceed) ?? builder.ConstantOf(proceed), builder.ConstantOf(node.Input(0)), node.HasInput(0), builder.ConstantOf(node.Input(1)), node.HasInput(1));
        int states = Loop.StateCount(node);
        if (trips is not (0 or 1) || node.Outputs.Any(o => o.Length > 0 && builder.Lengths(o) is null)) return false;
        for (int k = states; k < node.Outputs.Length; k++)
            if (node.HasOutput(k) && builder.Lengths(node.Outputs[k])![0] != trips) return false; // the file declares another length, and running says so

        builder.Remove(node);
        if (trips == 1) AddBody(builder, node, body);
        for (int k = 0; k < node.Outputs.Length; k++)
        {
            if (!node.HasOutput(k)) continue;
            if (k < states) AddCopy(builder, node, trips == 0 ? node.Inputs[Loop.FirstState + k] : body.Outputs[1 + k].Name, node.Outputs[k]);
            else if (trips == 1) builder.Add(builder.Reshape(builder.FreshName(node.Name), body.Outputs[1 + k].Name, node.Outputs[k], builder.Lengths(node.Outputs[k])!));
            else builder.SetInitializer(node.Outputs[k], new Tensor(builder.TensorTypeOf(node.Outputs[k])!.ElementType, [.. builder.Lengths(node.Outputs[k])!], System.Array.Empty<byte>()));
        }

        return true;
    }

    /// <summary>The names of the body are the model's own, so that its nodes can stand beside the others.</summary>
    private static void AddBody(GraphBuilder builder, Node node, Graph body)
    {
        foreach (KeyValuePair<string, Tensor> initializer in body.Initializers.OrderBy(i => i.Key, System.StringComparer.Ordinal)) builder.SetInitializer(initializer.Key, initializer.Value);
        builder.SetInitializer(body.Inputs[0].Name, new Tensor(ElementType.Int64, [.. ((TensorType)body.Inputs[0].Type!).Shape!.ToArray()], new byte[sizeof(long)]));
        for (int k = Loop.FirstState; k < body.Inputs.Length; k++)
        {
            builder.SetType(body.Inputs[k].Name, body.Inputs[k].Type);
            AddCopy(builder, node, node.Inputs[k], body.Inputs[k].Name);
        }

        foreach (Node inner in body.Nodes)
        {
            builder.Add(inner);
            foreach (string output in inner.Outputs)
                if (output.Length > 0) builder.SetType(output, body.TypeOf(output));
        }
    }

    private static void AddCopy(GraphBuilder builder, Node node, string from, string to) => builder.Add(new Node
    {
        Name = builder.FreshName(node.Name),
        Operator = PatternExtensions.Written("Identity"),
        Inputs = [from],
        Outputs = [to],
    });

    private static bool ReadUnchangedFromOutside(GraphBuilder builder, Node node)
    {
        Graph body = ControlFlowOperator.Body(node, "body");
        bool isLoop = node.Is("Loop");
        int states = isLoop ? Loop.StateCount(node) : node.Inputs.Length - (int)node.Attributes.Int("num_scan_inputs", 0);
        int firstInput = isLoop ? Loop.FirstState : 0, firstOutput = isLoop ? 1 : 0;

        // The sequences of opset 8 have states of their own each.
        if (!isLoop && node.Operator.Version == 8) return false;
        int[] unchanged = [.. Enumerable.Range(0, states).Where(k => body.Outputs[firstOutput + k].Name == body.Inputs[firstInput + k].Name)];
        if (unchanged.Length == 0 || unchanged.Any(k => k < node.Outputs.Length && node.HasOutput(k) && !builder.HaveSameType(node.Inputs[firstInput + k], node.Outputs[k]))) return false;
        var changed = new Graph(
            body.Name,
            Without(body.Inputs, unchanged, firstInput),
            Without(body.Outputs, unchanged, firstOutput),
            body.Nodes,
            body.Initializers,
            body.Types.RemoveRange(unchanged.Select(k => body.Inputs[firstInput + k].Name)));
        Node rewritten = node with
        {
            Inputs = Without(node.Inputs, unchanged, firstInput),
            Outputs = Without(node.Outputs, unchanged, 0),
            Attributes = node.Attributes.With("body", new GraphAttribute(changed)),
        };
        foreach (int k in unchanged) rewritten = GraphCaptures.Rename(rewritten, body.Inputs[firstInput + k].Name, node.Inputs[firstInput + k]);
        builder.Remove(node);
        if (rewritten.Outputs.Length > 0) builder.Add(rewritten);
        foreach (int k in unchanged)
            if (k < node.Outputs.Length && node.HasOutput(k)) AddCopy(builder, node, node.Inputs[firstInput + k], node.Outputs[k]);
        return true;
    }

    private static ImmutableArray<T> Without<T>(ImmutableArray<T> items, int[] removed, int first) => [.. items.Where((_, i) => !removed.Contains(i - first))];
}
