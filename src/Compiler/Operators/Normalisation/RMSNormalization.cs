using System;
using System.Linq;
using RedGen.Compiler.Execute;
using RedGen.Compiler.Graphs;
using RedGen.Compiler.Operators.Reduction;

namespace RedGen.Compiler.Operators.Normalisation;

/// <summary>RMSNormalization: the elements from an axis on are divided by the root of the mean of their squares, then scaled. The output has the type of the scale.</summary>
internal sealed class RMSNormalization : Operator
{
    /// <inheritdoc/>
    public override OperatorSchema Schema { get; } = new()
    {
        Name = "RMSNormalization",
        Versions = [23],
        Inputs = [new("X", TypeSet.Float), new("scale", TypeSet.Float)],
        Outputs = [new("Y", TypeSet.Float)],
        Attributes = [new("axis", AttributeKind.Int), new("epsilon", AttributeKind.Float), new("stash_type", AttributeKind.Int)],
    };

    /// <inheritdoc/>
    public override void Infer(InferenceContext context)
    {
        int[] x = context.Lengths(0);
        int axis = context.Axis(context.Attributes.Int("axis", -1), x.Length);
        int[] row = [.. x.Skip(axis)];
        if (!context.Broadcast(context.Lengths(1), x).SequenceEqual(x)) throw context.Fail("input 'scale' does not broadcast to X");
        if (context.Rank(1) > row.Length && context.Lengths(1).Take(context.Rank(1) - row.Length).Any(d => d != 1))
            throw context.Fail("input 'scale' does not broadcast to the normalised shape " + Shape.Of(row));
        StashType.Check(context);
        context.SetOutput(0, context.Type(1), x);
    }

    /// <inheritdoc/>
    public override void Evaluate(EvaluationContext context)
    {
        ReferenceTensor x = context.Input(0);
        ReferenceTensor y = context.NewOutput(0);
        AxisView view = LayerNormalization.View(context.Node, x.Lengths);
        var scale = new BroadcastReader(context.Input(1), x.Lengths);
        double epsilon = context.Attributes.Float("epsilon", 1e-5f);
        for (int row = 0; row < view.Outer && view.Length > 0; row++)
        {
            double squares = new ArraySegment<double>(x.Reals!, row * view.Length, view.Length).Sum(v => v * v);
            double inverse = 1 / Math.Sqrt((squares / view.Length) + epsilon);
            for (int i = row * view.Length; i < (row + 1) * view.Length; i++)
                y.Reals![i] = x.Reals![i] * inverse * context.Input(1).Reals![scale.IndexOf(i)];
        }

        context.SetOutput(0, y);
    }
}
