using System.Globalization;
using RedGen.Compiler.Execute;
using RedGen.Compiler.Graphs;
using RedGen.Compiler.Operators.Elementwise;

namespace RedGen.Compiler.Operators.Quantised;

/// <summary>DequantizeLinear: (x − zero point) × scale.</summary>
/// <param name="domain">The domain: ai.onnx, or com.microsoft, which had 16- and 4-bit types before it.</param>
internal sealed class DequantizeLinear(string domain = "") : ElementwiseOperator
{
    /// <inheritdoc/>
    public override OperatorSchema Schema { get; } = new()
    {
        Name = "DequantizeLinear",
        Domain = domain,
        Versions = domain.Length > 0 ? [1] : [10, 13, 19, 21, 23, 24, 25],
        Notes = "Constants stay integers; between DequantizeLinear and QuantizeLinear, layers are computed on integers (docs/decisions/0009).",
        Inputs =
        [
            new("x", TypeSet.Integer | TypeSet.Narrow), new("x_scale", TypeSet.Float | TypeSet.Narrow),
            new("x_zero_point", TypeSet.Integer | TypeSet.Narrow, Arity.Optional),
        ],
        Outputs = [new("y", TypeSet.Float)],
        Attributes =
        [
            new("axis", AttributeKind.Int, Since: domain.Length > 0 ? 1 : 13), new("block_size", AttributeKind.Int, Since: domain.Length > 0 ? 1 : 21),
            new("output_dtype", AttributeKind.Int, Since: 23),
        ],
    };

    /// <summary>Integers are a quarter of the floats that they stand for.</summary>
    public override bool KeepsConstants => true;

    /// <inheritdoc/>
    public override int[] OperandLengths(Node node, int input, int[] lengths, int firstRank)
        => input == 0 ? lengths : QuantizedOperands.Lengths(node, lengths, firstRank);

    /// <inheritdoc/>
    public override void Infer(InferenceContext context)
    {
        ElementType x = context.Type(0);
        if (!QuantizedTypes.AreIn(x, context.Node.Operator)) throw context.WrongType(x.Name() + " is not dequantised in opset " + context.Version.ToString(CultureInfo.InvariantCulture));
        if (context.HasInput(2) && context.Type(2) != x) throw context.WrongType("x and x_zero_point must have one element type");
        if (!context.Type(1).IsFloat() || context.Type(1) == ElementType.Float64) throw context.WrongType("input 'x_scale' cannot be " + context.Type(1).Name());
        long stated = context.Attributes.Int("output_dtype", 0);
        ElementType type = stated == 0 ? context.Type(1) : (ElementType)System.Math.Max(-1, System.Math.Min(int.MaxValue, stated));
        if (type is not (ElementType.Float32 or ElementType.Float16 or ElementType.BFloat16)) throw context.Unsupported("output_dtype", "the output should be float32, float16 or bfloat16");
        Quantization.Read(context);
        context.SetOutput(0, type, context.Shape(0));
    }

    /// <inheritdoc/>
    public override void Evaluate(EvaluationContext context)
    {
        ReferenceTensor x = context.Input(0);
        ReferenceTensor scale = context.Input(1);
        ReferenceTensor? zero = context.OptionalInput(2);
        ReferenceTensor y = context.NewOutput(0);
        Quantization layout = Quantization.Read(context.Parameters);
        for (int i = 0; i < y.Count; i++)
        {
            int k = layout.IndexOf(i);
            y.Reals![i] = (x.Real(i) - (zero is null ? 0 : zero.Real(k))) * scale.Real(k);
        }

        context.SetOutput(0, y);
    }

    /// <inheritdoc/>
    public override string? Scalar(ElementwiseCall call)
    {
        if (QuantizedOperands.IsBlocked(call.Node)) return null;
        return Expression(call.Inputs[0], call.Output, NarrowText.Load(call.Inputs[0], call.Operands[0]), QuantizedOperands.Scale(call), QuantizedOperands.ZeroPoint(call));
    }

    /// <summary>The C# of one element; elements, scales and zero points are numbers of C#.</summary>
    public static string Expression(ElementType from, ElementType to, string x, string scale, string zeroPoint)
    {
        if (to != ElementType.Float32) return $"{Difference(x, zeroPoint, from)} * (double){scale}";
        // An int32 is beyond a float's precision: the product is rounded once.
        return from == ElementType.Int32 ? $"(float)({Difference(x, zeroPoint, from)} * (double){scale})" : $"{Difference(x, zeroPoint, from)} * {scale}";
    }

    private static string Difference(string x, string zeroPoint, ElementType type)
        => zeroPoint == "0" ? x : zeroPoint[0] == '-' ? $"({x} + {zeroPoint.Substring(1)})" : type == ElementType.Int32 ? $"((long){x} - {zeroPoint})" : $"({x} - {zeroPoint})";
}
