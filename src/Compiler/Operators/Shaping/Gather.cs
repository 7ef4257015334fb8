using System.Linq;
using RedGen.Compiler.Execute;

namespace RedGen.Compiler.Operators.Shaping;

/// <summary>Gather: the slices of an axis that indices name; negative ones count from the end.</summary>
internal sealed class Gather : Operator
{
    /// <inheritdoc/>
    public override OperatorSchema Schema { get; } = new()
    {
        Name = "Gather",
        Versions = [1, 11, 13],
        Inputs = [new("data", TypeSet.Any), new("indices", TypeSet.Index)],
        Outputs = [new("output", TypeSet.Any)],
        Attributes = [new("axis", AttributeKind.Int)],
    };

    /// <summary>The axis that indices run over.</summary>
    public static int Axis(InferenceContext context) => context.Axis(context.Attributes.Int("axis", 0), context.Rank(0));

    /// <inheritdoc/>
    public override void Infer(InferenceContext context)
    {
        int[] x = context.Lengths(0);
        int axis = Axis(context);
        IndexCheck.Check(context, 1, x[axis]);
        context.SetOutput(0, context.Type(0), x.Take(axis).Concat(context.Lengths(1)).Concat(x.Skip(axis + 1)));
    }

    /// <inheritdoc/>
    public override void Evaluate(EvaluationContext context)
    {
        ReferenceTensor x = context.Input(0);
        ReferenceTensor indices = context.Input(1);
        ReferenceTensor y = context.NewOutput(0);
        int axis = Axis(context.Parameters);
        int next = 0;
        foreach (int[] position in Positions.All(y.Lengths))
        {
            int at = Positions.Index([.. position.Skip(axis).Take(indices.Rank)], indices.Lengths);
            int index = IndexCheck.Normal(indices.Integers![at], x.Lengths[axis]);
            y.CopyElement(next++, x, Positions.Index([.. position.Take(axis), index, .. position.Skip(axis + indices.Rank)], x.Lengths));
        }

        context.SetOutput(0, y);
    }
}
