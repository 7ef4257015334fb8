using System.Collections.Generic;
using System.Linq;
using RedGen.Compiler.Graphs;
using RedGen.Compiler.Operators;
using RedGen.Compiler.Operators.Elementwise;

namespace RedGen.Compiler.Passes;

/// <summary>The shapes that a file declares for the outputs of a node, directly or for a value that surely has the same shape.</summary>
internal static class DeclaredShapes
{
    /// <summary>How many nodes after a node are searched for one that passes its shape on.</summary>
    private const int Reach = 64;

    /// <summary>Tensors beyond this rank are left to the diagnostic: code for values of run time keeps a number for each axis on the stack.</summary>
    private const int MaxRank = 32;

    /// <summary>The declared lengths of each output of a node; null where one is not declared.</summary>
    /// <param name="graph">The graph, with the types that the file declares.</param>
    /// <param name="position">The node's place in the graph.</param>
    /// <param name="known">The types inferred so far.</param>
    public static int[][]? Of(Graph graph, int position, IReadOnlyDictionary<string, ValueType> known)
    {
        Node node = graph.Nodes[position];
        int[]?[] shapes = [.. node.Outputs.Select(o => o.Length == 0 ? null : Lengths(graph.TensorTypeOf(o)))];
        if (shapes is [null] && node.HasOutput(0)) shapes[0] = FromReaders(graph, position, node.Outputs[0], known);
        return shapes.Any(s => s is null) ? null : [.. shapes.Select(s => s!)];
    }

    /// <summary>The declared lengths of one value that a node computes; null where they are not declared.</summary>
    public static int[]? Of(Graph graph, int position, string value, IReadOnlyDictionary<string, ValueType> known)
        => Lengths(graph.TensorTypeOf(value)) ?? FromReaders(graph, position, value, known);

    private static int[]? Lengths(TensorType? type)
        => type is { Shape: { IsStatic: true, Rank: <= MaxRank } shape } && shape.Dimensions.All(d => d.Value <= int.MaxValue) ? shape.ToArray() : null;

    /// <summary>
    /// Elementwise operators whose other operands are single elements pass a shape on. Functions that are written out leave such chains,
    /// and only their last value is declared.
    /// </summary>
    private static int[]? FromReaders(Graph graph, int position, string value, IReadOnlyDictionary<string, ValueType> known)
    {
        var same = new HashSet<string>(System.StringComparer.Ordinal) { value };
        for (int i = position + 1; i < System.Math.Min(graph.Nodes.Length, position + 1 + Reach); i++)
        {
            Node node = graph.Nodes[i];
            if (!PassesShape(node, same, known)) continue;
            if (Lengths(graph.TensorTypeOf(node.Outputs[0])) is { } lengths) return lengths;
            same.Add(node.Outputs[0]);
        }

        return null;
    }

    /// <summary>Whether the node's output has the shape of one of its operands, which is among the given values.</summary>
    private static bool PassesShape(Node node, HashSet<string> same, IReadOnlyDictionary<string, ValueType> known)
    {
        if (!node.HasInput(0) || !node.HasOutput(0) || OperatorTable.Find(node.Operator) is null || node.BroadcastsAlongAxis()) return false;
        if (node.IsAny(["Identity", "Cast", "CastLike", "Clip"])) return same.Contains(node.Inputs[0]);
        return node.Operator.Domain.Length == 0 && ElementwiseTable.Names.Contains(node.Operator.Name) && node.Outputs.Length == 1 && node.Inputs.Any(same.Contains)
            && node.Inputs.All(i => same.Contains(i) || (known.TryGetValue(i, out ValueType? type) && type is TensorType { Shape: { IsStatic: true, ElementCount: 1 } }));
    }
}
