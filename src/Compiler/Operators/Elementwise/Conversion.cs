using System.Collections.Immutable;
using RedGen.Compiler.Execute;
using RedGen.Compiler.Graphs;

namespace RedGen.Compiler.Operators.Elementwise;

/// <summary>
/// Conversions of element types. Floats to integers are truncated; what is out of the range of 64 bits becomes its nearest end, narrower
/// integers take the low bits, NaN gives 0. Integers to narrower ones take the low bits. Numbers other than 0 (NaN too) are true.
/// Floats of 8 bits saturate unless the node says otherwise.
/// </summary>
internal abstract class Conversion : ElementwiseOperator
{
    /// <summary>The types that are converted: those that generated code or folding can hold.</summary>
    protected const TypeSet Types = TypeSet.NumericOrBool | TypeSet.Narrow;

    /// <summary>Whether what is too large for a float of 8 bits becomes the largest value, and how powers of two are rounded to.</summary>
    protected static ImmutableArray<AttributeSpec> NarrowAttributes { get; } = [new("saturate", AttributeKind.Int, Since: 19), new("round_mode", AttributeKind.String, Since: 24)];

    /// <inheritdoc/>
    public override ImmutableArray<int> ElementInputs(Node node) => [0];

    /// <summary>Whether a node saturates.</summary>
    public static bool Saturates(Node node) => node.Attributes.Int("saturate", 1) != 0;

    /// <summary>How a node rounds to powers of two; null for a word that says nothing.</summary>
    public static PowerRounding? Rounding(Node node) => node.Attributes.String("round_mode", "up") switch
    {
        "up" => PowerRounding.Up,
        "down" => PowerRounding.Down,
        "nearest" => PowerRounding.Nearest,
        _ => null,
    };

    /// <summary>Sets the output's type after checking what both operators have.</summary>
    protected static void InferOutput(InferenceContext context, ElementType type)
    {
        if (Rounding(context.Node) is null) throw context.Unsupported("round_mode", "it should be up, down or nearest");
        context.SetOutput(0, type, context.Shape(0));
    }

    /// <inheritdoc/>
    public override void Evaluate(EvaluationContext context)
    {
        ReferenceTensor x = context.Input(0);
        ReferenceTensor y = context.NewOutput(0);
        bool saturates = Saturates(context.Node);
        for (int i = 0; i < y.Count; i++)
        {
            if (x.ElementType == y.ElementType) y.CopyElement(i, x, i);
            else if (!y.IsReal) y.Integers![i] = Integer(x, i, y.ElementType);
            else if (y.ElementType.IsNarrow()) y.Reals![i] = NarrowFloats.Convert(y.ElementType, x.Real(i), saturates, Rounding(context.Node)!.Value);
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
        if (!CanConvert(call.Inputs[0]) || !CanConvert(call.Output)) return null;
        if (call.Inputs[0] == call.Output) return call.Operands[0];
        ArithmeticClass from = call.Inputs[0].ConversionClass();
        string x = NarrowText.Load(call.Inputs[0], call.Operands[0]);
        return call.Output.IsNarrow() ? NarrowText.Convert(call.Node, call.Output, from, x) : Convert(call.Output, from, x);
    }

    private static string Convert(ElementType output, ArithmeticClass from, string x)
    {
        ArithmeticClass to = output.Arithmetic();
        if (from == to) return x;
        if (to == ArithmeticClass.Bool) return x + " != " + RowText.Literal(from, 0.0);
        if (from == ArithmeticClass.Bool) return $"({x} ? {RowText.Literal(to, 1.0)} : {RowText.Literal(to, 0.0)})";
        // Floats of 16 bits round what is stored, and must do so once.
        if (output.IsShortFloat()) return from == ArithmeticClass.Double ? x : $"(double){x}";
        if (to == ArithmeticClass.Single && from is (ArithmeticClass.Int64 or ArithmeticClass.UInt64)) return $"ElementConvert.ToSingle({x})";
        if (to.IsFloat()) return $"({to.CSharpName()}){x}";
        if (!from.IsFloat()) return $"({to.CSharpName()}){x}";
        string name = from == ArithmeticClass.Single ? "SingleTo" : "To";
        if (to == ArithmeticClass.UInt64) return $"ElementConvert.{name}UInt64({x})";
        return to == ArithmeticClass.Int64 ? $"ElementConvert.{name}Int64({x})" : $"({to.CSharpName()})ElementConvert.{name}Int64({x})";
    }

    private static bool CanConvert(ElementType type) => type.HasArithmetic() || type.IsNarrow();
}
