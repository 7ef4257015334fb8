#nullable enable
using System;

namespace RedGen.Runtime;

/// <summary>ONNX Gemm over shapes of run time: the sizes of the product, and where its elements come from.</summary>
public sealed class GemmShape
{
    /// <summary>Finds the sizes.</summary>
    /// <param name="node">The node, for messages.</param>
    /// <param name="a">The lengths of A.</param>
    /// <param name="b">The lengths of B.</param>
    /// <param name="c">The lengths of C, which broadcasts to the product; none where there is no C, or it is a scalar.</param>
    /// <param name="transposedA">Whether A is stored transposed.</param>
    /// <param name="transposedB">Whether B is stored transposed.</param>
    /// <exception cref="ArgumentException">The operands do not fit.</exception>
    public GemmShape(string node, ReadOnlySpan<int> a, ReadOnlySpan<int> b, ReadOnlySpan<int> c, bool transposedA, bool transposedB)
    {
        bool fits = a.Length == 2 && b.Length == 2 && a[transposedA ? 0 : 1] == b[transposedB ? 1 : 0] && c.Length <= 2;
        if (fits)
        {
            Rows = a[transposedA ? 1 : 0];
            Depth = a[transposedA ? 0 : 1];
            Columns = b[transposedB ? 0 : 1];
            int width = c.Length > 0 ? c[c.Length - 1] : 1;
            int height = c.Length > 1 ? c[0] : 1;
            fits = (width == 1 || width == Columns) && (height == 1 || height == Rows);
            AddendColumn = width == 1 ? 0 : 1;
            AddendRow = height == 1 ? 0 : width;
        }

        if (!fits) throw new ArgumentException(node + ": matrices of shape " + Tensors.Text(a) + " and " + Tensors.Text(b) + " and an addend of shape " + Tensors.Text(c) + " do not fit together.");
        LeftRow = transposedA ? 1 : Depth;
        LeftDepth = transposedA ? Rows : 1;
        RightDepth = transposedB ? 1 : Columns;
        RightColumn = transposedB ? Depth : 1;
    }

    /// <summary>Rows of the product.</summary>
    public int Rows { get; }

    /// <summary>What is summed over.</summary>
    public int Depth { get; }

    /// <summary>Columns of the product.</summary>
    public int Columns { get; }

    /// <summary>How far apart the rows stand in A.</summary>
    public int LeftRow { get; }

    /// <summary>How far apart the elements of a row stand in A.</summary>
    public int LeftDepth { get; }

    /// <summary>How far apart the elements of a column stand in B.</summary>
    public int RightDepth { get; }

    /// <summary>How far apart the columns stand in B.</summary>
    public int RightColumn { get; }

    /// <summary>How far apart the rows stand in C; 0 where it has one.</summary>
    public int AddendRow { get; }

    /// <summary>How far apart the columns stand in C; 0 where it has one.</summary>
    public int AddendColumn { get; }
}
