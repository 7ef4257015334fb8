using System;
using System.Buffers.Binary;

namespace RedGen.Compiler.Emit;

/// <summary>Bytes as literals of eight each, little-endian: the C# compiler takes 3 µs for one.</summary>
internal static class PackedLiterals
{
    private const int LineLiterals = 6;

    /// <summary>Characters of a literal, 0x and 16 digits, with the comma and the space behind it.</summary>
    private const int Width = 20;

    private const string Digits = "0123456789ABCDEF";

    /// <summary>Writes them in lines of six, the last literal filled up with zeros.</summary>
    public static void Write(SourceWriter code, ReadOnlySpan<byte> bytes)
    {
        // Large networks have hundreds of thousands: nothing is made for one of them but its characters.
        char[] line = new char[LineLiterals * Width];
        byte[] last = new byte[sizeof(ulong)];
        int length = 0;
        for (int at = 0; at < bytes.Length; at += sizeof(ulong))
        {
            ReadOnlySpan<byte> eight = bytes.Slice(at, Math.Min(sizeof(ulong), bytes.Length - at));
            if (eight.Length < sizeof(ulong))
            {
                eight.CopyTo(last);
                eight = last;
            }

            Write(BinaryPrimitives.ReadUInt64LittleEndian(eight), line.AsSpan(length, Width));
            length += Width;
            if (at + sizeof(ulong) < bytes.Length && length < line.Length) continue;
            code.Line(new string(line, 0, length - 1));
            length = 0;
        }
    }

    private static void Write(ulong value, Span<char> text)
    {
        "0x".AsSpan().CopyTo(text);
        for (int digit = 0; digit < 16; digit++) text[2 + digit] = Digits[(int)(value >> (60 - (4 * digit))) & 15];
        text[18] = ',';
        text[19] = ' ';
    }
}
