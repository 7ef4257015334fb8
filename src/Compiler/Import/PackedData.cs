using System;
using System.Buffers.Binary;
using Google.Protobuf;
using Google.Protobuf.Collections;
using RedGen.Compiler.Import.Proto;

namespace RedGen.Compiler.Import;

/// <summary>Decodes the typed data fields of a tensor (float_data, int32_data, …) into raw little-endian elements.</summary>
internal static class PackedData
{
    /// <summary>Numbers of fixed width: the packed form on the wire is already the raw form.</summary>
    /// <returns>Null when the number of bytes is not <paramref name="needed"/>.</returns>
    public static ReadOnlyMemory<byte>? Fixed(RepeatedField<ByteString> chunks, long needed)
    {
        long total = 0;
        foreach (ByteString chunk in chunks) total += chunk.Length;
        if (total != needed) return null;
        if (chunks.Count == 1) return chunks[0].Memory;
        var data = new byte[needed];
        int position = 0;
        foreach (ByteString chunk in chunks)
        {
            chunk.Span.CopyTo(data.AsSpan(position));
            position += chunk.Length;
        }

        return data;
    }

    /// <summary>How many varints the chunks hold; -1 when one is cut off or longer than ten bytes.</summary>
    public static long CountVarints(RepeatedField<ByteString> chunks)
    {
        long count = 0;
        foreach (ByteString chunk in chunks)
        {
            int run = 0;
            foreach (byte b in chunk.Span)
            {
                if (++run > 10) return -1;
                if (b >= 0x80) continue;
                run = 0;
                count++;
            }

            if (run != 0) return -1;
        }

        return count;
    }

    /// <summary>Varints into elements of <paramref name="width"/> bytes; the count was checked.</summary>
    /// <returns>False when a number does not fit the element, signed or unsigned.</returns>
    public static bool Varints(RepeatedField<ByteString> chunks, int width, Span<byte> data)
    {
        bool fits = true;
        foreach (ByteString chunk in chunks)
        {
            ReadOnlySpan<byte> bytes = chunk.Span;
            int position = 0;
            while (position < bytes.Length)
            {
                ulong value = 0;
                int shift = 0;
                byte b;
                do
                {
                    b = bytes[position++];
                    if (shift < 64) value |= (ulong)(b & 0x7F) << shift;
                    shift += 7;
                }
                while (b >= 0x80);
                fits &= Fits((long)value, width);
                Write(value, data, width);
                data = data.Slice(width);
            }
        }

        return fits;
    }

    /// <summary>The tensor's data packed, where its writer put each number into a field of its own.</summary>
    public static TensorProto Pack(TensorProto tensor)
    {
        // What does not fit the declared bytes was kept as unknown fields, and writes out again as it came.
        UnpackedTensorProto loose = UnpackedTensorProto.Parser.ParseFrom(tensor.ToByteString());
        var packed = new TensorProto(tensor);
        Add(packed.FloatData, loose.FloatData, 4, static (value, data) => BinaryPrimitives.WriteInt32LittleEndian(data, SingleBits(value)));
        Add(packed.DoubleData, loose.DoubleData, 8, static (value, data) => BinaryPrimitives.WriteInt64LittleEndian(data, BitConverter.DoubleToInt64Bits(value)));
        AddVarints(packed.Int32Data, loose.Int32Data, static value => (ulong)value);
        AddVarints(packed.Int64Data, loose.Int64Data, static value => (ulong)value);
        AddVarints(packed.Uint64Data, loose.Uint64Data, static value => value);
        return packed;
    }

    private delegate void Writer<T>(T value, Span<byte> data);

    private static void Add<T>(RepeatedField<ByteString> chunks, RepeatedField<T> values, int width, Writer<T> write)
    {
        if (values.Count == 0) return;
        var data = new byte[checked(values.Count * width)];
        for (int i = 0; i < values.Count; i++) write(values[i], data.AsSpan(i * width));
        chunks.Clear();
        chunks.Add(UnsafeByteOperations.UnsafeWrap(data));
    }

    private static void AddVarints<T>(RepeatedField<ByteString> chunks, RepeatedField<T> values, Func<T, ulong> bits)
    {
        if (values.Count == 0) return;
        var data = new byte[checked(values.Count * 10)];
        int position = 0;
        foreach (T value in values)
        {
            ulong rest = bits(value);
            for (; rest >= 0x80; rest >>= 7) data[position++] = (byte)(rest | 0x80);
            data[position++] = (byte)rest;
        }

        chunks.Clear();
        chunks.Add(UnsafeByteOperations.UnsafeWrap(data.AsMemory(0, position)));
    }

    private static int SingleBits(float value)
    {
#if NETSTANDARD2_0
        return BitConverter.ToInt32(BitConverter.GetBytes(value), 0);
#else
        return BitConverter.SingleToInt32Bits(value);
#endif
    }

    private static bool Fits(long value, int width)
        => width == 8 || (value >= -(1L << ((8 * width) - 1)) && value < 1L << (8 * width));

    private static void Write(ulong value, Span<byte> data, int width)
    {
        switch (width)
        {
            case 1: data[0] = (byte)value; break;
            case 2: BinaryPrimitives.WriteUInt16LittleEndian(data, (ushort)value); break;
            case 4: BinaryPrimitives.WriteUInt32LittleEndian(data, (uint)value); break;
            default: BinaryPrimitives.WriteUInt64LittleEndian(data, value); break;
        }
    }
}
