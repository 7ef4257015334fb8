using System.Globalization;
using System.Linq;
using RedGen.Compiler.Diagnostics;
using RedGen.Compiler.Graphs;
using RedGen.Compiler.Options;
using RedGen.Compiler.Verify.Network;

namespace RedGen.Compiler.Passes;

/// <summary>
/// Leaves out what no input of the declared range needs: functions that give their argument back, values that are constant, and neurons and channels that are never on. What is proven
/// holds for the float32 arithmetic of any kernel that may compute the graph (docs/verification.md).
/// </summary>
internal sealed class TrustRange : GraphPass
{
    /// <inheritdoc/>
    public override Graph Run(Graph graph, PassContext context)
    {
        var box = new InputBox(context.Options.InputRange);
        ValueRanges ranges;
        try
        {
            if (!box.IsDeclared) throw new UnverifiableException("RedGenInputRange declares no range");
            ranges = ValueRanges.Of(graph, box, context.CancellationToken);
        }
        catch (UnverifiableException problem)
        {
            context.Diagnostics.Add(DiagnosticCatalog.RangeTrusted.With(box.ToString(), "nothing", problem.Message));
            return graph;
        }

        int identities = 0, constants = 0;
        var builder = new GraphBuilder(graph);
        foreach (Node node in graph.Nodes)
        {
            if (node.Outputs.Length != 1 || builder.IsOutput(node.Outputs[0]) || graph.TensorTypeOf(node.Outputs[0])?.ElementType != ElementType.Float32 || GraphCaptures.Subgraphs(node).Any()) continue;
            if (ranges.IsConstant(node.Outputs[0]))
            {
                builder.Remove(node);
                builder.SetInitializer(node.Outputs[0], Tensor.Of([.. ranges.Values(node.Outputs[0]).Select(static r => (float)r.Low)], graph.TensorTypeOf(node.Outputs[0])!.Shape!.ToArray()));
                constants++;
            }
            else if (ranges.IsIdentity(node))
            {
                builder.Replace(node, node with { Operator = PatternExtensions.Written("Identity"), Inputs = [node.Inputs[0]], Attributes = NodeAttributes.Empty });
                identities++;
            }
        }

        string[] names = [.. builder.Nodes.Select(static n => n.Name)];
        int neurons = names.Sum(n => DeadNeurons.Remove(builder, builder.Find(n)!, ranges)), channels = names.Sum(n => DeadChannels.Remove(builder, builder.Find(n)!, ranges));
        context.Diagnostics.Add(DiagnosticCatalog.RangeTrusted.With(box.ToString(), Text(identities) + " functions that give their argument back, " + Text(constants) + " constant values and " + Text(neurons) + " neurons and " + Text(channels) + " channels that are never on", "inputs outside of the range are not checked, and give other results"));
        return identities + constants + neurons + channels == 0 ? graph : builder.Build();
    }

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);
}
