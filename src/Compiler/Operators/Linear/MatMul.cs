using System;
using System.Collections.Generic;
using System.Linq;
using RedGen.Compiler.Execute;
using RedGen.Compiler.Graphs;

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
    public override bool InferOpen(InferenceContext context)
    {
        context.RequireSameType(0, 1);
        Dimension[] a = [.. context.Shape(0).Dimensions];
        Dimension[] b = [.. context.Shape(1).Dimensions];
        if (a.Length == 0 || b.Length == 0) throw context.Fail("a scalar has no matrix product");
        Dimension depth = b[Math.Max(0, b.Length - 2)];
        if (a[^1].IsConstant && depth.IsConstant && a[^1] != depth) throw context.Fail("the inner dimensions differ");
        List<Dimension> y = [.. OpenBroadcast.Of(context, 0, [.. a.Take(a.Length - 2)], (Dimension[])[.. b.Take(b.Length - 2)])];
        if (a.Length > 1) y.Add(a[^2]);
        if (b.Length > 1) y.Add(b[^1]);
        context.SetOutput(0, context.Type(0), new Shape([.. y]));
        return true;
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
