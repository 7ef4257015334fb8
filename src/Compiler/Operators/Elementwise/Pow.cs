using RedGen.Compiler.Execute;
using RedGen.Compiler.Graphs;

namespace RedGen.Compiler.Operators.Elementwise;

/// <summary>Pow: the base raised to an exponent of any number type; the result has the base's type.</summary>
internal sealed class Pow : ElementwiseOperator
{
    /// <inheritdoc/>
    public override OperatorSchema Schema { get; } = new()
    {
        Name = "Pow",
        Versions = [1, 7, 12, 13, 15],
        Inputs = [new("X", TypeSet.Float | TypeSet.Index), new("Y", TypeSet.Numeric)],
        Outputs = [new("Z", TypeSet.Float | TypeSet.Index)],
        Attributes = LegacyBroadcast.Attributes,
    };

    /// <inheritdoc/>
    public override int[] OperandLengths(Node node, int input, int[] lengths, int firstRank)
        => input == 1 ? LegacyBroadcast.Align(node, lengths, firstRank) : lengths;

    /// <inheritdoc/>
    public override void Infer(InferenceContext context)
    {
        LegacyBroadcast.Check(context);
        context.SetOutput(0, context.Type(0), InferBroadcast(context));
    }

    /// <inheritdoc/>
    public override void Evaluate(EvaluationContext context)
    {
        ReferenceTensor x = context.Input(0);
        ReferenceTensor y = context.Input(1);
        ReferenceTensor z = context.NewOutput(0);
        var xs = new BroadcastReader(x, z.Lengths);
        var ys = new BroadcastReader(OperandLengths(context.Node, 1, y.Lengths, x.Rank), z.Lengths);
        for (int i = 0; i < z.Count; i++)
        {
            int xi = xs.IndexOf(i);
            int yi = ys.IndexOf(i);
            if (z.IsReal) z.Reals![i] = System.Math.Pow(x.Reals![xi], y.Real(yi));
            else if (y.IsReal) z.Integers![i] = ReferenceMath.ToInt64(System.Math.Pow(x.Integers![xi], y.Reals![yi]));
            else z.Integers![i] = ReferenceMath.Power(x.Integers![xi], Exponent(y, yi));
        }

        context.SetOutput(0, z);
    }

    /// <summary>Exponents beyond the range of long only matter by their lowest bit.</summary>
    private static long Exponent(ReferenceTensor y, int index)
        => y.ElementType == ElementType.UInt64 && y.Integers![index] < 0 ? y.Integers[index] & long.MaxValue : y.Integers![index];

    /// <inheritdoc/>
    public override string? Scalar(ElementwiseCall call)
    {
        if (!call.Inputs[1].HasArithmetic()) return null;
        ArithmeticClass x = call.Inputs[0].Arithmetic();
        ArithmeticClass y = call.Inputs[1].Arithmetic();
        if (x.IsFloat()) return Product(call, x) ?? FloatPower(call, x, y);
        if (y.IsFloat()) return $"({x.CSharpName()})ElementConvert.ToInt64(Math.Pow({call.Operands[0]}, {call.Operands[1]}))";
        if (Product(call, x) is { } product) return product;
        string exponent = y == ArithmeticClass.UInt64 ? $"(long)({call.Operands[1]} & long.MaxValue)" : call.Operands[1];
        string power = $"ScalarMath.Power({call.Operands[0]}, {exponent})";
        return x == ArithmeticClass.Int64 ? power : $"({x.CSharpName()}){power}";
    }

    /// <inheritdoc/>
    public override string? Vector(ElementwiseCall call)
        => call.Inputs[0] is ElementType.Float32 or ElementType.Float64 && call.Constant(1) is { } ? Product(call, call.Inputs[0].Arithmetic(), vector: true) : null;

    private static string FloatPower(ElementwiseCall call, ArithmeticClass x, ArithmeticClass y)
    {
        if (x == ArithmeticClass.Double) return $"Math.Pow({call.Operands[0]}, {call.Operands[1]})";
        // An exponent of more digits than a float has must not be rounded before.
        return y is ArithmeticClass.Single ? $"MathF.Pow({call.Operands[0]}, {call.Operands[1]})" : $"(float)Math.Pow({call.Operands[0]}, {call.Operands[1]})";
    }

    /// <summary>The powers that exporters write for squares and cubes; the products differ from Math.Pow by rounding at most.</summary>
    private static string? Product(ElementwiseCall call, ArithmeticClass arithmetic, bool vector = false)
    {
        string x = call.Operands[0];
        string one = !vector ? RowText.Literal(arithmetic, 1.0) : "Vector<" + arithmetic.CSharpName() + ">.One";
        return call.Constant(1) switch
        {
            1 => x,
            2 => $"{x} * {x}",
            3 => $"{x} * {x} * {x}",
            -1 when arithmetic.IsFloat() => $"{one} / {x}",
            _ => null,
        };
    }
}
