using System.Linq;
using RedGen.Compiler.Execute;

namespace RedGen.Compiler.Operators.Shaping;

/// <summary>GatherElements: for each position of the indices, the element at the same position but for one axis, where the index stands.</summary>
internal sealed class GatherElements : Operator
{
    /// <inheritdoc/>
    public override OperatorSchema Schema { get; } = new()
    {
        Name = "GatherElements",
        Versions = [11, 13],
        Inputs = [new("data", TypeSet.Any), new("indices", TypeSet.Index)],
        Outputs = [new("output", TypeSet.Any)],
        Attributes = [new("axis", AttributeKind.Int)],
    };

    /// <inheritdoc/>
    public override void Infer(InferenceContext context)
    {
        int[] x = context.Lengths(0);
        int[] y = context.Lengths(1);
        int axis = Gather.Axis(context);
        if (y.Length != x.Length || y.Where((d, a) => a != axis && d > x[a]).Any()) throw context.Fail("the indices do not fit into the data");
        IndexCheck.Check(context, 1, x[axis]);
        context.SetOutput(0, context.Type(0), y);
    }

    /// <inheritdoc/>
    public override void Evaluate(EvaluationContext context)
    {
        ReferenceTensor x = context.Input(0);
        ReferenceTensor y = context.NewOutput(0);
        int axis = Gather.Axis(context.Parameters);
        int next = 0;
        foreach (int[] position in Positions.All(y.Lengths))
        {
            int[] from = [.. position];
            from[axis] = IndexCheck.Normal(context.Input(1).Integers![next], x.Lengths[axis]);
            y.CopyElement(next++, x, Positions.Index(from, x.Lengths));
        }

        context.SetOutput(0, y);
    }
}
