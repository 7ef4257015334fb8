using System.Globalization;
using RedGen.Compiler.Emit;
using RedGen.Compiler.Graphs;
using RedGen.Compiler.Kernels.Quantised;
using RedGen.Compiler.Operators.Quantised;
using RedGen.Compiler.Operators.Reduction;

namespace RedGen.Compiler.Kernels.Micro.Rows;

/// <summary>What the elements of a pooling are: floats, integers of which the largest is taken, or integers that stand for floats, which are averaged.</summary>
internal sealed class PoolElements
{
    private readonly DequantizedValue? _input;
    private readonly DequantizedValue? _output;

    private PoolElements(ElementType type, ElementType outputType, DequantizedValue? input = null, DequantizedValue? output = null)
        => (Type, OutputType, _input, _output) = (type, outputType, input, output);

    /// <summary>The type of the input.</summary>
    public ElementType Type { get; }

    /// <summary>The type of the output.</summary>
    public ElementType OutputType { get; }

    /// <summary>The C# type that is computed with.</summary>
    public string Sum => IsReal ? "float" : "int";

    /// <summary>Whether that is a float.</summary>
    public bool IsReal => Type == ElementType.Float32 || _input is not null;

    /// <summary>Whether a sum is no element of the output.</summary>
    public bool HasTotals => _input is not null;

    /// <summary>The least number.</summary>
    public string Lowest => IsReal ? "float.NegativeInfinity" : CSharpLiteral.Of((int)IntegerRange.Lowest(Type));

    /// <summary>Elements of a type; null where poolings by rows have none such.</summary>
    public static PoolElements? Of(ElementType type, bool isAverage)
        => type == ElementType.Float32 || (!isAverage && QuantizedTypes.IsByte(type)) ? new PoolElements(type, type) : null;

    /// <summary>Integers between DequantizeLinear and QuantizeLinear.</summary>
    public static PoolElements Of(DequantizedValue input, DequantizedValue output) => new(input.Type, output.Type, input, output);

    /// <summary>An element as a number.</summary>
    public string Load(string element)
        => _input is null ? element : $"{QuantizationParameter.Less(element, _input.Zero < 0 ? "(" + Number(_input.Zero) + ")" : Number(_input.Zero))} * {CSharpLiteral.Of(_input.Scale)}";

    /// <summary>A number as an element.</summary>
    public string Store(string value)
        => _output is not null ? $"Saturate.{QuantizeLinear.Name(OutputType)}(({value}) / {CSharpLiteral.Of(_output.Scale)}, {Number(_output.Zero)})" : IsReal ? value : $"({Type.CSharpName()}){value}";

    private static string Number(int value) => value.ToString(CultureInfo.InvariantCulture);
}
