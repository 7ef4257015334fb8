using RedGen.Compiler.Execute;
using RedGen.Compiler.Graphs;

namespace RedGen.Compiler.Operators.Elementwise;

/// <summary>Clip: min(max(x, min), max); the bounds are attributes before opset 11 and scalar inputs after. NaN stays NaN; where min exceeds max the answer is max.</summary>
internal sealed class Clip : ElementwiseOperator
{
    private const int BoundsAreInputs = 11;

    /// <inheritdoc/>
    public override OperatorSchema Schema { get; } = new()
    {
        Name = "Clip",
        Versions = [1, 6, 11, 12, 13],
        Inputs =
        [
            new("input", TypeSet.Numeric),
            new("min", TypeSet.Numeric, Arity.Optional, Since: BoundsAreInputs), new("max", TypeSet.Numeric, Arity.Optional, Since: BoundsAreInputs),
        ],
        Outputs = [new("output", TypeSet.Numeric)],
        Attributes =
        [
            new("min", AttributeKind.Float, Until: BoundsAreInputs - 1), new("max", AttributeKind.Float, Until: BoundsAreInputs - 1),
            new("consumed_inputs", AttributeKind.Ints, Until: 5),
        ],
    };

    /// <inheritdoc/>
    public override int[] OperandLengths(Node node, int input, int[] lengths, int firstRank) => input == 0 ? lengths : [];

    /// <inheritdoc/>
    public override void Infer(InferenceContext context)
    {
        context.RequireSameType(0, context.InputCount - 1);
        for (int i = 1; i < context.InputCount; i++)
            if (context.HasInput(i) && context.Shape(i) is not { IsStatic: true, ElementCount: 1 }) throw context.Fail("the bounds must be scalars");
        context.SetOutput(0, context.Type(0), context.Shape(0));
    }

    /// <inheritdoc/>
    public override void Evaluate(EvaluationContext context)
    {
        ReferenceTensor x = context.Input(0);
        ReferenceTensor y = context.NewOutput(0);
        (double? low, double? high) = AttributeBounds(context.Node);
        ReferenceTensor? min = context.OptionalInput(1);
        ReferenceTensor? max = context.OptionalInput(2);
        for (int i = 0; i < y.Count; i++)
        {
            if (y.IsReal)
            {
                double value = x.Reals![i];
                if ((min?.Reals![0] ?? low) is { } l && (value < l || double.IsNaN(l))) value = l;
                if ((max?.Reals![0] ?? high) is { } h && (value > h || double.IsNaN(h))) value = h;
                y.Reals![i] = double.IsNaN(x.Reals![i]) ? double.NaN : value;
            }
            else
            {
                long value = x.Integers![i];
                if (min is not null && Compare(y.ElementType, value, min.Integers![0]) < 0) value = min.Integers![0];
                if (max is not null && Compare(y.ElementType, value, max.Integers![0]) > 0) value = max.Integers![0];
                y.Integers![i] = value;
            }
        }

        context.SetOutput(0, y);
    }

    private static int Compare(ElementType type, long a, long b)
        => type == ElementType.UInt64 ? unchecked((ulong)a).CompareTo(unchecked((ulong)b)) : a.CompareTo(b);

    private static (double? Min, double? Max) AttributeBounds(Node node) => node.Operator.Version >= BoundsAreInputs ? (null, null)
        : (node.Attributes.Has("min") ? node.Attributes.Float("min", 0) : null, node.Attributes.Has("max") ? node.Attributes.Float("max", 0) : null);

    /// <inheritdoc/>
    public override string? Scalar(ElementwiseCall call)
    {
        if (!call.Inputs[0].HasArithmetic()) return null;
        ArithmeticClass arithmetic = call.Inputs[0].Arithmetic();
        if (!arithmetic.IsFloat() && call.Node.Operator.Version < BoundsAreInputs) return null;
        string mathematics = arithmetic == ArithmeticClass.Single ? "MathF" : "Math";
        (string? min, string? max) = Bounds(call, v => RowText.Literal(arithmetic, v));
        string text = call.Operands[0];
        if (min is not null) text = $"{mathematics}.Max({text}, {min})";
        return max is not null ? $"{mathematics}.Min({text}, {max})" : text;
    }

    /// <inheritdoc/>
    public override string? Vector(ElementwiseCall call)
    {
        if (call.Inputs[0] is not (ElementType.Float32 or ElementType.Float64 or ElementType.Int32)) return null;
        if (call.Inputs[0] == ElementType.Int32 && call.Node.Operator.Version < BoundsAreInputs) return null;
        string type = "Vector<" + call.Inputs[0].CSharpName() + ">";
        (string? min, string? max) = Bounds(call, v => v == 0 ? type + ".Zero" : "new " + type + "(" + RowText.Literal(call.Inputs[0].Arithmetic(), v).Trim('(', ')') + ")");
        string text = call.Operands[0];
        if (min is not null) text = $"VectorMath.Max({text}, {min})";
        return max is not null ? $"VectorMath.Min({text}, {max})" : text;
    }

    private static (string? Min, string? Max) Bounds(ElementwiseCall call, System.Func<double, string> literal)
    {
        (double? min, double? max) = AttributeBounds(call.Node);
        return (call.Has(1) ? call.Operands[1] : min is { } l ? literal(l) : null, call.Has(2) ? call.Operands[2] : max is { } h ? literal(h) : null);
    }
}
