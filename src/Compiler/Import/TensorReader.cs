using System;
using System.Collections.Immutable;
using System.Text;
using Google.Protobuf;
using Google.Protobuf.Collections;
using RedGen.Compiler.Diagnostics;
using RedGen.Compiler.Graphs;
using RedGen.Compiler.Import.Proto;

namespace RedGen.Compiler.Import;

/// <summary>Tensors in every encoding of ONNX: raw, typed fields, strings, external.</summary>
internal static class TensorReader
{
    private const int External = 1;

    private static readonly UTF8Encoding StrictUtf8 = new(false, true);

    /// <summary>Reads a tensor.</summary>
    /// <param name="proto">The tensor.</param>
    /// <param name="what">What messages call it, such as <c>initializer 'w'</c>.</param>
    /// <param name="context">The file's context.</param>
    /// <exception cref="ModelException">The tensor contradicts itself.</exception>
    public static Tensor Read(TensorProto proto, string what, ReadContext context)
    {
        context.Cancellation.ThrowIfCancellationRequested();
        var type = (ElementType)proto.DataType;
        if (!ElementTypes.IsDefined(type)) throw ReadContext.Malformed(what, "has the unknown element type " + ReadContext.Text(proto.DataType));
        if (proto.Segment is not null) throw ReadContext.Malformed(what, "is a segment of a tensor, which no version of ONNX defines");
        ImmutableArray<int> dimensions = Dimensions(proto.Dims, what, out int count);
        bool isExternal = proto.DataLocation == External;
        if (!isExternal && proto.DataLocation != 0) throw ReadContext.Malformed(what, "has the unknown data location " + ReadContext.Text(proto.DataLocation));
        if (type == ElementType.String)
        {
            if (isExternal) throw new ModelException(DiagnosticCatalog.ExternalData.With(ReadContext.Shorten(proto.Name), "strings cannot be external"));
            return new Tensor(dimensions, Strings(proto, what, count, context));
        }

        long needed = Tensor.ByteLength(type, count);
        if (needed > int.MaxValue) throw new ModelException(DiagnosticCatalog.TooLarge.With(what, "it has " + ReadContext.Text(needed) + " bytes, more than 2^31"));
        string label = what + " (" + new TensorType(type, Shape.Of(dimensions)) + ")";
        ReadOnlyMemory<byte> data = isExternal ? context.ExternalData.Read(ReadContext.Shorten(proto.Name), proto.ExternalData, needed)
            : proto.HasRawData ? Raw(proto, label, needed)
            : Typed(proto, type, label, count);
        return new Tensor(type, dimensions, type == ElementType.Bool ? Booleans(data) : data);
    }

    /// <summary>The lengths of a tensor's dimensions and their product.</summary>
    public static ImmutableArray<int> Dimensions(RepeatedField<long> dims, string what, out int count)
    {
        ImmutableArray<int>.Builder lengths = ImmutableArray.CreateBuilder<int>(dims.Count);
        long product = 1;
        bool tooLarge = false;
        foreach (long d in dims)
        {
            if (d < 0) throw ReadContext.Malformed(what, "has the negative dimension " + ReadContext.Text(d));
            if (d > int.MaxValue) throw new ModelException(DiagnosticCatalog.TooLarge.With(what, "it has a dimension of " + ReadContext.Text(d)));
            lengths.Add((int)d);
            if (product > 0 && d > int.MaxValue / product && d > 0) tooLarge = true;
            else product *= d;
        }

        if (product != 0 && tooLarge && !lengths.Contains(0))
            throw new ModelException(DiagnosticCatalog.TooLarge.With(what, "its dimensions " + ReadContext.Shorten(Shape.Of(lengths).ToString()) + " have more than 2^31 elements"));
        count = lengths.Contains(0) ? 0 : (int)product;
        return lengths.MoveToImmutable();
    }

    private static ReadOnlyMemory<byte> Raw(TensorProto proto, string label, long needed)
        => proto.RawData.Length == needed
            ? proto.RawData.Memory
            : throw ReadContext.Malformed(label, "has " + ReadContext.Text(proto.RawData.Length) + " bytes of raw data; type and shape need " + ReadContext.Text(needed));

    private static ReadOnlyMemory<byte> Typed(TensorProto proto, ElementType type, string label, int count)
    {
        if (count == 0) return ReadOnlyMemory<byte>.Empty;
        bool hasData = proto.FloatData.Count + proto.DoubleData.Count + proto.Int32Data.Count + proto.Int64Data.Count + proto.Uint64Data.Count > 0;
        if (!hasData) proto = PackedData.Pack(proto);
        long needed = Tensor.ByteLength(type, count);
        switch (type)
        {
            case ElementType.Float32 or ElementType.Complex64:
                return PackedData.Fixed(proto.FloatData, needed) ?? throw WrongSize(label, "float_data");
            case ElementType.Float64 or ElementType.Complex128:
                return PackedData.Fixed(proto.DoubleData, needed) ?? throw WrongSize(label, "double_data");
            case ElementType.Int64:
                return Varints(proto.Int64Data, 8, needed, label, "int64_data");
            case ElementType.UInt64 or ElementType.UInt32:
                return Varints(proto.Uint64Data, type.Bytes(), needed, label, "uint64_data");
            default: // types below a byte come packed: each number is one byte of them
                return Varints(proto.Int32Data, type.Bytes(), needed, label, "int32_data");
        }
    }

    private static byte[] Varints(RepeatedField<ByteString> chunks, int width, long needed, string label, string field)
    {
        if (PackedData.CountVarints(chunks) != needed / width) throw WrongSize(label, field);
        var data = new byte[needed];
        if (!PackedData.Varints(chunks, width, data)) throw ReadContext.Malformed(label, "has numbers in " + field + " that its element type cannot hold");
        return data;
    }

    private static ModelException WrongSize(string label, string field)
        => ReadContext.Malformed(label, "does not have as many elements in " + field + " as its shape says");

    private static ImmutableArray<string> Strings(TensorProto proto, string what, int count, ReadContext context)
    {
        if (proto.StringData.Count != count)
            throw ReadContext.Malformed(what, "has " + ReadContext.Text(proto.StringData.Count) + " strings; its shape needs " + ReadContext.Text(count));
        ImmutableArray<string>.Builder strings = ImmutableArray.CreateBuilder<string>(count);
        foreach (ByteString bytes in proto.StringData) strings.Add(Decode(bytes, what, context));
        return strings.MoveToImmutable();
    }

    /// <summary>A string that is data. ONNX allows any bytes there; what is not UTF-8 has no C# string and is reported.</summary>
    public static string Decode(ByteString bytes, string what, ReadContext context)
    {
        try
        {
            return StrictUtf8.GetString(bytes.ToByteArray());
        }
        catch (ArgumentException)
        {
            context.Report(DiagnosticCatalog.UnsupportedValue.With(what, "a string is not UTF-8"));
            return bytes.ToStringUtf8();
        }
    }

    /// <summary>C# knows one representation of true, files know 255.</summary>
    private static ReadOnlyMemory<byte> Booleans(ReadOnlyMemory<byte> data)
    {
        byte[]? clean = null;
        for (int i = 0; i < data.Length; i++)
        {
            if (data.Span[i] <= 1) continue;
            clean ??= data.ToArray();
            clean[i] = 1;
        }

        return clean ?? data;
    }
}
