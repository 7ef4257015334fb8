using System;
using System.Collections.Generic;
using System.Linq;

namespace RedGen.Compiler.Operators.Linear;

/// <summary>
/// numpy's matrix product: the last two axes are matrices, the axes before them broadcast. A vector on the left is a row, one on
/// the right a column, and that axis is missing in the result.
/// </summary>
/// <param name="BatchLengths">The broadcast axes before the matrices.</param>
/// <param name="LeftBatch">The batch axes of the left operand.</param>
/// <param name="RightBatch">The batch axes of the right operand.</param>
/// <param name="Rows">Rows of the left matrices.</param>
/// <param name="Depth">Columns of the left, rows of the right matrices.</param>
/// <param name="Columns">Columns of the right matrices.</param>
/// <param name="Output">The lengths of the result.</param>
internal sealed record MatMulShape(int[] BatchLengths, int[] LeftBatch, int[] RightBatch, int Rows, int Depth, int Columns, int[] Output)
{
    /// <summary>The number of matrices in the result.</summary>
    public int BatchCount => BatchLengths.Aggregate(1, (a, b) => a * b);

    /// <summary>Reads the shape, or gives null when the operands do not fit.</summary>
    /// <param name="a">The lengths of the left operand.</param>
    /// <param name="b">The lengths of the right operand.</param>
    /// <param name="broadcast">Broadcasts batch axes, failing in its own way; null where inference has accepted the node before.</param>
    public static MatMulShape? TryRead(int[] a, int[] b, Func<int[], int[], int[]>? broadcast = null)
    {
        if (a.Length == 0 || b.Length == 0) return null;
        int[] left = a.Length == 1 ? [1, a[0]] : a;
        int[] right = b.Length == 1 ? [b[0], 1] : b;
        if (left[^1] != right[^2]) return null;
        int[] leftBatch = [.. left.Take(left.Length - 2)];
        int[] rightBatch = [.. right.Take(right.Length - 2)];
        int[] batch = leftBatch.Length + rightBatch.Length == 0 ? [] : (broadcast ?? Broadcast)(leftBatch, rightBatch);
        var output = new List<int>(batch);
        if (a.Length > 1) output.Add(left[^2]);
        if (b.Length > 1) output.Add(right[^1]);
        return new MatMulShape(batch, leftBatch, rightBatch, left[^2], left[^1], right[^1], [.. output]);
    }

    private static int[] Broadcast(int[] a, int[] b)
    {
        int rank = Math.Max(a.Length, b.Length);
        return [.. Enumerable.Range(0, rank).Select(i => LengthAt(a, i - rank + a.Length) == 1 ? LengthAt(b, i - rank + b.Length) : LengthAt(a, i - rank + a.Length))];
    }

    private static int LengthAt(int[] lengths, int axis) => axis < 0 ? 1 : lengths[axis];
}
