using System;
using System.Collections.Generic;
using System.Collections.Immutable;
using System.Linq;
using RedGen.Compiler.Graphs;
using RedGen.Compiler.Kernels;
using RedGen.Compiler.Kernels.Elementwise;
using RedGen.Compiler.Kernels.Quantised;
using RedGen.Compiler.Operators;
using RedGen.Compiler.Operators.Elementwise;

namespace RedGen.Compiler.Passes;

/// <summary>
/// Marks elementwise nodes to be computed in one loop: a node whose output is read by one other elementwise node only, of the same shape, joins
/// that node's group. Intermediate results then stay in registers. Nodes that vectors compute are not mixed with nodes that they cannot.
/// </summary>
internal sealed class FuseElementwise : GraphPass
{
    /// <summary>Nodes of a group: keeps the method far below the JIT's limits, and its values in registers.</summary>
    private const int MaxNodes = 16;

    /// <summary>Tensors that a group reads.</summary>
    private const int MaxInputs = 8;

    /// <inheritdoc/>
    public override Graph Run(Graph graph, PassContext context)
    {
        var groups = new Grouping(graph, new KernelContext(graph, context.Options));
        for (int i = 0; i < graph.Nodes.Length; i++)
        {
            context.CancellationToken.ThrowIfCancellationRequested();
            groups.Visit(i);
        }

        return groups.Mark();
    }

    private sealed class Grouping(Graph graph, KernelContext types)
    {
        private readonly Dictionary<string, int> _readers = CountReaders(graph);
        private readonly Dictionary<string, int> _producers = Producers(graph);
        private readonly HashSet<string> _heads = new(graph.Nodes.Where(n => n.FusedInto is not null).Select(n => n.FusedInto!), StringComparer.Ordinal);

        /// <summary>The nodes of the group that each node belongs to, ascending.</summary>
        private readonly ImmutableSortedSet<int>?[] _groups = new ImmutableSortedSet<int>?[graph.Nodes.Length];

        public void Visit(int index)
        {
            Node node = graph.Nodes[index];
            if (!IsCandidate(node)) return;
            ImmutableSortedSet<int> group = [index];
            foreach (string input in node.Inputs.Distinct(StringComparer.Ordinal))
            {
                if (!_producers.TryGetValue(input, out int producer) || _groups[producer] is not { } other || _readers[input] != 1) continue;
                ImmutableSortedSet<int> union = group.Union(other);
                if (!IsElementOf(node, input) || !Match(graph.Nodes[producer], node, union)) continue;
                if (union.Count <= MaxNodes && Inputs(union) <= MaxInputs && !Mix(union) && !Spoils(node, other, union)) group = union;
            }

            foreach (int member in group) _groups[member] = group;
        }

        public Graph Mark()
        {
            if (_groups.All(g => g is null || g.Count == 1)) return graph;
            ImmutableArray<Node> nodes = [.. graph.Nodes.Select((n, i) => _groups[i] is { Count: > 1 } group && group[0] != i ? n with { FusedInto = graph.Nodes[group[0]].Name } : n)];
            return new Graph(graph.Name, graph.Inputs, graph.Outputs, nodes, graph.Initializers, graph.Types);
        }

        private bool IsCandidate(Node node)
            => node.FusedInto is null && !_heads.Contains(node.Name) && ElementwiseGroup.TryRead(new NodeGroup([node]), types) is { } group && new ElementwiseBody(group).IsComplete;

        /// <summary>Whether an input of a node is read element by element.</summary>
        private static bool IsElementOf(Node node, string input)
            => ((ElementwiseOperator)OperatorTable.Find(node.Operator)!).ElementInputs(node).Any(i => node.Inputs[i] == input);

        private bool Match(Node producer, Node consumer, ImmutableSortedSet<int> union)
            => types.Lengths(producer.Outputs[0]).SequenceEqual(types.Lengths(consumer.Outputs[0]))
                && (IsQuantising(producer) || IsQuantising(consumer) || MatchVectors(producer, consumer) || (union.Count <= MaxNodes && HasVectors([.. union.Select(i => graph.Nodes[i])])));

        private bool MatchVectors(Node producer, Node consumer)
            => HasVectors(producer) == HasVectors(consumer) && (!HasVectors(consumer) || types.ElementType(producer.Outputs[0]) == types.ElementType(consumer.Outputs[0]));

        private static bool IsQuantising(Node node) => node.Operator.Name is "QuantizeLinear" or "DequantizeLinear";

        /// <summary>Quantised values take simple arithmetic into their loop, which has no vectors, but no function that is slow without.</summary>
        private bool Mix(ImmutableSortedSet<int> group)
            => !LookupKernel.Serves(new NodeGroup([.. group.Select(i => graph.Nodes[i])]), types) && group.Any(i => IsQuantising(graph.Nodes[i])) && group.Any(i => !((ElementwiseOperator)OperatorTable.Find(graph.Nodes[i].Operator)!).IsVectorExact(graph.Nodes[i]) && HasVectors(graph.Nodes[i]));

        /// <summary>Whether a DequantizeLinear would turn what vectors of bytes compute into a loop over elements.</summary>
        private bool Spoils(Node node, ImmutableSortedSet<int> before, ImmutableSortedSet<int> union)
            => node.Operator.Name == "DequantizeLinear" && HasByteVectors(before) && !HasByteVectors(union);

        private bool HasByteVectors(ImmutableSortedSet<int> group)
            => new QuantizedElementwiseKernel().TryPlan(new NodeGroup([.. group.Select(i => graph.Nodes[i])]), types) is not null;

        private bool HasVectors(Node node) => HasVectors([node]);

        /// <summary>Whether vectors compute nodes together: a comparison and what chooses by it do so only then.</summary>
        private bool HasVectors(ImmutableArray<Node> nodes) => ElementwiseGroup.TryRead(new NodeGroup(nodes), types) is { } group && new ElementwiseBody(group).VectorType is not null;

        private int Inputs(ImmutableSortedSet<int> group)
        {
            var inner = new HashSet<string>(group.SelectMany(i => graph.Nodes[i].Outputs), StringComparer.Ordinal);
            return group.SelectMany(i => graph.Nodes[i].Inputs).Where(v => v.Length > 0 && !inner.Contains(v) && graph.ConstantOf(v) is not { Length: 1 }).Distinct(StringComparer.Ordinal).Count();
        }

        private static Dictionary<string, int> Producers(Graph graph)
        {
            var producers = new Dictionary<string, int>(StringComparer.Ordinal);
            for (int i = 0; i < graph.Nodes.Length; i++)
                foreach (string output in graph.Nodes[i].Outputs)
                    if (output.Length > 0) producers[output] = i;
            return producers;
        }

        /// <summary>How many nodes read each value; an output of the graph and a subgraph's capture count as readers that no group may swallow.</summary>
        private static Dictionary<string, int> CountReaders(Graph graph)
        {
            var readers = new Dictionary<string, int>(StringComparer.Ordinal);
            foreach (string value in graph.Nodes.SelectMany(n => n.Inputs.Concat(GraphCaptures.Of(n)).Distinct(StringComparer.Ordinal))) readers[value] = readers.TryGetValue(value, out int n) ? n + 1 : 1;
            foreach (Value output in graph.Outputs) readers[output.Name] = int.MaxValue / 2;
            return readers;
        }
    }
}
