using RedGen.Compiler.Execute;

namespace RedGen.Compiler.Operators.Linear;

/// <summary>MatMul: numpy's matrix product.</summary>
internal sealed class MatMul : Operator
{
    /// <inheritdoc/>
    public override OperatorSchema Schema { get; } = new()
    {
        Name = "MatMul",
        Versions = [1, 9, 13],
        Inputs = [new("A", TypeSet.Numeric), new("B", TypeSet.Numeric)],
        Outputs = [new("Y", TypeSet.Numeric)],
    };

    /// <inheritdoc/>
    public override bool IsLinearTime => false;

    /// <inheritdoc/>
    public override void Infer(InferenceContext context)
    {
        context.RequireSameType(0, 1);
        MatMulShape shape = MatMulShape.TryRead(context.Lengths(0), context.Lengths(1), (a, b) => context.Broadcast(a, b))
            ?? throw context.Fail("the inner dimensions differ");
        context.SetOutput(0, context.Type(0), shape.Output);
    }

    /// <inheritdoc/>
    public override void Evaluate(EvaluationContext context)
    {
        ReferenceTensor a = context.Input(0);
        ReferenceTensor b = context.Input(1);
        ReferenceTensor y = context.NewOutput(0);
        MatMulShape shape = MatMulShape.TryRead(a.Lengths, b.Lengths)!;
        var left = new BroadcastReader(shape.LeftBatch, shape.BatchLengths);
        var right = new BroadcastReader(shape.RightBatch, shape.BatchLengths);
        for (int at = 0; at < y.Count; at++)
        {
            int matrix = at / (shape.Rows * shape.Columns);
            int row = at / shape.Columns % shape.Rows;
            int column = at % shape.Columns;
            int ai = ((left.IndexOf(matrix) * shape.Rows) + row) * shape.Depth;
            int bi = (right.IndexOf(matrix) * shape.Depth * shape.Columns) + column;
            double sum = 0;
            long exact = 0;
            for (int k = 0; k < shape.Depth; k++)
            {
                if (y.IsReal) sum += a.Reals![ai + k] * b.Reals![bi + (k * shape.Columns)];
                else exact = unchecked(exact + (a.Integers![ai + k] * b.Integers![bi + (k * shape.Columns)]));
            }

            if (y.IsReal) y.Reals![at] = sum;
            else y.Integers![at] = exact;
        }

        context.SetOutput(0, y);
    }
}
