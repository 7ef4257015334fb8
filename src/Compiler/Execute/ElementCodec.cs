using System;
using System.Buffers.Binary;
using RedGen.Compiler.Graphs;

namespace RedGen.Compiler.Execute;

/// <summary>Reads and writes ONNX's raw data (little-endian, types below a byte packed from the low bits up).</summary>
public static class ElementCodec
{
    /// <summary>Whether elements of a type can be decoded: all but strings and complex numbers.</summary>
    public static bool Supports(ElementType type) => type == ElementType.Bool || type.IsFloat() || type.IsInteger();

    /// <summary>Decodes all elements into one of the two arrays, by the type.</summary>
    public static void Decode(ElementType type, ReadOnlySpan<byte> data, double[]? reals, long[]? integers)
    {
        if (reals is not null)
            for (int i = 0; i < reals.Length; i++) reals[i] = DecodeReal(type, data, i);
        if (integers is not null)
            for (int i = 0; i < integers.Length; i++) integers[i] = DecodeInteger(type, data, i);
    }

    /// <summary>Encodes all elements from one of the two arrays, by the type; the elements are rounded already.</summary>
    public static byte[] Encode(ElementType type, double[]? reals, long[]? integers)
    {
        int count = reals?.Length ?? integers!.Length;
        var data = new byte[Tensor.ByteLength(type, count)];
        for (int i = 0; i < count; i++)
        {
            if (reals is not null) EncodeReal(type, data, i, reals[i]);
            else EncodeInteger(type, data, i, integers![i]);
        }

        return data;
    }

    /// <summary>The binary16 value of its bits.</summary>
    public static double HalfToDouble(ushort bits)
    {
        int exponent = (bits >> 10) & 31;
        int mantissa = bits & 1023;
        double magnitude = exponent switch
        {
            0 => mantissa * Math.Pow(2, -24),
            31 => mantissa == 0 ? double.PositiveInfinity : double.NaN,
            _ => (1024 + mantissa) * Math.Pow(2, exponent - 25),
        };
        return (bits & 0x8000) != 0 ? -magnitude : magnitude;
    }

    /// <summary>The binary16 bits of a value that is exactly representable (or infinite or NaN).</summary>
    public static ushort DoubleToHalf(double value)
    {
        long bits = BitConverter.DoubleToInt64Bits(value);
        int sign = bits < 0 ? 0x8000 : 0;
        double magnitude = Math.Abs(value);
        if (double.IsNaN(value)) return (ushort)(sign | 0x7E00);
        if (double.IsInfinity(value)) return (ushort)(sign | 0x7C00);
        if (magnitude < Math.Pow(2, -14)) return (ushort)(sign | (int)(magnitude * Math.Pow(2, 24)));
        int exponent = (int)((bits >> 52) & 0x7FF) - 1023;
        return (ushort)(sign | ((exponent + 15) << 10) | (int)((bits >> 42) & 1023));
    }

    private static float BitsToSingle(int bits) => System.Runtime.CompilerServices.Unsafe.As<int, float>(ref bits);

    private static int SingleToBits(float value) => System.Runtime.CompilerServices.Unsafe.As<float, int>(ref value);

    private static double DecodeReal(ElementType type, ReadOnlySpan<byte> data, int i) => type switch
    {
        ElementType.Float32 => BitsToSingle(BinaryPrimitives.ReadInt32LittleEndian(data.Slice(4 * i))),
        ElementType.Float64 => BitConverter.Int64BitsToDouble(BinaryPrimitives.ReadInt64LittleEndian(data.Slice(8 * i))),
        ElementType.Float16 => HalfToDouble(BinaryPrimitives.ReadUInt16LittleEndian(data.Slice(2 * i))),
        ElementType.BFloat16 => BitsToSingle(BinaryPrimitives.ReadUInt16LittleEndian(data.Slice(2 * i)) << 16),
        ElementType.Float4E2M1 => NarrowFloats.Decode(type, (data[i / 2] >> (4 * (i % 2))) & 15),
        _ => NarrowFloats.Decode(type, data[i]),
    };

    private static void EncodeReal(ElementType type, Span<byte> data, int i, double value)
    {
        switch (type)
        {
            case ElementType.Float32: BinaryPrimitives.WriteInt32LittleEndian(data.Slice(4 * i), SingleToBits((float)value)); break;
            case ElementType.Float64: BinaryPrimitives.WriteInt64LittleEndian(data.Slice(8 * i), BitConverter.DoubleToInt64Bits(value)); break;
            case ElementType.Float16: BinaryPrimitives.WriteUInt16LittleEndian(data.Slice(2 * i), DoubleToHalf(value)); break;
            case ElementType.BFloat16: BinaryPrimitives.WriteUInt16LittleEndian(data.Slice(2 * i), (ushort)(SingleToBits((float)value) >>> 16)); break;
            case ElementType.Float4E2M1: data[i / 2] |= (byte)(NarrowFloats.Encode(type, value) << (4 * (i % 2))); break;
            default: data[i] = NarrowFloats.Encode(type, value); break;
        }
    }

    private static long DecodeInteger(ElementType type, ReadOnlySpan<byte> data, int i) => type switch
    {
        ElementType.Int8 => (sbyte)data[i],
        ElementType.UInt8 => data[i],
        ElementType.Bool => data[i] != 0 ? 1 : 0,
        ElementType.Int16 => BinaryPrimitives.ReadInt16LittleEndian(data.Slice(2 * i)),
        ElementType.UInt16 => BinaryPrimitives.ReadUInt16LittleEndian(data.Slice(2 * i)),
        ElementType.Int32 => BinaryPrimitives.ReadInt32LittleEndian(data.Slice(4 * i)),
        ElementType.UInt32 => BinaryPrimitives.ReadUInt32LittleEndian(data.Slice(4 * i)),
        ElementType.Int64 or ElementType.UInt64 => BinaryPrimitives.ReadInt64LittleEndian(data.Slice(8 * i)),
        ElementType.UInt4 or ElementType.Int4 => ElementRounding.Wrap(type, data[i / 2] >> (4 * (i % 2))),
        ElementType.UInt2 or ElementType.Int2 => ElementRounding.Wrap(type, data[i / 4] >> (2 * (i % 4))),
        _ => throw new NotSupportedException(type.Name()),
    };

    private static void EncodeInteger(ElementType type, Span<byte> data, int i, long value)
    {
        switch (type)
        {
            case ElementType.Int8 or ElementType.UInt8 or ElementType.Bool: data[i] = unchecked((byte)value); break;
            case ElementType.Int16 or ElementType.UInt16: BinaryPrimitives.WriteInt16LittleEndian(data.Slice(2 * i), unchecked((short)value)); break;
            case ElementType.Int32 or ElementType.UInt32: BinaryPrimitives.WriteInt32LittleEndian(data.Slice(4 * i), unchecked((int)value)); break;
            case ElementType.Int64 or ElementType.UInt64: BinaryPrimitives.WriteInt64LittleEndian(data.Slice(8 * i), value); break;
            case ElementType.UInt4 or ElementType.Int4: data[i / 2] |= (byte)((value & 15) << (4 * (i % 2))); break;
            case ElementType.UInt2 or ElementType.Int2: data[i / 4] |= (byte)((value & 3) << (2 * (i % 4))); break;
            default: throw new NotSupportedException(type.Name());
        }
    }
}
