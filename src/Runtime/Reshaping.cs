#nullable enable
using System;

namespace RedGen.Runtime;

/// <summary>Operators that keep the elements and change the shape, where shapes are known at run time only. The results share the input's memory.</summary>
public static class Reshaping
{
    /// <summary>ONNX Reshape: 0 keeps a length (unless <paramref name="allowZero"/>), −1 takes what is left.</summary>
    /// <exception cref="ArgumentException">The shape does not fit the elements.</exception>
    public static DynamicTensor<T> Reshape<T>(string node, DynamicTensor<T> x, ReadOnlySpan<long> shape, bool allowZero)
    {
        var lengths = new long[shape.Length];
        int open = -1;
        long known = 1;
        for (int i = 0; i < shape.Length; i++)
        {
            bool isKept = shape[i] == 0 && !allowZero;
            if (shape[i] < -1 || (shape[i] == -1 && open >= 0) || (isKept && i >= x.Rank)) throw ShapeCheck.Impossible(node, "the shape", shape, x.Lengths);
            lengths[i] = isKept ? x.Lengths[i] : shape[i];
            if (shape[i] == -1) open = i;
            else known = lengths[i] == 0 || known == 0 ? 0 : known > int.MaxValue || lengths[i] > int.MaxValue ? long.MaxValue : known * lengths[i];
        }

        if (open >= 0)
        {
            bool hasZero = allowZero && shape.IndexOf(0) >= 0;
            if (hasZero || (known == 0 ? x.Length != 0 : x.Length % known != 0)) throw ShapeCheck.Impossible(node, "the shape", shape, x.Lengths);
            lengths[open] = known == 0 ? 0 : x.Length / known;
        }
        else if (known != x.Length) throw ShapeCheck.Impossible(node, "the shape", shape, x.Lengths);

        return x.Reshape(Tensors.Narrow(node, lengths));
    }

    /// <summary>ONNX Squeeze: the axes named, of length 1, are dropped; with none named, all of length 1.</summary>
    /// <exception cref="ArgumentException">An axis does not exist, or is of another length.</exception>
    public static DynamicTensor<T> Squeeze<T>(string node, DynamicTensor<T> x, ReadOnlySpan<long> axes, bool areGiven)
    {
        ShapeCheck.CheckAxes(node, axes, x.Rank);
        var lengths = new int[x.Rank];
        int rank = 0;
        for (int i = 0; i < x.Rank; i++)
        {
            bool isDropped = areGiven ? ShapeCheck.Contains(axes, i, x.Rank) : x.Lengths[i] == 1;
            if (isDropped && x.Lengths[i] != 1) throw ShapeCheck.Impossible(node, "dropping the axes", axes, x.Lengths);
            if (!isDropped) lengths[rank++] = x.Lengths[i];
        }

        return x.Reshape(lengths.AsSpan(0, rank));
    }

    /// <summary>ONNX Unsqueeze: the axes named, of length 1, are added.</summary>
    /// <exception cref="ArgumentException">An axis is outside the result, or named twice.</exception>
    public static DynamicTensor<T> Unsqueeze<T>(string node, DynamicTensor<T> x, ReadOnlySpan<long> axes)
    {
        var lengths = new int[x.Rank + axes.Length];
        ShapeCheck.CheckAxes(node, axes, lengths.Length);
        int next = 0;
        for (int i = 0; i < lengths.Length; i++) lengths[i] = ShapeCheck.Contains(axes, i, lengths.Length) ? 1 : x.Lengths[next++];
        return x.Reshape(lengths);
    }

    /// <summary>ONNX Flatten: the axes before one become the rows of a matrix, the others its columns.</summary>
    public static DynamicTensor<T> Flatten<T>(string node, DynamicTensor<T> x, int axis)
    {
        if (axis < 0) axis += x.Rank;
        if (axis < 0 || axis > x.Rank) throw new ArgumentException(node + ": there is no axis to flatten at in a tensor of rank " + x.Rank + ".");
        long rows = 1;
        long columns = 1;
        for (int i = 0; i < axis; i++) rows = Product(rows, x.Lengths[i]);
        for (int i = axis; i < x.Rank; i++) columns = Product(columns, x.Lengths[i]);
        return x.Reshape(Tensors.Narrow(node, new[] { rows, columns }));
    }

    /// <summary>The lengths of a range of axes, as ONNX Shape gives them.</summary>
    /// <param name="lengths">The lengths of a tensor.</param>
    /// <param name="start">The first axis.</param>
    /// <param name="shape">Gets the lengths.</param>
    public static void Shape(ReadOnlySpan<int> lengths, int start, Span<long> shape)
    {
        for (int i = 0; i < shape.Length; i++) shape[i] = lengths[start + i];
    }

    /// <summary>A product of lengths, at most one beyond all tensors.</summary>
    private static long Product(long a, int b) => b == 0 || a == 0 ? 0 : a > int.MaxValue ? a : a * b;
}
