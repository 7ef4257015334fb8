using RedGen.Compiler.Execute;

namespace RedGen.Compiler.Operators.Attentions;

/// <summary>RotaryEmbedding: pairs of elements of a head are rotated by angles whose cosines and sines are given, by position or by index into a table.</summary>
internal sealed class RotaryEmbedding : Operator
{
    /// <inheritdoc/>
    public override OperatorSchema Schema { get; } = new()
    {
        Name = "RotaryEmbedding",
        Versions = [23],
        Inputs = [new("X", TypeSet.Float), new("cos_cache", TypeSet.Float), new("sin_cache", TypeSet.Float), new("position_ids", TypeSet.Int64, Arity.Optional)],
        Outputs = [new("Y", TypeSet.Float)],
        Attributes = [new("interleaved", AttributeKind.Int), new("num_heads", AttributeKind.Int), new("rotary_embedding_dim", AttributeKind.Int)],
    };

    /// <inheritdoc/>
    public override void Infer(InferenceContext context)
    {
        context.RequireSameType(0, 2);
        RotaryShape shape = RotaryShape.Read(context);
        for (int i = 1; i < 3; i++)
        {
            int[] angles = context.Lengths(i);
            bool fits = context.HasInput(3) ? angles.Length == 2 : angles.Length == 3 && (angles[0] == shape.Batch || angles[0] == 1) && angles[1] == shape.Positions;
            if (!fits || angles[angles.Length - 1] < shape.Pairs)
                throw context.Fail("input '" + Schema.Inputs[i].Name + "' must be " + (context.HasInput(3) ? "[indices, pairs]" : "[batch, positions, pairs]") + " with at least " + shape.Pairs + " pairs");
        }

        if (context.HasInput(3) && (context.Rank(3) != 2 || context.Lengths(3)[0] != shape.Batch || context.Lengths(3)[1] != shape.Positions))
            throw context.Fail("position_ids must be [batch, positions]");
        if (context.HasInput(3)) Shaping.IndexCheck.Check(context, 3, System.Math.Min(context.Lengths(1)[0], context.Lengths(2)[0]));
        context.SetOutput(0, context.Type(0), context.Lengths(0));
    }

    /// <inheritdoc/>
    public override void Evaluate(EvaluationContext context)
    {
        RotaryShape shape = RotaryShape.Read(context.Parameters);
        ReferenceTensor x = context.Input(0);
        ReferenceTensor y = context.NewOutput(0);
        x.Reals!.CopyTo(y.Reals!, 0);
        for (int b = 0; b < shape.Batch; b++)
        {
            for (int s = 0; s < shape.Positions; s++)
            {
                int cos = Row(context, 1, b, s);
                int sin = Row(context, 2, b, s);
                for (int h = 0; h < shape.Heads; h++)
                {
                    int at = shape.At(b, s, h);
                    for (int pair = 0; pair < shape.Pairs; pair++)
                    {
                        (int first, int second) = shape.Pair(pair);
                        (double c, double z) = (context.Input(1).Reals![cos + pair], context.Input(2).Reals![sin + pair]);
                        y.Reals![at + first] = (c * x.Reals[at + first]) - (z * x.Reals[at + second]);
                        y.Reals![at + second] = (z * x.Reals[at + first]) + (c * x.Reals[at + second]);
                    }
                }
            }
        }

        context.SetOutput(0, y);
    }

    /// <summary>Where the cosines or sines of a position begin.</summary>
    private static int Row(EvaluationContext context, int input, int b, int s)
    {
        int[] angles = context.Input(input).Lengths;
        if (context.OptionalInput(3) is not { } indices) return (((angles[0] == 1 ? 0 : b) * angles[1]) + s) * angles[2];
        long index = indices.Integers![(b * indices.Lengths[1]) + s];
        return Shaping.IndexCheck.Normal(index, angles[0]) * angles[1];
    }
}
