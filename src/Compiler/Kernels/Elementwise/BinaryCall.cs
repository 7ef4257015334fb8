using System;
using System.Collections.Generic;
using System.Collections.Immutable;
using System.Linq;
using RedGen.Compiler.Emit;
using RedGen.Compiler.Graphs;

namespace RedGen.Compiler.Kernels.Elementwise;

/// <summary>
/// The commonest elementwise groups of floats as calls of what RedGen.Runtime has compiled ahead of time: an operator of two tensors, the second of
/// which may be a row that repeats, and a tensor times a row plus a row.
/// </summary>
/// <param name="Function">The function.</param>
/// <param name="Operands">By argument, the place among the step's inputs.</param>
/// <param name="Sizes">The arguments behind the output, with the comma before them.</param>
internal sealed record BinaryCall(string Function, ImmutableArray<int> Operands, string Sizes)
{
    private static readonly Dictionary<string, string> Functions = new(StringComparer.Ordinal)
    {
        ["Add"] = "Binary.Add",
        ["Sub"] = "Binary.Subtract",
        ["Mul"] = "Binary.Multiply",
        ["Div"] = "Binary.Divide",
    };

    /// <summary>The call for a group; null where it is none of them.</summary>
    /// <param name="read">Its nodes and operands.</param>
    /// <param name="nest">The loops over its output.</param>
    /// <param name="inputs">The values that the step reads.</param>
    public static BinaryCall? TryOf(ElementwiseGroup read, BroadcastLoops nest, ImmutableArray<string> inputs)
    {
        if (read.Nodes.Any(static n => n.Output != ElementType.Float32) || read.Operands.Any(static o => o.Type != ElementType.Float32)) return null;
        ImmutableArray<int> places = [.. read.Operands.Select(o => inputs.IndexOf(o.Value))];
        return read.Nodes.Length == 1 ? Single(read, nest, places) : read.Nodes.Length == 2 ? ScaleAndShift(read, nest, places) : null;
    }

    /// <summary>The statement.</summary>
    public string Text(StepWriter writer) => $"{Function}({string.Join(", ", Operands.Select(writer.Input))}, {writer.Output(0)}{Sizes});";

    private static BinaryCall? Single(ElementwiseGroup read, BroadcastLoops nest, ImmutableArray<int> places)
    {
        ElementwiseNode node = read.Nodes[0];
        if (!Functions.TryGetValue(node.Node.Operator.QualifiedName, out string? function) || Outer(node, 0) is not { } a || Outer(node, 1) is not { } b) return null;
        if (IsWhole(nest, a) && (IsWhole(nest, b) || IsRow(nest, b))) return new BinaryCall(function, [places[a], places[b]], "");
        return node.Node.Operator.QualifiedName is "Add" or "Mul" && IsRow(nest, a) && IsWhole(nest, b) ? new BinaryCall(function, [places[b], places[a]], "") : null;
    }

    private static BinaryCall? ScaleAndShift(ElementwiseGroup read, BroadcastLoops nest, ImmutableArray<int> places)
    {
        (ElementwiseNode product, ElementwiseNode sum) = (read.Nodes[0], read.Nodes[1]);
        if (product.Node.Operator.QualifiedName != "Mul" || sum.Node.Operator.QualifiedName != "Add" || Outer(product, 0) is not { } first || Outer(product, 1) is not { } second) return null;
        if ((sum.Sources[0] is Source.Inner ? Outer(sum, 1) : sum.Sources[1] is Source.Inner ? Outer(sum, 0) : null) is not { } shift) return null;
        (int x, int scale) = IsWhole(nest, first) ? (first, second) : (second, first);
        if (!IsWhole(nest, x) || !IsRow(nest, scale) || !IsRow(nest, shift)) return null;
        string sizes = FormattableString.Invariant($", outer: {nest.Loops[0].Length}, channels: {nest.Inner.Length}, inner: 1, default(Identity)");
        return new BinaryCall("ChannelScale.Run", [places[x], places[scale], places[shift]], sizes);
    }

    /// <summary>Whether an operand has an element for each of the output.</summary>
    private static bool IsWhole(BroadcastLoops nest, int operand)
        => nest.Inner.Strides[operand] == 1 && (nest.Loops.Length == 1 || (nest.Loops.Length == 2 && nest.Loops[0].Strides[operand] == nest.Inner.Length));

    /// <summary>Whether an operand is one row that repeats.</summary>
    private static bool IsRow(BroadcastLoops nest, int operand)
        => nest.Loops.Length == 2 && nest.Inner.Strides[operand] == 1 && nest.Loops[0].Strides[operand] == 0;

    private static int? Outer(ElementwiseNode node, int input) => node.Sources.Length == 2 && node.Sources[input] is Source.Outer outer ? outer.Index : null;
}
