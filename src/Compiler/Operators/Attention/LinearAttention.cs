using System;
using RedGen.Compiler.Execute;
using RedGen.Compiler.Graphs;

namespace RedGen.Compiler.Operators.Attentions;

/// <summary>
/// LinearAttention: a matrix is the state of each key head. Every position decays it, adds key ⊗ value (under the delta rules what the
/// value differs by from what the state holds for the key, times beta), and reads query · state.
/// </summary>
internal sealed class LinearAttention : Operator
{
    /// <inheritdoc/>
    public override OperatorSchema Schema { get; } = new()
    {
        Name = "LinearAttention",
        Versions = [27],
        Inputs =
        [
            new("query", TypeSet.Float), new("key", TypeSet.Float), new("value", TypeSet.Float), new("past_state", TypeSet.Float, Arity.Optional),
            new("decay", TypeSet.Float, Arity.Optional), new("beta", TypeSet.Float, Arity.Optional),
        ],
        Outputs = [new("output", TypeSet.Float), new("present_state", TypeSet.Float)],
        Attributes =
        [
            new("chunk_size", AttributeKind.Int), new("kv_num_heads", AttributeKind.Int, Required: true), new("q_num_heads", AttributeKind.Int, Required: true),
            new("scale", AttributeKind.Float), new("update_rule", AttributeKind.String),
        ],
    };

    /// <inheritdoc/>
    public override bool IsLinearTime => false;

    /// <inheritdoc/>
    public override void Infer(InferenceContext context)
    {
        for (int i = 0; i < 6; i++)
        {
            if (!context.HasInput(i)) continue;
            if (i != 3 && context.Type(i) != context.Type(0)) throw context.WrongType("all inputs but past_state must have one element type");
            if (context.Type(i) == ElementType.Float64) throw context.WrongType("input '" + Schema.Inputs[i].Name + "' cannot be float64");
        }

        LinearAttentionShape shape = LinearAttentionShape.Read(context);
        context.SetComputedOutput(0, context.Type(0), [shape.Batch, shape.Steps, (long)shape.Heads * shape.Width]);
        context.SetOutput(1, context.Type(context.HasInput(3) ? 3 : 0), [shape.Batch, shape.Groups, shape.Depth, shape.Width]);
    }

    /// <inheritdoc/>
    public override void Evaluate(EvaluationContext context)
    {
        LinearAttentionShape shape = LinearAttentionShape.Read(context.Parameters);
        var y = new ReferenceTensor(context.Input(0).ElementType, [shape.Batch, shape.Steps, shape.Heads * shape.Width]);
        var present = new ReferenceTensor((context.OptionalInput(3) ?? context.Input(0)).ElementType, [shape.Batch, shape.Groups, shape.Depth, shape.Width]);
        context.OptionalInput(3)?.Reals!.CopyTo(present.Reals!, 0);
        for (int b = 0; b < shape.Batch; b++)
            for (int g = 0; g < shape.Groups; g++)
                for (int t = 0; t < shape.Steps; t++) Step(context, shape, y, present, b, g, t);
        context.SetOutput(0, y);
        if (context.HasOutput(1)) context.SetOutput(1, present);
    }

    private static void Step(EvaluationContext context, LinearAttentionShape shape, ReferenceTensor y, ReferenceTensor present, int b, int g, int t)
    {
        int position = (b * shape.Steps) + t;
        int start = ((b * shape.Groups) + g) * shape.Depth * shape.Width;
        ref double State(int d, int m) => ref present.Reals![start + (d * shape.Width) + m];
        double Key(int d) => context.Input(1).Reals![(((position * shape.Groups) + g) * shape.Depth) + d];
        for (int d = 0; d < shape.Depth && shape.IsGated; d++)
        {
            bool isByKey = context.Input(4).Lengths[2] != shape.Groups || shape.Depth == 1;
            double decay = Math.Exp(context.Input(4).Reals![isByKey ? (((position * shape.Groups) + g) * shape.Depth) + d : (position * shape.Groups) + g]);
            for (int m = 0; m < shape.Width; m++) State(d, m) *= decay;
        }

        for (int m = 0; m < shape.Width; m++)
        {
            double value = context.Input(2).Reals![(((position * shape.Groups) + g) * shape.Width) + m];
            if (shape.IsDelta)
            {
                for (int d = 0; d < shape.Depth; d++) value -= State(d, m) * Key(d);
                int rates = context.Input(5).Lengths[2];
                value *= context.Input(5).Reals![(position * rates) + (rates == 1 ? 0 : g)];
            }

            for (int d = 0; d < shape.Depth; d++) State(d, m) += Key(d) * value;
            for (int h = g * shape.PerGroup; h < (g + 1) * shape.PerGroup; h++)
            {
                double sum = 0;
                for (int d = 0; d < shape.Depth; d++) sum += context.Input(0).Reals![(((position * shape.Heads) + h) * shape.Depth) + d] * State(d, m);
                y.Reals![(((position * shape.Heads) + h) * shape.Width) + m] = shape.Scale * sum;
            }
        }
    }
}
