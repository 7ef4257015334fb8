#nullable enable
using System;

namespace RedGen.Runtime;

/// <summary>
/// ONNX MatMul over shapes of run time: the last two axes are matrices, the axes before them broadcast. A vector on the left is a
/// row, one on the right a column, and that axis is missing in the result.
/// </summary>
public sealed class MatrixProduct
{
    /// <summary>Finds the shape of a product.</summary>
    /// <param name="node">The node, for messages.</param>
    /// <param name="a">The lengths of the left operand.</param>
    /// <param name="b">The lengths of the right operand.</param>
    /// <exception cref="ArgumentException">The operands do not fit.</exception>
    public MatrixProduct(string node, ReadOnlySpan<int> a, ReadOnlySpan<int> b)
    {
        if (a.IsEmpty || b.IsEmpty) throw Misfit(node, a, b);
        Rows = a.Length == 1 ? 1 : a[a.Length - 2];
        Depth = a[a.Length - 1];
        Columns = b.Length == 1 ? 1 : b[b.Length - 1];
        if (Depth != (b.Length == 1 ? b[0] : b[b.Length - 2])) throw Misfit(node, a, b);
        var batch = new BroadcastRows(node);
        batch.Add(a.Slice(0, Math.Max(0, a.Length - 2)));
        batch.Add(b.Slice(0, Math.Max(0, b.Length - 2)));
        var lengths = new int[batch.Lengths.Length + (a.Length > 1 ? 1 : 0) + (b.Length > 1 ? 1 : 0)];
        batch.Lengths.CopyTo(lengths);
        if (a.Length > 1) lengths[batch.Lengths.Length] = Rows;
        if (b.Length > 1) lengths[lengths.Length - 1] = Columns;
        Lengths = lengths;
        int count = Tensors.Count(node, batch.Lengths);
        Left = new int[count];
        Right = new int[count];
        for (batch.Begin(); !batch.IsDone; batch.Next())
        {
            for (int i = 0; i < batch.Count; i++)
            {
                Left[batch.At + i] = unchecked((batch.Start(0) + (i * batch.Step(0))) * Rows * Depth);
                Right[batch.At + i] = unchecked((batch.Start(1) + (i * batch.Step(1))) * Depth * Columns);
            }
        }
    }

    /// <summary>The output's shape.</summary>
    public int[] Lengths { get; }

    /// <summary>Rows of the left matrices.</summary>
    public int Rows { get; }

    /// <summary>Columns of the left, rows of the right matrices.</summary>
    public int Depth { get; }

    /// <summary>Columns of the right matrices.</summary>
    public int Columns { get; }

    /// <summary>Where the left matrix of each product begins.</summary>
    public int[] Left { get; }

    /// <summary>Where the right matrix of each product begins.</summary>
    public int[] Right { get; }

    /// <summary>The product of floats.</summary>
    /// <exception cref="ArgumentException">The operands do not fit.</exception>
    public static DynamicTensor<float> Run(string node, TensorView<float> a, TensorView<float> b)
    {
        var shape = new MatrixProduct(node, a.Lengths, b.Lengths);
        DynamicTensor<float> y = Tensors.Create<float>(node, shape.Lengths);
        if (y.Length == 0 || shape.Depth == 0) return y;
        var workspace = new float[Gemm.WorkspaceLength(shape.Depth, shape.Columns)];
        int size = shape.Rows * shape.Columns;
        for (int i = 0; i < shape.Left.Length; i++)
        {
            Gemm.RunUnpacked(
                a.Span.Slice(shape.Left[i], shape.Rows * shape.Depth), b.Span.Slice(shape.Right[i], shape.Depth * shape.Columns), default, default,
                y.Span.Slice(i * size, size), workspace, shape.Rows, shape.Depth, shape.Columns, transposedB: false, default(Identity));
        }

        return y;
    }

    private static ArgumentException Misfit(string node, ReadOnlySpan<int> a, ReadOnlySpan<int> b)
        => new(node + ": there is no matrix product of tensors of shape " + Tensors.Text(a) + " and " + Tensors.Text(b) + ".");
}
