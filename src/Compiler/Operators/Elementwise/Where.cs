using RedGen.Compiler.Execute;
using RedGen.Compiler.Graphs;

namespace RedGen.Compiler.Operators.Elementwise;

/// <summary>Where: an element of X where the condition holds, of Y elsewhere.</summary>
internal sealed class Where : ElementwiseOperator
{
    /// <inheritdoc/>
    public override OperatorSchema Schema { get; } = new()
    {
        Name = "Where",
        Versions = [9, 16],
        Inputs = [new("condition", TypeSet.Bool), new("X", TypeSet.Any), new("Y", TypeSet.Any)],
        Outputs = [new("output", TypeSet.Any)],
    };

    /// <inheritdoc/>
    public override void Infer(InferenceContext context)
    {
        context.RequireSameType(1, 2);
        context.SetOutput(0, context.Type(1), InferBroadcast(context));
    }

    /// <inheritdoc/>
    public override void Evaluate(EvaluationContext context)
    {
        ReferenceTensor condition = context.Input(0);
        ReferenceTensor x = context.Input(1);
        ReferenceTensor y = context.Input(2);
        ReferenceTensor output = context.NewOutput(0);
        var conditions = new BroadcastReader(condition, output.Lengths);
        var xs = new BroadcastReader(x, output.Lengths);
        var ys = new BroadcastReader(y, output.Lengths);
        for (int i = 0; i < output.Count; i++)
        {
            if (condition.Integers![conditions.IndexOf(i)] != 0) output.CopyElement(i, x, xs.IndexOf(i));
            else output.CopyElement(i, y, ys.IndexOf(i));
        }

        context.SetOutput(0, output);
    }

    /// <inheritdoc/>
    public override string? Scalar(ElementwiseCall call) => $"({call.Operands[0]} ? {call.Operands[1]} : {call.Operands[2]})";

    /// <inheritdoc/>
    public override string? Vector(ElementwiseCall call)
        => call.Output == ElementType.Float32 ? $"Vector.ConditionalSelect({call.Operands[0]}, {call.Operands[1]}, {call.Operands[2]})" : null;
}
