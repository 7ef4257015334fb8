using System.Collections.Generic;
using System.Linq;
using RedGen.Compiler.Graphs;
using RedGen.Compiler.Operators.Shaping;

namespace RedGen.Compiler.Passes;

/// <summary>A value whose axes have labels.</summary>
/// <param name="Name">The value.</param>
/// <param name="Labels">The label of each axis.</param>
/// <param name="Lengths">The length of each axis.</param>
internal sealed record EinsumTerm(string Name, string Labels, int[] Lengths);

/// <summary>Writes the nodes that an Einsum is lowered to.</summary>
internal sealed class EinsumWriter(GraphBuilder builder, Node einsum, ElementType type, Dictionary<char, int> lengths)
{
    private const int LargestTerm = 1 << 28;

    private readonly List<Node> _nodes = [];

    /// <summary>A term without the axes of length 1 that the equation broadcasts.</summary>
    public EinsumTerm DropBroadcast(EinsumTerm term)
    {
        string kept = new([.. term.Labels.Where((l, axis) => term.Lengths[axis] == lengths[l])]);
        return kept.Length == term.Labels.Length ? term : Reshape(term, kept, LengthsOf(kept));
    }

    /// <summary>The product of two terms, summed over the labels that nothing needs any more; null where it is too large.</summary>
    /// <param name="a">The one.</param>
    /// <param name="b">The other.</param>
    /// <param name="later">The labels that are needed.</param>
    /// <param name="output">The order of the equation's output.</param>
    public EinsumTerm? Contract(EinsumTerm a, EinsumTerm b, string later, string output)
    {
        a = Sum(a, later + b.Labels);
        b = Sum(b, later + a.Labels);
        string Ordered(IEnumerable<char> labels) => new([.. labels.OrderBy(l => (uint)output.IndexOf(l))]);
        string shared = new([.. a.Labels.Where(l => b.Labels.IndexOf(l) >= 0)]);
        string batch = Ordered(shared.Where(l => later.IndexOf(l) >= 0));
        string depth = new([.. shared.Where(l => later.IndexOf(l) < 0)]);
        string rows = Ordered(a.Labels.Where(l => shared.IndexOf(l) < 0));
        string columns = Ordered(b.Labels.Where(l => shared.IndexOf(l) < 0));
        // The product comes out in the order of the output, if one of the two orders gives it.
        if (depth.Length > 0 && rows.Length > 0 && columns.Length > 0 && output.IndexOf(columns[0]) >= 0 && (uint)output.IndexOf(columns[0]) < (uint)output.IndexOf(rows[0]))
            (a, b, rows, columns) = (b, a, columns, rows);
        string labels = batch + rows + columns;
        if (Positions.Product(LengthsOf(labels)) > LargestTerm) return null;
        EinsumTerm left = Transpose(a, batch + rows + depth);
        EinsumTerm right = Transpose(b, batch + depth + columns);
        if (depth.Length == 0)
        {
            left = Reshape(left, labels, [.. LengthsOf(batch + rows), .. columns.Select(_ => 1)]);
            right = Reshape(right, labels, [.. LengthsOf(batch), .. rows.Select(_ => 1), .. LengthsOf(columns)]);
            return Add(new Node { Name = "", Operator = PatternExtensions.Written("Mul"), Inputs = [left.Name, right.Name], Outputs = [] }, labels, LengthsOf(labels));
        }

        int[] batches = LengthsOf(batch);
        left = Reshape(left, "", [.. batches, Product(rows), Product(depth)]);
        right = Reshape(right, "", [.. batches, Product(depth), Product(columns)]);
        EinsumTerm product = Add(
            new Node { Name = "", Operator = PatternExtensions.Written("MatMul"), Inputs = [left.Name, right.Name], Outputs = [] }, "", [.. batches, Product(rows), Product(columns)]);
        return Reshape(product, labels, LengthsOf(labels));
    }

    /// <summary>Sums a term over the labels that nothing needs any more.</summary>
    public EinsumTerm Sum(EinsumTerm term, string needed)
    {
        string kept = new([.. term.Labels.Where(l => needed.IndexOf(l) >= 0)]);
        if (kept.Length == term.Labels.Length) return term;
        long[] axes = [.. term.Labels.Select((l, axis) => (l, axis)).Where(t => needed.IndexOf(t.l) < 0).Select(t => (long)t.axis)];
        string parameter = builder.AddInitializer(einsum.Name + "_axes", Tensor.Of(axes, axes.Length));
        return Add(
            new Node { Name = "", Operator = PatternExtensions.Written("ReduceSum"), Inputs = [term.Name, parameter], Outputs = [], Attributes = NodeAttributes.Empty.With("keepdims", 0) },
            kept,
            LengthsOf(kept));
    }

    /// <summary>A term with its axes in another order.</summary>
    public EinsumTerm Transpose(EinsumTerm term, string labels)
    {
        if (term.Labels == labels) return term;
        NodeAttributes attributes = NodeAttributes.Empty.With("perm", [.. labels.Select(l => (long)term.Labels.IndexOf(l))]);
        return Add(new Node { Name = "", Operator = PatternExtensions.Written("Transpose"), Inputs = [term.Name], Outputs = [], Attributes = attributes }, labels, LengthsOf(labels));
    }

    /// <summary>The nodes, of which the last defines the output of the Einsum.</summary>
    public Node[] Finish(EinsumTerm result)
    {
        int last = _nodes.FindIndex(n => n.Outputs[0] == result.Name);
        _nodes[last] = _nodes[last] with { Outputs = einsum.Outputs };
        return [.. _nodes];
    }

    private EinsumTerm Reshape(EinsumTerm term, string labels, int[] shape)
    {
        if (term.Lengths.SequenceEqual(shape)) return term with { Labels = labels };
        string parameter = builder.AddInitializer(einsum.Name + "_shape", Tensor.Of([.. shape.Select(d => (long)d)], shape.Length));
        return Add(new Node { Name = "", Operator = PatternExtensions.Written("Reshape"), Inputs = [term.Name, parameter], Outputs = [] }, labels, shape);
    }

    private EinsumTerm Add(Node node, string labels, int[] shape)
    {
        string value = builder.FreshName(einsum.Outputs[0] + "_" + node.Operator.Name);
        builder.SetType(value, new TensorType(type, Shape.Of(shape)));
        _nodes.Add(node with { Name = builder.FreshName(einsum.Name + "_" + node.Operator.Name), Outputs = [value] });
        return new EinsumTerm(value, labels, shape);
    }

    private int[] LengthsOf(string labels) => [.. labels.Select(l => lengths[l])];

    private int Product(string labels) => labels.Aggregate(1, (product, label) => product * lengths[label]);
}
