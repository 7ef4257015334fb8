using System.Globalization;
using RedGen.Compiler.Emit;
using RedGen.Compiler.Execute;
using RedGen.Compiler.Graphs;
using RedGen.Compiler.Operators.Elementwise;

namespace RedGen.Compiler.Operators.Quantised;

/// <summary>
/// QuantizeLinear: saturate(round(x / scale) + zero point). The quotient is rounded to the precision of the division first: that of the
/// scale unless an attribute names another.
/// </summary>
/// <param name="domain">The domain: ai.onnx, or com.microsoft, which had 16- and 4-bit types before it.</param>
internal sealed class QuantizeLinear(string domain = "") : ElementwiseOperator
{
    /// <inheritdoc/>
    public override OperatorSchema Schema { get; } = new()
    {
        Name = "QuantizeLinear",
        Domain = domain,
        Versions = domain.Length > 0 ? [1] : [10, 13, 19, 21, 23, 24, 25],
        Notes = "The quotient is rounded to the precision of the division, then to an integer; NaN gives the low end.",
        Inputs =
        [
            new("x", TypeSet.Float | TypeSet.SignedInteger), new("y_scale", TypeSet.Float | TypeSet.SignedInteger | TypeSet.Narrow),
            new("y_zero_point", TypeSet.Integer | TypeSet.Narrow, Arity.Optional),
        ],
        Outputs = [new("y", TypeSet.Integer | TypeSet.Narrow)],
        Attributes =
        [
            new("axis", AttributeKind.Int, Since: Since(domain, 13)), new("saturate", AttributeKind.Int, Since: Since(domain, 19)),
            new("block_size", AttributeKind.Int, Since: Since(domain, 21)), new("output_dtype", AttributeKind.Int, Since: Since(domain, 21)),
            new("precision", AttributeKind.Int, Since: Since(domain, 23)),
        ],
    };

    /// <inheritdoc/>
    public override int[] OperandLengths(Node node, int input, int[] lengths, int firstRank)
        => input == 0 ? lengths : QuantizedOperands.Lengths(node, lengths, firstRank);

    /// <inheritdoc/>
    public override void Infer(InferenceContext context)
    {
        if (context.Type(0).IsInteger() && context.Type(0) != ElementType.Int32) throw context.WrongType("input 'x' cannot be " + context.Type(0).Name());
        if (context.Type(0) == ElementType.Float64 || context.Type(1) == ElementType.Float64) throw context.WrongType("float64 is not quantised");
        if (!context.Type(1).IsFloat() && context.Type(1) != ElementType.Int32) throw context.WrongType("input 'y_scale' cannot be " + context.Type(1).Name());
        ElementType type = Target(context);
        if (!QuantizedTypes.AreIn(type, context.Node.Operator) || type == ElementType.Int32) throw context.WrongType("nothing is quantised to " + type.Name() + " in opset " + context.Version.ToString(CultureInfo.InvariantCulture));
        if (PrecisionOf(context.Node, context.Type(1)) is not (ElementType.Float32 or ElementType.Float16 or ElementType.BFloat16)) throw context.Unsupported("precision", "it should be float32, float16 or bfloat16");
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
        ElementType precision = PrecisionOf(context.Node, scale.ElementType);
        bool saturates = Conversion.Saturates(context.Node);
        for (int i = 0; i < y.Count; i++)
        {
            int k = layout.IndexOf(i);
            double steps = ElementRounding.Round(precision, ElementRounding.Round(precision, x.Real(i)) / ElementRounding.Round(precision, scale.Real(k)));
            if (y.IsReal) y.Reals![i] = NarrowFloats.Convert(y.ElementType, steps + (zero is null ? 0 : zero.Real(k)), saturates, PowerRounding.Up);
            else y.Integers![i] = Saturation.Of(y.ElementType, steps, zero is null ? 0 : zero.Integers![k]);
        }

        context.SetOutput(0, y);
    }

    /// <inheritdoc/>
    public override string? Scalar(ElementwiseCall call)
    {
        if (QuantizedOperands.IsBlocked(call.Node) || !call.Inputs[0].HasArithmetic()) return null;
        return Expression(call.Node, call.Inputs[0], call.Inputs[1], call.Output, call.Operands[0], QuantizedOperands.Scale(call), QuantizedOperands.ZeroPoint(call));
    }

    /// <summary>The C# of one element; elements, scales and zero points are numbers of C#.</summary>
    public static string Expression(Node node, ElementType from, ElementType scaleType, ElementType to, string x, string scale, string zeroPoint)
    {
        ElementType precision = PrecisionOf(node, scaleType);
        string quotient = precision.IsShortFloat()
            ? $"(float)({precision.CSharpName()})({Narrowed(x, from, precision)} / {Narrowed(scale, scaleType, precision)})"
            : (from == ElementType.Int32 ? "(float)" + x : x) + " / " + (scaleType == ElementType.Int32 ? "(float)" + scale : scale);
        if (to.IsInteger()) return $"Saturate.{Name(to)}({quotient}, {zeroPoint})";
        return zeroPoint == "0" ? NarrowText.Convert(node, to, ArithmeticClass.Single, $"({quotient})")! : NarrowText.Convert(node, to, ArithmeticClass.Double, $"((double)({quotient}) + {zeroPoint})")!;
    }

    private static string Narrowed(string operand, ElementType type, ElementType precision) => type == precision ? operand : $"(float)({precision.CSharpName()}){operand}";

    /// <summary>The runtime's function for a type.</summary>
    public static string Name(ElementType type) => "To" + (type.IsSigned() ? "Int" : "UInt") + CSharpLiteral.Of(type.Bits());

    /// <summary>The type that the division is computed in.</summary>
    private static ElementType PrecisionOf(Node node, ElementType scale)
    {
        long stated = node.Attributes.Int("precision", 0);
        return stated != 0 ? (ElementType)System.Math.Max(-1, System.Math.Min(int.MaxValue, stated))
            : scale is ElementType.Float16 or ElementType.BFloat16 ? scale : ElementType.Float32;
    }

    private static ElementType Target(InferenceContext context)
    {
        long stated = context.Attributes.Int("output_dtype", 0);
        var named = (ElementType)System.Math.Max(-1, System.Math.Min(int.MaxValue, stated));
        if (!context.HasInput(2)) return stated == 0 ? ElementType.UInt8 : named;
        if (stated != 0 && named != context.Type(2)) throw context.Unsupported("output_dtype", "it is not the type of y_zero_point");
        return context.Type(2);
    }

    private static int Since(string domain, int opset) => domain.Length > 0 ? 1 : opset;
}
