using System.Globalization;
using System.Linq;
using RedGen.Compiler.Execute;
using RedGen.Compiler.Operators.Linear;

namespace RedGen.Compiler.Operators.Quantised;

/// <summary>
/// Where the scales and zero points of matrix products stand: one for all, one a row of the left or a column of the right operand, or one a
/// row or column of every matrix of a batch.
/// </summary>
internal static class IntegerProduct
{
    /// <summary>The lengths by which parameters of an operand broadcast to the elements of the result; throws where they fit neither.</summary>
    /// <param name="context">The node.</param>
    /// <param name="input">The parameter's index.</param>
    /// <param name="shape">The product.</param>
    /// <param name="isRow">Whether they belong to rows of the left operand; otherwise to columns of the right one.</param>
    public static int[] ParameterLengths(InferenceContext context, int input, MatMulShape shape, bool isRow)
    {
        int[] lengths = context.Lengths(input);
        int wanted = isRow ? shape.Rows : shape.Columns;
        if (lengths.All(d => d == 1)) return [];
        if (lengths.Length == 1 && lengths[0] == wanted) return isRow ? [wanted, 1] : [wanted];
        int[] batch = isRow ? shape.LeftBatch : shape.RightBatch;
        int[] expected = isRow ? [.. batch, wanted, 1] : [.. batch, 1, wanted];
        if (lengths.SequenceEqual(expected)) return lengths;
        throw context.Fail("input " + input.ToString(CultureInfo.InvariantCulture) + " must have one element, or one for each of the " + wanted.ToString(CultureInfo.InvariantCulture) + (isRow ? " rows of A" : " columns of B"));
    }

    /// <summary>The lengths of the result as matrices: those of <see cref="MatMulShape.Output"/> with the axes that vectors lack.</summary>
    public static int[] MatrixLengths(MatMulShape shape) => [.. shape.BatchLengths, shape.Rows, shape.Columns];

    /// <summary>The shape of the product of two inputs.</summary>
    public static MatMulShape Shape(InferenceContext context, int a, int b)
        => MatMulShape.TryRead(context.Lengths(a), context.Lengths(b), (x, y) => context.Broadcast(x, y)) ?? throw context.Fail("the inner dimensions differ");

    /// <summary>The product of integers less their zero points, for every element of the result.</summary>
    public static long[] Sums(MatMulShape shape, ReferenceTensor a, ReferenceTensor? aZero, int[] aZeroLengths, ReferenceTensor b, ReferenceTensor? bZero, int[] bZeroLengths)
    {
        int[] lengths = MatrixLengths(shape);
        var sums = new long[lengths.Aggregate(1, (x, y) => x * y)];
        var left = new BroadcastReader(shape.LeftBatch, shape.BatchLengths);
        var right = new BroadcastReader(shape.RightBatch, shape.BatchLengths);
        var aZeros = new BroadcastReader(aZeroLengths, lengths);
        var bZeros = new BroadcastReader(bZeroLengths, lengths);
        for (int at = 0; at < sums.Length; at++)
        {
            int matrix = at / (shape.Rows * shape.Columns);
            int ai = ((left.IndexOf(matrix) * shape.Rows) + (at / shape.Columns % shape.Rows)) * shape.Depth;
            int bi = (right.IndexOf(matrix) * shape.Depth * shape.Columns) + (at % shape.Columns);
            long az = aZero is null ? 0 : aZero.Integers![aZeros.IndexOf(at)];
            long bz = bZero is null ? 0 : bZero.Integers![bZeros.IndexOf(at)];
            for (int k = 0; k < shape.Depth; k++) sums[at] += (a.Integers![ai + k] - az) * (b.Integers![bi + (k * shape.Columns)] - bz);
        }

        return sums;
    }
}
