#nullable enable
using System;
using System.Text;

namespace RedGen.Runtime;

/// <summary>
/// Shapes that follow from values of run time. Generated code has constant shapes: those that the model's file declares. These
/// methods compute what the values give, and throw where that is another shape.
/// </summary>
public static class ShapeCheck
{
    /// <summary>Tensors up to this rank need no memory but the stack.</summary>
    private const int UsualRank = 32;

    /// <summary>ONNX Reshape: 0 keeps a length (unless <paramref name="allowZero"/>), −1 takes what is left.</summary>
    public static void Reshape(string node, ReadOnlySpan<long> shape, bool allowZero, ReadOnlySpan<int> input, ReadOnlySpan<int> output)
    {
        Span<long> given = shape.Length <= UsualRank ? stackalloc long[UsualRank] : new long[shape.Length];
        given = given.Slice(0, shape.Length);
        int open = -1;
        bool hasZero = false;
        long known = 1;
        for (int i = 0; i < shape.Length; i++)
        {
            bool isKept = shape[i] == 0 && !allowZero;
            if (shape[i] < -1 || (shape[i] == -1 && open >= 0) || (isKept && i >= input.Length)) throw Impossible(node, "the shape", shape, input);
            given[i] = isKept ? input[i] : shape[i];
            hasZero |= shape[i] == 0;
            if (shape[i] == -1) open = i;
            else known = Product(known, given[i]);
        }

        if (open >= 0)
        {
            long count = 1;
            for (int i = 0; i < input.Length; i++) count = Product(count, input[i]);
            if ((allowZero && hasZero) || (known == 0 ? count != 0 : count % known != 0)) throw Impossible(node, "the shape", shape, input);
            given[open] = known == 0 ? 0 : count / known;
        }

        Expect(node, given, output);
    }

    /// <summary>ONNX Squeeze: the axes named, of length 1, are dropped.</summary>
    public static void Squeeze(string node, ReadOnlySpan<long> axes, ReadOnlySpan<int> input, ReadOnlySpan<int> output)
    {
        CheckAxes(node, axes, input.Length);
        Span<long> given = input.Length <= UsualRank ? stackalloc long[UsualRank] : new long[input.Length];
        int rank = 0;
        for (int i = 0; i < input.Length; i++)
        {
            bool isDropped = Contains(axes, i, input.Length);
            if (isDropped && input[i] != 1) throw Impossible(node, "dropping the axes", axes, input);
            if (!isDropped) given[rank++] = input[i];
        }

        Expect(node, given.Slice(0, rank), output);
    }

    /// <summary>ONNX Unsqueeze: the axes named, of length 1, are added.</summary>
    public static void Unsqueeze(string node, ReadOnlySpan<long> axes, ReadOnlySpan<int> input, ReadOnlySpan<int> output)
    {
        int rank = input.Length + axes.Length;
        CheckAxes(node, axes, rank);
        Span<long> given = rank <= UsualRank ? stackalloc long[UsualRank] : new long[rank];
        int next = 0;
        for (int i = 0; i < rank; i++) given[i] = Contains(axes, i, rank) ? 1 : input[next++];
        Expect(node, given.Slice(0, rank), output);
    }

    /// <summary>ONNX Expand: input and shape are broadcast with each other.</summary>
    public static void Expand(string node, ReadOnlySpan<long> shape, ReadOnlySpan<int> input, ReadOnlySpan<int> output)
    {
        int rank = Math.Max(shape.Length, input.Length);
        Span<long> given = rank <= UsualRank ? stackalloc long[UsualRank] : new long[rank];
        for (int i = 0; i < rank; i++)
        {
            long length = i < rank - input.Length ? 1 : input[i - (rank - input.Length)];
            long other = i < rank - shape.Length ? 1 : shape[i - (rank - shape.Length)];
            if (other < 0 || (length != 1 && other != 1 && length != other)) throw Impossible(node, "the shape", shape, input);
            given[i] = length == 1 ? other : length;
        }

        Expect(node, given.Slice(0, rank), output);
    }

    /// <summary>ONNX Tile: each axis is repeated.</summary>
    public static void Tile(string node, ReadOnlySpan<long> repeats, ReadOnlySpan<int> input, ReadOnlySpan<int> output)
    {
        if (repeats.Length != input.Length) throw Impossible(node, "the repeats", repeats, input);
        Span<long> given = repeats.Length <= UsualRank ? stackalloc long[UsualRank] : new long[repeats.Length];
        for (int i = 0; i < repeats.Length; i++)
        {
            if (repeats[i] < 0 || repeats[i] > int.MaxValue) throw Impossible(node, "the repeats", repeats, input);
            given[i] = input[i] * repeats[i];
        }

        Expect(node, given.Slice(0, repeats.Length), output);
    }

    /// <summary>ONNX Split, ConstantOfShape: the values are the lengths themselves.</summary>
    public static void Lengths(string node, ReadOnlySpan<long> lengths, ReadOnlySpan<int> expected) => Expect(node, lengths, expected);

    /// <summary>ONNX OneHot: the depth is a length, whatever its type.</summary>
    public static void Depth(string node, double depth, int expected)
    {
        if (!(depth >= 0d && depth <= int.MaxValue) || (int)depth != expected) throw new ArgumentException(node + ": the depth is " + depth + ", but the model's file declares " + expected + ".");
    }

    /// <summary>ONNX Range of floats: the number of elements from a start before a limit.</summary>
    public static void Range(string node, double start, double limit, double delta, int expected)
    {
        double count = delta == 0d ? double.NaN : Math.Ceiling((limit - start) / delta);
        long length = count > int.MaxValue ? long.MaxValue : count >= 0d ? (long)count : count < 0d ? 0L : -1L;
        Span<long> given = stackalloc long[] { length };
        Span<int> wanted = stackalloc int[] { expected };
        Expect(node, given, wanted);
    }

    /// <summary>ONNX Range of integers: the number of elements from a start before a limit. Decimals hold every difference of two 64-bit numbers.</summary>
    public static void IntegerRange(string node, decimal start, decimal limit, decimal delta, int expected)
    {
        decimal count = delta == 0m ? -1m : Math.Max(0m, Math.Ceiling((limit - start) / delta));
        long length = count > int.MaxValue ? long.MaxValue : (long)count;
        Span<long> given = stackalloc long[] { length };
        Span<int> wanted = stackalloc int[] { expected };
        Expect(node, given, wanted);
    }

    /// <summary>A tensor seen as outer × length × inner along an axis.</summary>
    public static (int Outer, int Length, int Inner) AlongAxis(string node, long axis, ReadOnlySpan<int> shape)
    {
        Span<long> axes = stackalloc long[] { axis };
        CheckAxes(node, axes, shape.Length);
        int middle = (int)(axis < 0 ? axis + shape.Length : axis);
        int outer = 1;
        int inner = 1;
        // An empty tensor may have other lengths whose product is beyond an int; nobody counts its elements.
        for (int i = 0; i < middle; i++) outer = unchecked(outer * shape[i]);
        for (int i = middle + 1; i < shape.Length; i++) inner = unchecked(inner * shape[i]);
        return (outer, shape[middle], inner);
    }

    /// <summary>Throws unless the lengths given are those expected.</summary>
    internal static void Expect(string node, ReadOnlySpan<long> given, ReadOnlySpan<int> expected)
    {
        bool fits = given.Length == expected.Length;
        for (int i = 0; fits && i < given.Length; i++) fits = given[i] == expected[i];
        if (fits) return;
        Span<long> numbers = expected.Length <= UsualRank ? stackalloc long[expected.Length] : new long[expected.Length];
        for (int i = 0; i < numbers.Length; i++) numbers[i] = expected[i];
        throw new ArgumentException(node + ": the inputs give the lengths " + Text(given) + ", but the model's file declares " + Text(numbers) + ".");
    }

    /// <summary>Throws unless the axes are different ones of a tensor of a rank.</summary>
    internal static void CheckAxes(string node, ReadOnlySpan<long> axes, int rank)
    {
        for (int i = 0; i < axes.Length; i++)
        {
            bool isWrong = axes[i] < -rank || axes[i] >= rank;
            for (int k = 0; k < i && !isWrong; k++) isWrong = axes[k] == axes[i] || Math.Abs(axes[k] - axes[i]) == rank;
            if (isWrong) throw new ArgumentException(node + ": " + Text(axes) + " are no axes of a tensor of rank " + rank + ".");
        }
    }

    /// <summary>Whether an axis is among those named, of which negative ones count from the end.</summary>
    internal static bool Contains(ReadOnlySpan<long> axes, int axis, int rank)
    {
        for (int i = 0; i < axes.Length; i++)
        {
            if (axes[i] == axis || axes[i] == axis - rank) return true;
        }

        return false;
    }

    /// <summary>The error of values that make no sense for an input.</summary>
    internal static ArgumentException Impossible(string node, string what, ReadOnlySpan<long> values, ReadOnlySpan<int> input)
    {
        var lengths = new long[input.Length];
        for (int i = 0; i < lengths.Length; i++) lengths[i] = input[i];
        return new ArgumentException(node + ": " + what + " " + Text(values) + " cannot be applied to a tensor of shape " + Text(lengths) + ".");
    }

    /// <summary>Numbers as messages show them.</summary>
    internal static string Text(ReadOnlySpan<long> numbers)
    {
        var text = new StringBuilder("[");
        for (int i = 0; i < numbers.Length; i++) text.Append(i == 0 ? "" : ", ").Append(numbers[i]);
        return text.Append(']').ToString();
    }

    /// <summary>A product that stays at a number beyond all tensors once it is there.</summary>
    private static long Product(long a, long b) => b == 0 || a == 0 ? 0 : a > int.MaxValue || b > int.MaxValue ? long.MaxValue : a * b;
}
