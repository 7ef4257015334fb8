using System.Collections.Generic;
using System.Collections.Immutable;
using System.Linq;
using RedGen.Compiler.Execute;
using RedGen.Compiler.Graphs;
using RedGen.Compiler.Kernels.Shaping;
using RedGen.Compiler.Operators;
using RedGen.Compiler.Operators.Elementwise;

namespace RedGen.Compiler.Kernels.Elementwise;

/// <summary>A tensor that a group reads from outside, one element for each of the output.</summary>
/// <param name="Value">The value.</param>
/// <param name="Type">Its element type.</param>
/// <param name="Lengths">Its lengths, aligned from the right with the output's.</param>
internal sealed record OuterOperand(string Value, ElementType Type, ImmutableArray<int> Lengths);

/// <summary>What one input of a node is: an element of an outer operand, the result of an earlier node of the group, or a literal.</summary>
/// <param name="Type">The element type; Undefined for an input that is left out.</param>
internal abstract record Source(ElementType Type)
{
    /// <summary>Left out, or not read element by element.</summary>
    public sealed record Nothing(ElementType Type) : Source(Type);

    /// <summary>An element of an outer operand.</summary>
    public sealed record Outer(int Index, ElementType Type) : Source(Type);

    /// <summary>The result of an earlier node.</summary>
    public sealed record Inner(int Node, ElementType Type) : Source(Type);

    /// <summary>A constant of one element; integers by their bits.</summary>
    public sealed record Literal(double Real, long Integer, ElementType Type) : Source(Type);
}

/// <summary>One node of a group.</summary>
internal sealed record ElementwiseNode(Node Node, ElementwiseOperator Operator, ImmutableArray<Source> Sources, ElementType Output);

/// <summary>The elementwise nodes that one loop computes.</summary>
internal sealed record ElementwiseGroup(ImmutableArray<ElementwiseNode> Nodes, ImmutableArray<OuterOperand> Operands, int[] Lengths)
{
    /// <summary>More operands than this would be too many parameters for one method, and too deep an expression.</summary>
    private const int MaxOperands = 256;

    /// <summary>The number of elements of the output.</summary>
    public int Count => Lengths.Aggregate(1, (a, b) => a * b);

    /// <summary>The element type of the output.</summary>
    public ElementType Output => Nodes[^1].Output;

    /// <summary>Reads a group; null where a node is not elementwise, shapes differ, C# cannot hold a type, a result leaves in between, or a shape is known at run time only.</summary>
    public static ElementwiseGroup? TryRead(NodeGroup group, KernelContext context)
    {
        if (OperatorTable.Find(group.Last.Operator) is not ElementwiseOperator || group.Nodes.Any(context.IsOpen)) return null;
        int[] lengths = context.Lengths(group.Last.Outputs[0]);
        var operands = new List<OuterOperand>();
        var results = new Dictionary<string, int>(System.StringComparer.Ordinal);
        ImmutableArray<ElementwiseNode>.Builder nodes = ImmutableArray.CreateBuilder<ElementwiseNode>();
        foreach (Node node in group.Nodes)
        {
            if (OperatorTable.Find(node.Operator) is not ElementwiseOperator op || node.Outputs.Length != 1 || node.Inputs.Length > MaxOperands) return null;
            ElementType output = context.ElementType(node.Outputs[0]);
            if (!CopyPlan.CanMove(output) || !context.Lengths(node.Outputs[0]).SequenceEqual(lengths)) return null;
            if (ReadSources(node, op, operands, results, context) is not { } sources) return null;
            results[node.Outputs[0]] = nodes.Count;
            nodes.Add(new ElementwiseNode(node, op, sources, output));
        }

        return operands.Count > MaxOperands ? null : new ElementwiseGroup(nodes.ToImmutable(), [.. operands], lengths);
    }

    private static ImmutableArray<Source>? ReadSources(Node node, ElementwiseOperator op, List<OuterOperand> operands, Dictionary<string, int> results, KernelContext context)
    {
        ImmutableArray<int> elements = op.ElementInputs(node);
        int firstRank = context.Lengths(node.Inputs[0]).Length;
        ImmutableArray<Source>.Builder sources = ImmutableArray.CreateBuilder<Source>(node.Inputs.Length);
        for (int i = 0; i < node.Inputs.Length; i++)
        {
            if (!node.HasInput(i))
            {
                sources.Add(new Source.Nothing(ElementType.Undefined));
                continue;
            }

            string value = node.Inputs[i];
            ElementType type = context.ElementType(value);
            if (!elements.Contains(i)) sources.Add(new Source.Nothing(type));
            else if (!CopyPlan.CanMove(type)) return null;
            else if (results.TryGetValue(value, out int inner)) sources.Add(new Source.Inner(inner, type));
            else if (context.Constant(value) is { Length: 1 } constant) sources.Add(LiteralOf(constant));
            else sources.Add(new Source.Outer(IndexOf(new OuterOperand(value, type, [.. op.OperandLengths(node, i, context.Lengths(value), firstRank)]), operands), type));
        }

        return sources.ToImmutable();
    }

    private static Source.Literal LiteralOf(Tensor constant)
    {
        ReferenceTensor tensor = ReferenceTensor.FromTensor(constant);
        return new Source.Literal(tensor.Real(0), tensor.Integers is null ? 0 : tensor.Integers[0], constant.ElementType);
    }

    private static int IndexOf(OuterOperand operand, List<OuterOperand> operands)
    {
        int found = operands.FindIndex(o => o.Value == operand.Value && o.Lengths.SequenceEqual(operand.Lengths));
        if (found >= 0) return found;
        operands.Add(operand);
        return operands.Count - 1;
    }
}
