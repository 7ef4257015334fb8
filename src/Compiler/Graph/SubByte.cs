using System;

namespace RedGen.Compiler.Graphs;

/// <summary>Elements of 4 and 2 bits: packed from the low bits up as ONNX stores them, and one a byte as generated code does.</summary>
internal static class SubByte
{
    /// <summary>One byte an element; those of signed integers have the sign of the element.</summary>
    public static byte[] Unpack(ElementType type, ReadOnlySpan<byte> packed, int count)
    {
        int bits = type.Bits();
        int perByte = 8 / bits;
        int sign = type.IsInteger() && type.IsSigned() ? 1 << (bits - 1) : 0;
        var elements = new byte[count];
        for (int i = 0; i < count; i++)
        {
            int value = (packed[i / perByte] >> (bits * (i % perByte))) & ((1 << bits) - 1);
            elements[i] = unchecked((byte)((value ^ sign) - sign));
        }

        return elements;
    }

    /// <summary>The low bits of each byte, packed.</summary>
    public static byte[] Pack(ElementType type, ReadOnlySpan<byte> elements)
    {
        int bits = type.Bits();
        int perByte = 8 / bits;
        var packed = new byte[Tensor.ByteLength(type, elements.Length)];
        for (int i = 0; i < elements.Length; i++)
            packed[i / perByte] |= (byte)((elements[i] & ((1 << bits) - 1)) << (bits * (i % perByte)));
        return packed;
    }
}
