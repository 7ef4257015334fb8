using System;
using System.Buffers.Binary;
using System.IO;
using System.Runtime.InteropServices;
using System.Text;

namespace DigitsExample;

/// <summary>Reads the little of NumPy's file format that this example needs.</summary>
internal static class NpyFile
{
    private static ReadOnlySpan<byte> Magic => [0x93, (byte)'N', (byte)'U', (byte)'M', (byte)'P', (byte)'Y', 1];

    /// <summary>The elements of a C-ordered array of little-endian float32, whatever its shape.</summary>
    /// <exception cref="InvalidDataException">The file holds something else.</exception>
    public static float[] ReadFloats(string path)
    {
        byte[] file = File.ReadAllBytes(path);
        if (!file.AsSpan().StartsWith(Magic)) throw new InvalidDataException(path + " is no .npy file of version 1.");
        int headerLength = BinaryPrimitives.ReadUInt16LittleEndian(file.AsSpan(8));
        string header = Encoding.ASCII.GetString(file, 10, headerLength);
        if (!header.Contains("'<f4'", StringComparison.Ordinal) || !header.Contains("'fortran_order': False", StringComparison.Ordinal))
            throw new InvalidDataException(path + " is no C-ordered array of float32.");
        return MemoryMarshal.Cast<byte, float>(file.AsSpan(10 + headerLength)).ToArray();
    }
}
