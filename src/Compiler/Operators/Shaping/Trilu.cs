using System;
using RedGen.Compiler.Execute;

namespace RedGen.Compiler.Operators.Shaping;

/// <summary>Trilu: the upper or lower triangle of matrices, zero elsewhere.</summary>
internal sealed class Trilu : Operator
{
    /// <inheritdoc/>
    public override OperatorSchema Schema { get; } = new()
    {
        Name = "Trilu",
        Versions = [14],
        Inputs = [new("input", TypeSet.NumericOrBool), new("k", TypeSet.Int64, Arity.Optional)],
        Outputs = [new("output", TypeSet.NumericOrBool)],
        Attributes = [new("upper", AttributeKind.Int)],
    };

    /// <inheritdoc/>
    public override void Infer(InferenceContext context)
    {
        if (context.Rank(0) < 2) throw context.Fail("the input must hold matrices");
        if (context.HasInput(1) && context.Shape(1) is { IsStatic: true, ElementCount: not 1 }) throw context.Fail("k must be one number");
        context.SetOutput(0, context.Type(0), context.Shape(0));
    }

    /// <inheritdoc/>
    public override void Evaluate(EvaluationContext context)
    {
        ReferenceTensor x = context.Input(0);
        ReferenceTensor y = context.NewOutput(0);
        bool upper = context.Attributes.Int("upper", 1) != 0;
        // No diagonal is further away than an int; clamping keeps the sum below from overflowing.
        long k = context.OptionalInput(1) is { } input ? Math.Max(int.MinValue, Math.Min(int.MaxValue, input.Integers![0])) : 0;
        int next = 0;
        foreach (int[] position in Positions.All(y.Lengths))
        {
            long row = position[^2];
            long column = position[^1];
            if (upper ? column >= row + k : column <= row + k) y.CopyElement(next, x, next);
            next++;
        }

        context.SetOutput(0, y);
    }
}
