#nullable enable
using System;
using System.Text;

namespace RedGen.Runtime;

/// <summary>Tensors whose lengths are computed at run time: made, checked and handed over.</summary>
public static class Tensors
{
    /// <summary>A tensor beyond this many elements is refused: its bytes could not be addressed by a span.</summary>
    internal const long ElementLimit = int.MaxValue / 8;

    /// <summary>A tensor of zeros.</summary>
    /// <param name="node">The node, for messages.</param>
    /// <param name="lengths">The lengths of the dimensions.</param>
    /// <exception cref="ArgumentException">A length is negative, or the elements are too many.</exception>
    public static DynamicTensor<T> Create<T>(string node, ReadOnlySpan<int> lengths)
        => new DynamicTensor<T>(new T[Count(node, lengths)], lengths);

    /// <summary>A tensor of equal elements.</summary>
    public static DynamicTensor<T> Fill<T>(string node, ReadOnlySpan<long> lengths, T value)
    {
        DynamicTensor<T> y = Create<T>(node, Narrow(node, lengths));
        y.Span.Fill(value);
        return y;
    }

    /// <summary>A copy of elements whose lengths are known.</summary>
    public static DynamicTensor<T> Of<T>(ReadOnlySpan<T> elements, ReadOnlySpan<int> lengths) => new DynamicTensor<T>(elements.ToArray(), lengths);

    /// <summary>Copies a result to memory for a shape that the model states.</summary>
    /// <param name="node">The node, for messages.</param>
    /// <param name="result">What was computed.</param>
    /// <param name="output">Gets the elements.</param>
    /// <param name="lengths">The lengths stated.</param>
    /// <exception cref="ArgumentException">The result has another shape.</exception>
    public static void Copy<T>(string node, DynamicTensor<T> result, Span<T> output, ReadOnlySpan<int> lengths)
    {
        if (!result.Lengths.SequenceEqual(lengths)) throw new ArgumentException(node + ": its inputs give a tensor of shape " + Text(result.Lengths) + ", expected is " + Text(lengths) + ".");
        result.Span.CopyTo(output);
    }

    /// <summary>A result whose known lengths are as they were taken to be when the code was generated.</summary>
    /// <param name="node">The node, for messages.</param>
    /// <param name="result">What was computed.</param>
    /// <param name="lengths">The lengths; −1 for those that run time decides.</param>
    /// <exception cref="ArgumentException">The result has another shape.</exception>
    public static DynamicTensor<T> Expect<T>(string node, DynamicTensor<T> result, ReadOnlySpan<int> lengths)
        => Fits(result.Lengths, lengths) ? result : throw new ArgumentException(node + ": its inputs give a tensor of shape " + Text(result.Lengths) + ", expected is " + Text(lengths) + ".");

    /// <summary>Throws unless an input has the lengths that were known when the code was generated.</summary>
    /// <param name="node">The node, for messages.</param>
    /// <param name="input">The input.</param>
    /// <param name="lengths">The lengths; −1 for those that run time decides.</param>
    /// <exception cref="ArgumentException">The input has another shape.</exception>
    public static void Check<T>(string node, DynamicTensor<T> input, ReadOnlySpan<int> lengths)
    {
        if (!Fits(input.Lengths, lengths)) throw new ArgumentException(node + ": an input has the shape " + Text(input.Lengths) + ", expected is " + Text(lengths) + ".");
    }

    /// <summary>Copies an output of the model to the caller's memory.</summary>
    /// <param name="result">The output.</param>
    /// <param name="memory">Gets the elements, from its start on.</param>
    /// <param name="parameter">The name of the caller's argument.</param>
    /// <returns>How many elements there are.</returns>
    /// <exception cref="ArgumentException">The memory is too short.</exception>
    public static int HandOver<T>(DynamicTensor<T> result, Span<T> memory, string parameter)
    {
        if (memory.Length < result.Length) throw new ArgumentException(parameter + " holds " + memory.Length + " elements, the output has " + result.Length + ".", parameter);
        result.Span.CopyTo(memory);
        return result.Length;
    }

    /// <summary>Copies an output of the model, and its shape, to the caller's memory.</summary>
    /// <param name="result">The output.</param>
    /// <param name="memory">Gets the elements, from its start on.</param>
    /// <param name="shape">Gets the lengths of the dimensions.</param>
    /// <param name="parameter">The name of the caller's argument.</param>
    /// <returns>How many elements there are.</returns>
    /// <exception cref="ArgumentException">The memory is too short.</exception>
    public static int HandOver<T>(DynamicTensor<T> result, Span<T> memory, Span<int> shape, string parameter)
    {
        if (shape.Length < result.Rank) throw new ArgumentException(parameter + ": the shape has " + result.Rank + " lengths, there is room for " + shape.Length + ".", parameter);
        result.Lengths.CopyTo(shape);
        return HandOver(result, memory, parameter);
    }

    /// <summary>Integers as the 64-bit ones that shapes, axes and indices are read as.</summary>
    public static DynamicTensor<long> Longs(TensorView<int> x)
    {
        var y = new DynamicTensor<long>(new long[x.Span.Length], x.Lengths);
        for (int i = 0; i < x.Span.Length; i++) y.Span[i] = x.Span[i];
        return y;
    }

    /// <summary>An axis counted from the front; negative ones count from the end.</summary>
    public static int Axis(string node, long axis, int rank)
        => axis >= -rank && axis < rank ? (int)(axis < 0 ? axis + rank : axis) : throw new ArgumentException(node + ": " + axis + " is no axis of a tensor of rank " + rank + ".");

    /// <summary>The number of elements of a shape.</summary>
    /// <exception cref="ArgumentException">A length is negative, or the elements are too many.</exception>
    internal static int Count(string node, ReadOnlySpan<int> lengths)
    {
        long count = 1;
        bool isEmpty = false;
        for (int i = 0; i < lengths.Length; i++)
        {
            int length = lengths[i];
            if (length < 0) throw new ArgumentException(node + ": the output would have the shape " + Text(lengths) + ".");
            isEmpty |= length == 0;
            if (count <= ElementLimit) count *= Math.Max(1, length);
        }

        if (isEmpty) return 0;
        return count <= ElementLimit ? (int)count : throw new ArgumentException(node + ": the output would have the shape " + Text(lengths) + ", more elements than an array can hold.");
    }

    /// <summary>Lengths that were computed in 64 bits.</summary>
    internal static int[] Narrow(string node, ReadOnlySpan<long> lengths)
    {
        var narrow = new int[lengths.Length];
        for (int i = 0; i < narrow.Length; i++)
            narrow[i] = lengths[i] >= 0 && lengths[i] <= int.MaxValue ? (int)lengths[i] : throw new ArgumentException(node + ": the output would have the shape " + ShapeCheck.Text(lengths) + ".");
        return narrow;
    }

    /// <summary>The distance of neighbours along each axis. An empty tensor may have lengths whose product is beyond an int; nobody reads it.</summary>
    internal static int[] Strides(ReadOnlySpan<int> lengths)
    {
        var strides = new int[lengths.Length];
        int stride = 1;
        for (int i = lengths.Length - 1; i >= 0; i--)
        {
            strides[i] = stride;
            stride = unchecked(stride * lengths[i]);
        }

        return strides;
    }

    private static bool Fits(ReadOnlySpan<int> given, ReadOnlySpan<int> lengths)
    {
        bool fits = given.Length == lengths.Length;
        for (int i = 0; fits && i < lengths.Length; i++) fits = lengths[i] < 0 || lengths[i] == given[i];
        return fits;
    }

    /// <summary>Lengths as messages show them.</summary>
    internal static string Text(ReadOnlySpan<int> lengths)
    {
        var text = new StringBuilder("[");
        for (int i = 0; i < lengths.Length; i++) text.Append(i == 0 ? "" : ", ").Append(lengths[i] < 0 ? "?" : lengths[i].ToString(System.Globalization.CultureInfo.InvariantCulture));
        return text.Append(']').ToString();
    }
}
