using System.Collections.Generic;
using System.Linq;
using RedGen.Compiler.Emit;
using RedGen.Compiler.Graphs;
using RedGen.Compiler.Operators;
using RedGen.Compiler.Operators.Elementwise;

namespace RedGen.Compiler.Kernels.Elementwise;

/// <summary>The C# of elementwise nodes, for this family's kernel and for the epilogues of others.</summary>
internal static class ElementwiseExpressions
{
    /// <summary>
    /// The expression of one element of a node's output, to be stored or assigned to a variable of the output's C# type; null where the node
    /// is not elementwise or its types have no arithmetic.
    /// </summary>
    /// <param name="node">The node.</param>
    /// <param name="operands">By input of the node, the C# of its element: a variable, an element of a span or a literal (<see cref="Literal"/>); empty where the input is left out. operands of 16-bit floats are floats.</param>
    /// <param name="context">The types.</param>
    public static string? Scalar(Node node, IReadOnlyList<string> operands, KernelContext context)
    {
        if (OperatorTable.Find(node.Operator) is not ElementwiseOperator op) return null;
        ElementwiseCall call = Call(node, operands, context);
        return call.Inputs[0].HasArithmetic() && call.Output.HasArithmetic() && op.Scalar(call) is { } text ? Store(call.Output, text) : null;
    }

    /// <summary>The expression of a vector of elements, where inputs and output have one type that vectors serve; null where there is none.</summary>
    /// <param name="node">The node.</param>
    /// <param name="operands">By input, a Vector of its elements.</param>
    /// <param name="context">The types.</param>
    public static string? Vector(Node node, IReadOnlyList<string> operands, KernelContext context)
        => OperatorTable.Find(node.Operator) is ElementwiseOperator op ? op.Vector(Call(node, operands, context)) : null;

    /// <summary>Whether integer arithmetic occurs in a node's expression, which then has to stand in an unchecked context.</summary>
    public static bool NeedsUnchecked(Node node, KernelContext context)
        => node.Inputs.Concat(node.Outputs).Any(v => v.Length > 0 && context.ElementType(v).IsInteger());

    /// <summary>A constant of one element as an operand. Narrow integers keep their type: overloads are ambiguous between int and theirs otherwise.</summary>
    public static string Literal(ElementType type, double real, long integer)
        => type is ElementType.Int8 or ElementType.UInt8 or ElementType.Int16 or ElementType.UInt16 || type.IsNarrow() ? CSharpLiteral.Of(type, real, integer)
        : type.IsFloat() ? RowText.Literal(type.Arithmetic(), real) : RowText.Literal(type.Arithmetic(), integer);

    /// <summary>What brings a computed element to the type in which it is stored.</summary>
    public static string Store(ElementType type, string expression)
        => type.IsShortFloat() || type is ElementType.Int8 or ElementType.UInt8 or ElementType.Int16 or ElementType.UInt16 ? $"({type.CSharpName()})({expression})" : expression;

    /// <summary>An element of a span as an operand.</summary>
    public static string Load(ElementType type, string span, string index) => (type.IsShortFloat() ? "(float)" : "") + span + "[" + index + "]";

    private static ElementwiseCall Call(Node node, IReadOnlyList<string> operands, KernelContext context) => new(
        node,
        [.. node.Inputs.Select(i => i.Length == 0 ? ElementType.Undefined : context.ElementType(i))],
        context.ElementType(node.Outputs[0]),
        [.. operands],
        [.. node.Inputs.Select(i => i.Length > 0 && context.Constant(i) is { Length: 1 } c && c.ElementType.HasArithmetic() ? Execute.ReferenceTensor.FromTensor(c).Real(0) : (double?)null)]);
}
