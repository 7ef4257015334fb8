using System.Collections.Immutable;
using System.Linq;
using RedGen.Compiler.Graphs;

namespace RedGen.Compiler.Execute;

/// <summary>
/// A tensor of the reference interpreter: floats of every width are held as double, integers and bool as long (uint64 by its
/// bits), strings as themselves. <see cref="Rounded"/> brings values back to what the element type can hold.
/// </summary>
public sealed class ReferenceTensor
{
    /// <summary>A tensor of zeros (or empty strings).</summary>
    public ReferenceTensor(ElementType elementType, int[] lengths)
    {
        ElementType = elementType;
        Lengths = lengths;
        // An empty tensor may have other lengths whose product is beyond an int.
        int count = lengths.Contains(0) ? 0 : 1;
        foreach (int d in lengths) count = count == 0 ? 0 : checked(count * d);
        Count = count;
        if (elementType == ElementType.String) Strings = [.. Enumerable.Repeat("", count)];
        else if (elementType.IsFloat()) Reals = new double[count];
        else Integers = new long[count];
    }

    /// <summary>A tensor of given reals; the element type is a float.</summary>
    public ReferenceTensor(ElementType elementType, int[] lengths, double[] reals)
    {
        ElementType = elementType;
        Lengths = lengths;
        Reals = reals;
        Count = reals.Length;
    }

    /// <summary>A tensor of given integers; the element type is an integer or bool.</summary>
    public ReferenceTensor(ElementType elementType, int[] lengths, long[] integers)
    {
        ElementType = elementType;
        Lengths = lengths;
        Integers = integers;
        Count = integers.Length;
    }

    /// <summary>The element type.</summary>
    public ElementType ElementType { get; }

    /// <summary>The lengths of the dimensions.</summary>
    public int[] Lengths { get; }

    /// <summary>The number of dimensions.</summary>
    public int Rank => Lengths.Length;

    /// <summary>The number of elements.</summary>
    public int Count { get; }

    /// <summary>Whether the elements are in <see cref="Reals"/>.</summary>
    public bool IsReal => Reals is not null;

    /// <summary>The elements of a float tensor.</summary>
    public double[]? Reals { get; }

    /// <summary>The elements of an integer or bool tensor.</summary>
    public long[]? Integers { get; }

    /// <summary>The elements of a string tensor.</summary>
    public string[]? Strings { get; }

    /// <summary>One element as a double, whatever the type (uint64 as the number that it means).</summary>
    public double Real(int index) => Reals is not null ? Reals[index]
        : ElementType == ElementType.UInt64 ? (double)unchecked((ulong)Integers![index]) : Integers![index];

    /// <summary>All elements as integers (reals truncated).</summary>
    public long[] ToIntegers() => Integers ?? [.. Reals!.Select(r => unchecked((long)r))];

    /// <summary>Copies one element from a tensor of the same storage kind.</summary>
    public void CopyElement(int index, ReferenceTensor source, int sourceIndex)
    {
        if (Reals is not null) Reals[index] = source.Reals![sourceIndex];
        else if (Integers is not null) Integers[index] = source.Integers![sourceIndex];
        else Strings![index] = source.Strings![sourceIndex];
    }

    /// <summary>The same elements in another shape; storage is shared.</summary>
    public ReferenceTensor Reshape(int[] lengths) => Reals is not null ? new(ElementType, lengths, Reals)
        : Integers is not null ? new(ElementType, lengths, Integers)
        : new(lengths, Strings!);

    /// <summary>Rounds every element to the element type: floats to nearest even, integers modulo 2^bits.</summary>
    public ReferenceTensor Rounded()
    {
        if (Reals is not null && ElementType != ElementType.Float64)
            for (int i = 0; i < Reals.Length; i++) Reals[i] = ElementRounding.Round(ElementType, Reals[i]);
        else if (Integers is not null && ElementType is not (ElementType.Int64 or ElementType.UInt64))
            for (int i = 0; i < Integers.Length; i++) Integers[i] = ElementRounding.Wrap(ElementType, Integers[i]);
        return this;
    }

    private ReferenceTensor(int[] lengths, string[] strings)
    {
        ElementType = ElementType.String;
        Lengths = lengths;
        Strings = strings;
        Count = strings.Length;
    }

    /// <summary>Reads a constant.</summary>
    public static ReferenceTensor FromTensor(Tensor tensor)
    {
        int[] lengths = [.. tensor.Dimensions];
        if (tensor.ElementType == ElementType.String) return new(lengths, [.. tensor.Strings]);
        var result = new ReferenceTensor(tensor.ElementType, lengths);
        ElementCodec.Decode(tensor.ElementType, tensor.Data.Span, result.Reals, result.Integers);
        return result;
    }

    /// <summary>Makes a constant.</summary>
    public Tensor ToTensor() => Strings is not null
        ? new(ImmutableArray.Create(Lengths), ImmutableArray.Create(Strings))
        : new(ElementType, ImmutableArray.Create(Lengths), ElementCodec.Encode(ElementType, Reals, Integers));
}
