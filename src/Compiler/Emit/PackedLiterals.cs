using System;
using System.Buffers.Binary;
using System.Globalization;
using System.Text;

namespace RedGen.Compiler.Emit;

/// <summary>Bytes as literals of eight each, little-endian: the C# compiler takes 3 µs for one.</summary>
internal static class PackedLiterals
{
    private const int LineLiterals = 6;

    /// <summary>Writes them in lines of six, the last literal filled up with zeros.</summary>
    public static void Write(SourceWriter code, ReadOnlySpan<byte> bytes)
    {
        var line = new StringBuilder();
        byte[] padded = new byte[(bytes.Length + sizeof(ulong) - 1) / sizeof(ulong) * sizeof(ulong)];
        bytes.CopyTo(padded);
        for (int at = 0; at < padded.Length; at += sizeof(ulong))
        {
            line.Append("0x").Append(BinaryPrimitives.ReadUInt64LittleEndian(padded.AsSpan(at)).ToString("X16", CultureInfo.InvariantCulture)).Append(", ");
            if (at + sizeof(ulong) < padded.Length && (at / sizeof(ulong) % LineLiterals) + 1 < LineLiterals) continue;
            code.Line(line.ToString().TrimEnd());
            line.Clear();
        }
    }
}
