using System;
using System.Collections.Generic;
using System.IO;
using System.Runtime.InteropServices;
using Google.Protobuf;
using RedGen.Compiler.Graphs;
using RedGen.Compiler.Import.Proto;

namespace RedGen.TestKit;

/// <summary>How a tensor's elements are written.</summary>
public enum OnnxEncoding
{
    /// <summary>As raw_data.</summary>
    Raw,

    /// <summary>In the typed field of the element type (float_data, int32_data, …), packed.</summary>
    Typed,

    /// <summary>In the typed field, each number as a field of its own, as some writers do.</summary>
    Unpacked,
}

/// <summary>Writes tensors in every encoding of the format.</summary>
public static class OnnxTensors
{
    /// <summary>A tensor as the content of a .pb file of ONNX's test data.</summary>
    public static byte[] ToFile(Tensor tensor, string name = "", OnnxEncoding encoding = OnnxEncoding.Raw) => ToProto(name, tensor, encoding).ToByteArray();

    internal static TensorProto ToProto(string name, Tensor tensor, OnnxEncoding encoding)
    {
        var proto = new TensorProto { Name = name, DataType = (int)tensor.ElementType };
        foreach (int d in tensor.Dimensions) proto.Dims.Add(d);
        if (tensor.ElementType == ElementType.String)
        {
            foreach (string s in tensor.Strings) proto.StringData.Add(ByteString.CopyFromUtf8(s));
        }
        else if (encoding == OnnxEncoding.Raw) proto.RawData = ByteString.CopyFrom(tensor.Data.Span);
        else if (tensor.Length > 0) proto = WithTyped(proto, tensor, encoding == OnnxEncoding.Unpacked);
        return proto;
    }

    private static TensorProto WithTyped(TensorProto proto, Tensor tensor, bool unpacked)
    {
        (int field, int wireType, List<byte[]> numbers) = tensor.ElementType switch
        {
            ElementType.Float32 or ElementType.Complex64 => (4, 5, Fixed(tensor, 4)),
            ElementType.Float64 or ElementType.Complex128 => (10, 1, Fixed(tensor, 8)),
            ElementType.Int64 => (7, 0, Varints<long>(tensor, v => (ulong)v)),
            ElementType.UInt64 => (11, 0, Varints<ulong>(tensor, v => v)),
            ElementType.UInt32 => (11, 0, Varints<uint>(tensor, v => v)),
            ElementType.Int32 => (5, 0, Varints<int>(tensor, v => (ulong)v)),
            ElementType.Int16 => (5, 0, Varints<short>(tensor, v => (ulong)v)),
            ElementType.Int8 => (5, 0, Varints<sbyte>(tensor, v => (ulong)v)),
            ElementType.UInt16 or ElementType.Float16 or ElementType.BFloat16 => (5, 0, Varints<ushort>(tensor, v => v)),
            _ => (5, 0, Varints<byte>(tensor, v => v)),
        };
        using var stream = new MemoryStream();
        using var output = new CodedOutputStream(stream);
        if (unpacked)
        {
            foreach (byte[] number in numbers)
            {
                output.WriteTag((uint)((field << 3) | wireType));
                output.WriteRawTag(number);
            }
        }
        else
        {
            output.WriteTag((uint)((field << 3) | 2));
            output.WriteBytes(ByteString.CopyFrom([.. Concat(numbers)]));
        }

        output.Flush();
        proto.MergeFrom(stream.ToArray());
        return proto;
    }

    private static void WriteRawTag(this CodedOutputStream output, byte[] bytes)
    {
        // The stream has no public way to write bytes as they are but one by one as tags.
        foreach (byte b in bytes) output.WriteRawTag(b);
    }

    private static IEnumerable<byte> Concat(List<byte[]> parts)
    {
        foreach (byte[] part in parts)
            foreach (byte b in part) yield return b;
    }

    private static List<byte[]> Fixed(Tensor tensor, int width)
    {
        var numbers = new List<byte[]>();
        for (int i = 0; i < tensor.Data.Length; i += width) numbers.Add(tensor.Data.Slice(i, width).ToArray());
        return numbers;
    }

    private static List<byte[]> Varints<T>(Tensor tensor, Func<T, ulong> bits)
        where T : struct
    {
        var numbers = new List<byte[]>();
        foreach (T value in MemoryMarshal.Cast<byte, T>(tensor.Data.Span))
        {
            var number = new List<byte>();
            ulong rest = bits(value);
            for (; rest >= 0x80; rest >>= 7) number.Add((byte)(rest | 0x80));
            number.Add((byte)rest);
            numbers.Add([.. number]);
        }

        return numbers;
    }
}
