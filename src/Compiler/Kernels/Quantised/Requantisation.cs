using System.Collections.Generic;
using RedGen.Compiler.Emit;
using RedGen.Compiler.Graphs;
using RedGen.Compiler.Operators.Quantised;

namespace RedGen.Compiler.Kernels.Quantised;

/// <summary>How the sums of a quantised product become elements of its output: scales of both operands and of the result, and its zero point.</summary>
internal sealed record Requantisation(ElementType Output, QuantizationParameter A, QuantizationParameter B, QuantizationParameter Y, QuantizationParameter YZero)
{
    /// <summary>Reads the parameters from the inputs of a node.</summary>
    public static Requantisation Read(Node node, int a, int b, int y, int yZero, List<string> inputs, KernelContext context) => new(
        context.ElementType(node.Outputs[0]),
        QuantizationParameter.Read(node, a, inputs, context),
        QuantizationParameter.Read(node, b, inputs, context),
        QuantizationParameter.Read(node, y, inputs, context),
        QuantizationParameter.Read(node, yZero, inputs, context));

    /// <summary>The C# of an output element.</summary>
    /// <param name="writer">The writer.</param>
    /// <param name="sum">The variable of the sum.</param>
    /// <param name="aIndex">The index of the left operand's parameters.</param>
    /// <param name="bIndex">The index of the right operand's parameters.</param>
    /// <param name="yIndex">The index of the result's parameters.</param>
    public string Of(StepWriter writer, string sum, string aIndex, string bIndex, string yIndex)
    {
        string factor = A.Number is { } a && B.Number is { } b && Y.Number is { } y
            ? CSharpLiteral.Of((float)QuantizedProductTypes.Factor(a, b, y))
            : $"({A.At(writer, aIndex)} * {B.At(writer, bIndex)} / {Y.At(writer, yIndex)})";
        return $"Saturate.{QuantizeLinear.Name(Output)}({sum} * {factor}, {YZero.At(writer, yIndex)})";
    }
}
