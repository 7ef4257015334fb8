using System.Collections.Immutable;
using RedGen.Compiler.Graphs;

namespace RedGen.Compiler.Operators.Elementwise;

/// <summary>One use of an elementwise operator in generated code: the node, the types, and what stands for the operands.</summary>
/// <param name="Node">The node.</param>
/// <param name="Inputs">The element types of the node's inputs; Undefined where one is left out.</param>
/// <param name="Output">The element type of the output.</param>
/// <param name="Operands">The C# expressions of the inputs, atomic; empty where one is left out or not read element by element.</param>
/// <param name="Constants">The values of those operands that are literals.</param>
internal sealed record ElementwiseCall(
    Node Node,
    ImmutableArray<ElementType> Inputs,
    ElementType Output,
    ImmutableArray<string> Operands,
    ImmutableArray<double?> Constants)
{
    /// <summary>Whether an operand is given.</summary>
    public bool Has(int index) => index < Operands.Length && Operands[index].Length > 0;

    /// <summary>The value of an operand that is a literal, or null.</summary>
    public double? Constant(int index) => index < Constants.Length ? Constants[index] : null;
}
