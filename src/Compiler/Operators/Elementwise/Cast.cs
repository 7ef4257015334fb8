using System.Collections.Immutable;
using RedGen.Compiler.Execute;
using RedGen.Compiler.Graphs;

namespace RedGen.Compiler.Operators.Elementwise;

/// <summary>
/// Conversions of element types. Floats to integers are truncated; what is out of the range of 64 bits becomes its nearest end, narrower
/// integers take the low bits, NaN gives 0. Integers to narrower ones take the low bits. Numbers other than 0 (NaN too) are true.
/// </summary>
internal abstract class Conversion : ElementwiseOperator
{
    /// <summary>The types that are converted: those that generated code or folding can hold.</summary>
    protected const TypeSet Types = TypeSet.NumericOrBool;

    /// <inheritdoc/>
    public override ImmutableArray<int> ElementInputs(Node node) => [0];

    /// <inheritdoc/>
    public override void Evaluate(EvaluationContext context)
    {
        ReferenceTensor x = context.Input(0);
        ReferenceTensor y = context.NewOutput(0);
        for (int i = 0; i < y.Count; i++)
        {
            if (!y.IsReal) y.Integers![i] = Integer(x, i, y.ElementType);
            else y.Reals![i] = y.ElementType == ElementType.Float32 && !x.IsReal ? SingleOf(x, i) : x.Real(i);
        }

        context.SetOutput(0, y);
    }

    private static long Integer(ReferenceTensor x, int i, ElementType type)
    {
        if (!x.IsReal) return ElementRounding.Wrap(type, x.Integers![i]);
        if (type == ElementType.Bool) return x.Reals![i] != 0 ? 1 : 0;
        return type == ElementType.UInt64 ? unchecked((long)ReferenceMath.ToUInt64(x.Reals![i])) : ElementRounding.Wrap(type, ReferenceMath.ToInt64(x.Reals![i]));
    }

    /// <summary>Rounded once, not by way of double.</summary>
    private static double SingleOf(ReferenceTensor x, int i)
        => x.ElementType == ElementType.UInt64 ? (float)unchecked((ulong)x.Integers![i]) : (float)x.Integers![i];

    /// <inheritdoc/>
    public override string? Scalar(ElementwiseCall call)
    {
        if (!call.Inputs[0].HasArithmetic() || !call.Output.HasArithmetic()) return null;
        ArithmeticClass from = call.Inputs[0].Arithmetic();
        ArithmeticClass to = call.Output.Arithmetic();
        string x = call.Operands[0];
        if (call.Inputs[0] == call.Output || from == to) return x;
        if (to == ArithmeticClass.Bool) return x + " != " + RowText.Literal(from, 0.0);
        if (from == ArithmeticClass.Bool) return $"({x} ? {RowText.Literal(to, 1.0)} : {RowText.Literal(to, 0.0)})";
        // Half rounds what is stored, and must do so once.
        if (call.Output == ElementType.Float16) return from == ArithmeticClass.Double ? x : $"(double){x}";
        if (to.IsFloat()) return $"({to.CSharpName()}){x}";
        if (!from.IsFloat()) return $"({to.CSharpName()}){x}";
        if (to == ArithmeticClass.UInt64) return $"ElementConvert.ToUInt64({x})";
        return to == ArithmeticClass.Int64 ? $"ElementConvert.ToInt64({x})" : $"({to.CSharpName()})ElementConvert.ToInt64({x})";
    }
}

/// <summary>Cast: to the type that an attribute names.</summary>
internal sealed class Cast : Conversion
{
    /// <inheritdoc/>
    public override OperatorSchema Schema { get; } = new()
    {
        Name = "Cast",
        Versions = [1, 6, 9, 13, 19, 21, 23, 24, 25],
        Inputs = [new("input", Types)],
        Outputs = [new("output", Types)],
        // Saturation, and how it rounds, is about floats of 8 bits only. Before opset 6 the type was a word.
        Attributes = [new("to", AttributeKind.String, Until: 5, Required: true), new("to", AttributeKind.Int, Since: 6, Required: true), new("saturate", AttributeKind.Int), new("round_mode", AttributeKind.String)],
    };

    /// <inheritdoc/>
    public override void Infer(InferenceContext context)
    {
        ElementType type = context.Version < 6 ? TypeNamed(context.Attributes.String("to", "")) : (ElementType)System.Math.Max(-1, System.Math.Min(int.MaxValue, context.Attributes.Int("to", 0)));
        if (!ElementTypes.IsDefined(type)) throw context.Unsupported("to", "it names no element type");
        if (!Types.Contains(type)) throw context.WrongType("a conversion to " + type.Name() + " is not supported yet");
        context.SetOutput(0, type, context.Shape(0));
    }

    private static ElementType TypeNamed(string name) => name.ToUpperInvariant() switch
    {
        "FLOAT" => ElementType.Float32,
        "DOUBLE" => ElementType.Float64,
        "FLOAT16" => ElementType.Float16,
        "BOOL" => ElementType.Bool,
        "INT8" => ElementType.Int8,
        "INT16" => ElementType.Int16,
        "INT32" => ElementType.Int32,
        "INT64" => ElementType.Int64,
        "UINT8" => ElementType.UInt8,
        "UINT16" => ElementType.UInt16,
        "UINT32" => ElementType.UInt32,
        "UINT64" => ElementType.UInt64,
        _ => ElementType.Undefined,
    };
}

/// <summary>CastLike: to the type of the second input, whose elements do not matter.</summary>
internal sealed class CastLike : Conversion
{
    /// <inheritdoc/>
    public override OperatorSchema Schema { get; } = new()
    {
        Name = "CastLike",
        Versions = [15, 19, 21, 23, 24, 25],
        Inputs = [new("input", Types), new("target_type", Types)],
        Outputs = [new("output", Types)],
        Attributes = [new("saturate", AttributeKind.Int), new("round_mode", AttributeKind.String)],
    };

    /// <inheritdoc/>
    public override void Infer(InferenceContext context) => context.SetOutput(0, context.Type(1), context.Shape(0));
}
