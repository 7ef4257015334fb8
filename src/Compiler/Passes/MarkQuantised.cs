using System;
using System.Collections.Generic;
using System.Collections.Immutable;
using System.Linq;
using RedGen.Compiler.Graphs;
using RedGen.Compiler.Kernels;
using RedGen.Compiler.Kernels.Micro;
using RedGen.Compiler.Kernels.Quantised;

namespace RedGen.Compiler.Passes;

/// <summary>
/// Marks the convolutions, products and averages that stand between DequantizeLinear and QuantizeLinear, to be computed on the integers. A
/// DequantizeLinear that others read too is doubled, so that each group has its own. What the graph means does not change.
/// </summary>
internal sealed class MarkQuantised : GraphPass
{
    /// <summary>Activations that a group may hold.</summary>
    private const int MaxActivations = 4;

    /// <inheritdoc/>
    public override Graph Run(Graph graph, PassContext context)
    {
        if (!graph.Nodes.Any(n => n.Operator.Name == "DequantizeLinear")) return graph;
        var kernels = new KernelContext(graph, context.Options);
        var builder = new GraphBuilder(graph);
        var groups = new List<string[]>();
        foreach (Node node in graph.Nodes)
        {
            context.CancellationToken.ThrowIfCancellationRequested();
            if (Find(node, builder, kernels) is { } members) groups.Add(Separate(builder, members));
        }

        return groups.Count == 0 ? graph : Mark(builder.Build(), groups);
    }

    /// <summary>The nodes of the largest group around a core that a kernel serves; null where there is none.</summary>
    private static Node[]? Find(Node core, GraphBuilder builder, KernelContext kernels)
    {
        bool isPool = QuantizedPoolKernel.IsPool(core);
        if (core.Outputs.Length != 1 || (!isPool && !QuantizedGroup.IsCore(core)) || builder.Find(core.Name) != core) return null;
        Node[] before = [.. core.Inputs.Where(i => i.Length > 0).Distinct(StringComparer.Ordinal).Select(builder.Producer).OfType<Node>().Where(n => n.Operator.Name == "DequantizeLinear")];
        if (before.Length == 0 || before.Any(n => !n.Inputs.All(i => i.Length == 0 || kernels.Graph.TypeOf(i) is not null))) return null;
        var chain = new List<Node>();
        string value = core.Outputs[0];
        while (chain.Count <= MaxActivations && builder.SingleConsumer(value) is { } next && next.Outputs.Length == 1)
        {
            bool isBias = chain.Count == 0 && QuantizedGroup.BiasAdd(core, next) is not null;
            if (!isBias && next.Inputs[0] != value) break;
            if (isBias && next.Inputs.Select(builder.Producer).FirstOrDefault(n => n is { Operator.Name: "DequantizeLinear" }) is { } bias && !before.Contains(bias)) before = [.. before, bias];
            chain.Add(next);
            value = next.Outputs[0];
            if (next.Operator.Name == "QuantizeLinear" && Serves([.. before, core, .. chain], isPool, kernels)) return [.. before, core, .. chain];
        }

        before = [.. before.Where(n => core.Inputs.Contains(n.Outputs[0]))];
        return !isPool && Serves([.. before, core], isPool, kernels) ? [.. before, core] : null;
    }

    private static bool Serves(ImmutableArray<Node> nodes, bool isPool, KernelContext kernels)
    {
        Kernel kernel = isPool ? new QuantizedPoolKernel() : kernels.Options.IsScalar ? new MicroIntegerKernel() : new QuantizedLayerKernel();
        return kernel.TryPlan(new NodeGroup(nodes), kernels) is not null;
    }

    /// <summary>Gives a group its own DequantizeLinear where others read it too; the names of its nodes.</summary>
    private static string[] Separate(GraphBuilder builder, Node[] members)
    {
        var names = new List<string>();
        foreach (Node node in members)
        {
            string output = node.Outputs[0];
            if (node.Operator.Name != "DequantizeLinear" || builder.SingleConsumer(output) is not null)
            {
                names.Add(node.Name);
                continue;
            }

            string copy = builder.FreshName(output + "_copy");
            builder.SetType(copy, builder.TypeOf(output));
            Node twin = node with { Name = builder.FreshName(node.Name + "_copy"), Outputs = [copy] };
            Node reader = builder.Find(members.First(m => m.Inputs.Contains(output) && m.Operator.Name != "DequantizeLinear").Name)!;
            builder.Add(twin);
            builder.Replace(reader, reader with { Inputs = [.. reader.Inputs.Select(i => i == output ? copy : i)] });
            names.Add(twin.Name);
        }

        return [.. names];
    }

    private static Graph Mark(Graph graph, List<string[]> groups)
    {
        var order = new Dictionary<string, int>(StringComparer.Ordinal);
        for (int i = 0; i < graph.Nodes.Length; i++) order[graph.Nodes[i].Name] = i;
        var heads = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (string[] group in groups)
        {
            string head = group.OrderBy(n => order[n]).First();
            foreach (string name in group.Where(n => n != head)) heads[name] = head;
        }

        ImmutableArray<Node> nodes = [.. graph.Nodes.Select(n => heads.TryGetValue(n.Name, out string? head) ? n with { FusedInto = head } : n)];
        return new Graph(graph.Name, graph.Inputs, graph.Outputs, nodes, graph.Initializers, graph.Types);
    }
}
