using System;
using System.Collections.Generic;
using System.Collections.Immutable;
using System.Linq;
using RedGen.Compiler.Execute;
using RedGen.Compiler.Graphs;
using RedGen.Compiler.Operators;

namespace RedGen.Compiler.Passes;

/// <summary>What passes ask of nodes and values when they look for patterns, and the nodes that they write.</summary>
internal static class PatternExtensions
{
    /// <summary>
    /// The opset version of nodes that passes write. A node carries its own version, so that it need not be the model's:
    /// what a pass writes means the same whatever the file was written for.
    /// </summary>
    private const int WrittenVersion = 14;

    /// <summary>An operator of ai.onnx for a node that a pass writes.</summary>
    public static OperatorId Written(string name) => new("", name, WrittenVersion);

    /// <summary>Whether the node is of that operator of ai.onnx.</summary>
    public static bool Is(this Node node, string name) => node.Operator.Domain.Length == 0 && node.Operator.Name == name;

    /// <summary>Whether the node is of one of the operators of ai.onnx.</summary>
    public static bool IsAny(this Node node, ImmutableHashSet<string> names) => node.Operator.Domain.Length == 0 && names.Contains(node.Operator.Name);

    /// <summary>Whether an old node aligns its second input with an axis of the first: before opset 7 operands did not broadcast as in numpy.</summary>
    public static bool BroadcastsAlongAxis(this Node node) => node.Operator.Version < 7 && (node.Attributes.Has("broadcast") || node.Attributes.Has("axis"));

    /// <summary>The lengths of a tensor whose shape is known, or null.</summary>
    public static int[]? Lengths(this GraphBuilder builder, string value)
        => builder.TensorTypeOf(value) is { IsStatic: true, Shape: { } shape } && shape.Dimensions.All(d => d.Value <= int.MaxValue) ? shape.ToArray() : null;

    /// <summary>Whether two values are known to have one type and shape.</summary>
    public static bool HaveSameType(this GraphBuilder builder, string a, string b)
        => builder.TensorTypeOf(a) is { IsStatic: true } type && type == builder.TensorTypeOf(b);

    /// <summary>
    /// Whether the node checks at run time that its parameters give the shape that the file declares: it must stay even where it
    /// changes nothing.
    /// </summary>
    public static bool IsCheckedAtRunTime(this GraphBuilder builder, Node node)
        => OperatorTable.Find(node.Operator) is { AcceptsDeclaredShapes: true } && node.Inputs.Skip(1).Any(i => i.Length > 0 && builder.ConstantOf(i) is null);

    /// <summary>The elements of a float constant, or null where the value is none.</summary>
    public static ReferenceTensor? Reals(this GraphBuilder builder, string value)
        => value.Length > 0 && builder.ConstantOf(value) is { } tensor && tensor.ElementType.IsFloat() && ElementCodec.Supports(tensor.ElementType)
            ? ReferenceTensor.FromTensor(tensor) : null;

    /// <summary>The elements of an integer constant, or null where the value is none.</summary>
    public static long[]? Integers(this GraphBuilder builder, string value)
        => value.Length > 0 && builder.ConstantOf(value) is { } tensor && tensor.ElementType.IsInteger() ? ReferenceTensor.FromTensor(tensor).Integers : null;

    /// <summary>Lets what reads the node's output read another value instead, and removes the node unless an output of the graph needs it.</summary>
    /// <returns>Whether the graph changed.</returns>
    public static bool Bypass(this GraphBuilder builder, Node node, string value)
    {
        string output = node.Outputs[0];
        bool read = !builder.Consumers(output).IsEmpty;
        if (!builder.ReplaceUses(output, value)) return read;
        builder.Remove(node);
        return true;
    }

    /// <summary>The permutation of a Transpose, the default one written out.</summary>
    public static int[] Permutation(this Node transpose, int rank)
        => transpose.Attributes.Ints("perm") is { } perm ? [.. perm.Select(p => (int)(p < 0 ? p + rank : p))] : [.. Enumerable.Range(0, rank).Reverse()];

    /// <summary>A Transpose.</summary>
    public static Node Transpose(string name, string input, string output, int[] permutation) => new()
    {
        Name = name,
        Operator = Written("Transpose"),
        Inputs = [input],
        Outputs = [output],
        Attributes = NodeAttributes.Empty.With("perm", [.. permutation.Select(p => (long)p)]),
    };

    /// <summary>A Reshape to a constant shape.</summary>
    public static Node Reshape(this GraphBuilder builder, string name, string input, string output, int[] lengths)
    {
        string shape = builder.AddInitializer(output + "_shape", Tensor.Of([.. lengths.Select(l => (long)l)], lengths.Length));
        return new Node
        {
            Name = name,
            Operator = Written("Reshape"),
            Inputs = [input, shape],
            Outputs = [output],
            // Without it a 0 in the shape means "as in the input".
            Attributes = lengths.Contains(0) ? NodeAttributes.Empty.With("allowzero", 1) : NodeAttributes.Empty,
        };
    }

    /// <summary>The permutation that undoes another.</summary>
    public static int[] Inverse(int[] permutation)
    {
        var inverse = new int[permutation.Length];
        for (int i = 0; i < permutation.Length; i++) inverse[permutation[i]] = i;
        return inverse;
    }

    /// <summary>A constant with its axes permuted.</summary>
    public static ReferenceTensor Permuted(ReferenceTensor tensor, int[] permutation)
    {
        int[] strides = new int[tensor.Rank];
        for (int axis = tensor.Rank - 1, stride = 1; axis >= 0; axis--)
        {
            strides[axis] = stride;
            stride *= tensor.Lengths[axis];
        }

        var result = new ReferenceTensor(tensor.ElementType, [.. permutation.Select(p => tensor.Lengths[p])]);
        for (int i = 0; i < result.Count; i++)
        {
            int source = 0;
            for (int axis = result.Rank - 1, rest = i; axis >= 0; axis--)
            {
                source += rest % result.Lengths[axis] * strides[permutation[axis]];
                rest /= result.Lengths[axis];
            }

            result.CopyElement(i, tensor, source);
        }

        return result;
    }

    /// <summary>The attribute <c>pads</c> of a convolution or pooling, or null where only the output's shape says them.</summary>
    public static long[]? Pads(this Node node, int spatialRank) => node.Attributes.String("auto_pad", "NOTSET") switch
    {
        "NOTSET" or "" => node.Attributes.Ints("pads") is { } pads && pads.Length == 2 * spatialRank ? [.. pads] : node.Attributes.Has("pads") ? null : new long[2 * spatialRank],
        "VALID" => new long[2 * spatialRank],
        _ => null,
    };

    /// <summary>The graph with nodes marked to be computed with others, by the nodes' names.</summary>
    public static Graph Marked(this Graph graph, IReadOnlyDictionary<string, string> heads) => new(
        graph.Name, graph.Inputs, graph.Outputs,
        [.. graph.Nodes.Select(n => heads.TryGetValue(n.Name, out string? head) && head != n.Name ? n with { FusedInto = head } : n)],
        graph.Initializers, graph.Types);

    /// <summary>Whether both numbers have one bit pattern's meaning: unlike ==, the zeros differ.</summary>
    public static bool IsExactly(this double a, double b) => BitConverter.DoubleToInt64Bits(a) == BitConverter.DoubleToInt64Bits(b);
}
