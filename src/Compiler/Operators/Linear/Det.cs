using System;
using System.Linq;
using RedGen.Compiler.Execute;

namespace RedGen.Compiler.Operators.Linear;

/// <summary>Det: the determinant of each matrix in the last two axes.</summary>
internal sealed class Det : Operator
{
    /// <inheritdoc/>
    public override OperatorSchema Schema { get; } = new()
    {
        Name = "Det",
        Versions = [11, 22],
        Inputs = [new("X", TypeSet.Float)],
        Outputs = [new("Y", TypeSet.Float)],
    };

    /// <inheritdoc/>
    public override bool IsLinearTime => false;

    /// <inheritdoc/>
    public override void Infer(InferenceContext context)
    {
        int[] x = context.Lengths(0);
        if (x.Length < 2 || x[^1] != x[^2]) throw context.Fail("the last two axes must hold square matrices");
        context.SetOutput(0, context.Type(0), x.Take(x.Length - 2));
    }

    /// <inheritdoc/>
    public override void Evaluate(EvaluationContext context)
    {
        ReferenceTensor x = context.Input(0);
        ReferenceTensor y = context.NewOutput(0);
        int size = x.Lengths[^1];
        for (int matrix = 0; matrix < y.Count; matrix++)
        {
            double[][] rows = [.. Enumerable.Range(0, size).Select(r => x.Reals!.Skip(((matrix * size) + r) * size).Take(size).ToArray())];
            y.Reals![matrix] = Determinant(rows);
        }

        context.SetOutput(0, y);
    }

    /// <summary>The product of the pivots of Gaussian elimination; a swap of rows changes the sign.</summary>
    private static double Determinant(double[][] rows)
    {
        double product = 1;
        for (int column = 0; column < rows.Length; column++)
        {
            int pivot = column;
            for (int row = column + 1; row < rows.Length; row++)
                if (Math.Abs(rows[row][column]) > Math.Abs(rows[pivot][column])) pivot = row;
            if (pivot != column) product = -product;
            (rows[column], rows[pivot]) = (rows[pivot], rows[column]);
            product *= rows[column][column];
            if (rows[column][column] == 0) return product;
            for (int row = column + 1; row < rows.Length; row++)
            {
                double factor = rows[row][column] / rows[column][column];
                for (int k = column; k < rows.Length; k++) rows[row][k] -= factor * rows[column][k];
            }
        }

        return product;
    }
}
