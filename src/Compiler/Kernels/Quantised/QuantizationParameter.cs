using System.Collections.Generic;
using System.Globalization;
using RedGen.Compiler.Emit;
using RedGen.Compiler.Execute;
using RedGen.Compiler.Graphs;
using RedGen.Compiler.Operators.Elementwise;

namespace RedGen.Compiler.Kernels.Quantised;

/// <summary>A scale or zero point of a step: a number that is known, or an input that is read at run time.</summary>
internal sealed class QuantizationParameter
{
    private readonly ReferenceTensor? _constant;
    private readonly ElementType _type;
    private readonly int _input;

    private QuantizationParameter(ReferenceTensor? constant, ElementType type, int input, int[] lengths)
    {
        _constant = constant;
        _type = type;
        _input = input;
        Lengths = lengths;
    }

    /// <summary>Its shape; empty where it is left out.</summary>
    public int[] Lengths { get; }

    /// <summary>The numbers, where they are known.</summary>
    public ReferenceTensor? Constant => _constant;

    /// <summary>The one number that is known, or null.</summary>
    public double? Number => _constant is { Count: 1 } ? _constant.Real(0) : null;

    /// <summary>Whether <see cref="At"/> uses the index.</summary>
    public bool UsesIndex => Number is null && Lengths.Length > 0;

    /// <summary>Reads an input of a node. One that is not a single known number becomes an input of the step.</summary>
    public static QuantizationParameter Read(Node node, int index, List<string> inputs, KernelContext context)
    {
        if (!node.HasInput(index)) return new QuantizationParameter(new ReferenceTensor(ElementType.Int64, [], [0L]), ElementType.Int64, -1, []);
        string value = node.Inputs[index];
        ReferenceTensor? constant = context.Constant(value) is { } tensor && ElementCodec.Supports(tensor.ElementType) ? ReferenceTensor.FromTensor(tensor) : null;
        int at = -1;
        if (constant is not { Count: 1 })
        {
            at = inputs.Count;
            inputs.Add(value);
        }

        return new QuantizationParameter(constant, context.ElementType(value), at, context.Lengths(value));
    }

    /// <summary>The C# of an element.</summary>
    public string At(StepWriter writer, string index)
    {
        if (Number is { } number) return _type.IsFloat() ? Parenthesised(CSharpLiteral.Of((float)number)) : Parenthesised(((long)number).ToString(CultureInfo.InvariantCulture));
        string element = writer.Input(_input) + "[" + (Lengths.Length == 0 ? "0" : index) + "]";
        return _type.IsShortFloat() ? "(float)" + element : NarrowText.Load(_type, element);
    }

    /// <summary>An element less this.</summary>
    public static string Less(string element, string zeroPoint)
        => zeroPoint == "0" ? element : zeroPoint.StartsWith("(-", System.StringComparison.Ordinal) ? $"({element} + {zeroPoint.Trim('(', ')').Substring(1)})" : $"({element} - {zeroPoint})";

    private static string Parenthesised(string literal) => literal[0] == '-' ? "(" + literal + ")" : literal;
}
