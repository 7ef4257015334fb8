using System;
using System.Collections.Immutable;
using System.Runtime.InteropServices;

namespace RedGen.Compiler.Graphs;

/// <summary>A constant tensor. Elements are stored row-major as in ONNX's raw data: little-endian, types below a byte packed.</summary>
public sealed class Tensor
{
    /// <summary>Wraps raw data without copying it; the caller no longer writes to it.</summary>
    /// <exception cref="ArgumentException">The number of bytes does not fit type and shape.</exception>
    public Tensor(ElementType elementType, ImmutableArray<int> dimensions, ReadOnlyMemory<byte> data)
    {
        ElementType = elementType;
        Dimensions = dimensions;
        Length = CountElements(dimensions);
        Data = data;
        Strings = [];
        if (data.Length != ByteLength(elementType, Length))
            throw new ArgumentException("The data do not fit the shape.", nameof(data));
    }

    /// <summary>A tensor of strings.</summary>
    public Tensor(ImmutableArray<int> dimensions, ImmutableArray<string> strings)
    {
        ElementType = ElementType.String;
        Dimensions = dimensions;
        Length = CountElements(dimensions);
        Strings = strings;
        if (strings.Length != Length) throw new ArgumentException("The strings do not fit the shape.", nameof(strings));
    }

    /// <summary>The element type.</summary>
    public ElementType ElementType { get; }

    /// <summary>The lengths of the dimensions, outermost first.</summary>
    public ImmutableArray<int> Dimensions { get; }

    /// <summary>The number of elements.</summary>
    public int Length { get; }

    /// <summary>The elements; empty for strings.</summary>
    public ReadOnlyMemory<byte> Data { get; }

    /// <summary>The elements at one byte or more each, as generated code holds them: types below a byte are unpacked.</summary>
    public ReadOnlyMemory<byte> Unpacked => ElementType.Bits() is > 0 and < 8 ? SubByte.Unpack(ElementType, Data.Span, Length) : Data;

    /// <summary>The elements of a string tensor; empty otherwise.</summary>
    public ImmutableArray<string> Strings { get; }

    /// <summary>The shape.</summary>
    public Shape Shape => Shape.Of(Dimensions);

    /// <summary>The type.</summary>
    public TensorType Type => new(ElementType, Shape);

    /// <summary>The bytes that a number of elements takes, the last byte filled up for types below a byte.</summary>
    public static long ByteLength(ElementType elementType, long elements) => ((elements * elementType.Bits()) + 7) / 8;

    /// <summary>A float32 tensor.</summary>
    public static Tensor Of(ReadOnlySpan<float> values, params int[] dimensions) => FromSpan(ElementType.Float32, values, dimensions);

    /// <summary>An int64 tensor.</summary>
    public static Tensor Of(ReadOnlySpan<long> values, params int[] dimensions) => FromSpan(ElementType.Int64, values, dimensions);

    /// <summary>A tensor of any type that C# holds in one struct of the same size.</summary>
    public static Tensor FromSpan<T>(ElementType elementType, ReadOnlySpan<T> values, params int[] dimensions)
        where T : struct
        => new(elementType, ImmutableArray.Create(dimensions), MemoryMarshal.AsBytes(values).ToArray());

    /// <summary>A tensor of elements as <see cref="Unpacked"/> gives them.</summary>
    public static Tensor FromUnpacked(ElementType elementType, ImmutableArray<int> dimensions, ReadOnlyMemory<byte> elements)
        => new(elementType, dimensions, elementType.Bits() is > 0 and < 8 ? SubByte.Pack(elementType, elements.Span) : elements);

    /// <summary>The elements, reinterpreted; <typeparamref name="T"/> must have the size of an element.</summary>
    public ReadOnlySpan<T> AsSpan<T>()
        where T : struct
        => MemoryMarshal.Cast<byte, T>(Data.Span);

    /// <summary>The same elements in another shape.</summary>
    public Tensor Reshape(params int[] dimensions) => ElementType == ElementType.String
        ? new(ImmutableArray.Create(dimensions), Strings)
        : new(ElementType, ImmutableArray.Create(dimensions), Data);

    /// <inheritdoc/>
    public override string ToString() => Type.ToString();

    private static int CountElements(ImmutableArray<int> dimensions)
    {
        long count = 1;
        bool empty = false;
        foreach (int d in dimensions)
        {
            if (d < 0) throw new ArgumentException("A dimension is negative.", nameof(dimensions));
            empty |= d == 0;
        }

        if (empty) return 0;
        foreach (int d in dimensions)
        {
            count *= d;
            if (count > int.MaxValue) throw new ArgumentException("The tensor has too many elements.", nameof(dimensions));
        }

        return (int)count;
    }
}
