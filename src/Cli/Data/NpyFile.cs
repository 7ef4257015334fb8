using System;
using System.Buffers.Binary;
using System.Collections.Immutable;
using System.IO;
using System.Linq;
using System.Text;
using RedGen.Compiler.Graphs;

namespace RedGen.Cli.Data;

/// <summary>Reads and writes numpy's .npy files (format versions 1 to 3).</summary>
internal static class NpyFile
{
    private static ReadOnlySpan<byte> Magic => [0x93, (byte)'N', (byte)'U', (byte)'M', (byte)'P', (byte)'Y'];

    /// <summary>Reads a file.</summary>
    /// <exception cref="NpyException">The content is damaged, or of a kind that no tensor has.</exception>
    /// <exception cref="IOException">The file cannot be read.</exception>
    public static Tensor Read(string path)
    {
        try
        {
            return Parse(File.ReadAllBytes(path));
        }
        catch (NpyException problem)
        {
            throw new NpyException(path + ": " + problem.Message);
        }
    }

    /// <summary>Reads a file's content.</summary>
    /// <exception cref="NpyException">The content is damaged, or of a kind that no tensor has.</exception>
    public static Tensor Parse(ReadOnlyMemory<byte> file)
    {
        ReadOnlySpan<byte> bytes = file.Span;
        if (bytes.Length < 10 || !bytes[..6].SequenceEqual(Magic)) throw new NpyException("it is not a .npy file");
        int version = bytes[6];
        if (version is < 1 or > 3) throw new NpyException("its format version " + version + " is unknown");
        int start = version == 1 ? 10 : 12;
        if (bytes.Length < start) throw new NpyException("its header is truncated");
        long length = version == 1 ? BinaryPrimitives.ReadUInt16LittleEndian(bytes[8..]) : BinaryPrimitives.ReadUInt32LittleEndian(bytes[8..]);
        if (length > bytes.Length - start) throw new NpyException("its header is truncated");
        Encoding encoding = version == 3 ? Encoding.UTF8 : Encoding.Latin1;
        NpyHeader header = NpyHeader.Parse(encoding.GetString(bytes.Slice(start, (int)length)));
        return ToTensor(header, file[(start + (int)length)..]);
    }

    /// <summary>Writes a tensor in C order.</summary>
    /// <exception cref="NpyException">numpy has no such element type.</exception>
    public static void Write(string path, Tensor tensor) => File.WriteAllBytes(path, Format(tensor));

    /// <summary>The content of a file that holds a tensor.</summary>
    public static byte[] Format(Tensor tensor)
    {
        string shape = string.Concat(tensor.Dimensions.Select(static d => d + ",")).TrimEnd(tensor.Dimensions.Length > 1 ? ',' : ' ');
        string header = "{'descr': '" + NpyDtype.NameOf(tensor.ElementType) + "', 'fortran_order': False, 'shape': (" + shape + "), }";
        bool isLong = header.Length > 65000;
        int start = isLong ? 12 : 10;
        // The data start at a multiple of 64, and a line feed ends the header.
        int total = (start + header.Length + 1 + 63) / 64 * 64;
        var file = new byte[total + tensor.Data.Length];
        Magic.CopyTo(file);
        file[6] = (byte)(isLong ? 2 : 1);
        if (isLong) BinaryPrimitives.WriteInt32LittleEndian(file.AsSpan(8), total - start);
        else BinaryPrimitives.WriteUInt16LittleEndian(file.AsSpan(8), (ushort)(total - start));
        Encoding.Latin1.GetBytes(header.PadRight(total - start - 1) + "\n", file.AsSpan(start));
        tensor.Data.Span.CopyTo(file.AsSpan(total));
        return file;
    }

    private static Tensor ToTensor(NpyHeader header, ReadOnlyMemory<byte> data)
    {
        (ElementType type, bool isBigEndian) = NpyDtype.Parse(header.Descriptor);
        long count = 1;
        foreach (long d in header.Shape)
        {
            if (d > int.MaxValue || (d > 0 && count > int.MaxValue / d)) throw new NpyException("its shape has too many elements");
            count *= d;
        }

        int width = type.Bytes();
        if (data.Length < count * width) throw new NpyException("its data are truncated: " + data.Length + " bytes, the shape needs " + (count * width));
        data = data[..(int)(count * width)];
        if (isBigEndian && width > 1) data = Swap(data.Span, type is ElementType.Complex64 or ElementType.Complex128 ? width / 2 : width);
        ImmutableArray<int> dimensions = [.. header.Shape.Select(static d => (int)d)];
        if (header.IsFortran && dimensions.Length > 1) data = FromFortran(data.Span, dimensions, width);
        if (type == ElementType.Bool) data = data.ToArray().Select(static b => b == 0 ? (byte)0 : (byte)1).ToArray();
        return new Tensor(type, dimensions, data);
    }

    private static byte[] Swap(ReadOnlySpan<byte> data, int width)
    {
        byte[] swapped = data.ToArray();
        for (int i = 0; i < swapped.Length; i += width) Array.Reverse(swapped, i, width);
        return swapped;
    }

    /// <summary>Turns an array whose first axis runs fastest into one whose last does.</summary>
    private static byte[] FromFortran(ReadOnlySpan<byte> data, ImmutableArray<int> dimensions, int width)
    {
        var result = new byte[data.Length];
        var index = new int[dimensions.Length];
        for (int from = 0; from < data.Length; from += width)
        {
            long to = 0;
            for (int axis = 0; axis < index.Length; axis++) to = (to * dimensions[axis]) + index[axis];
            data.Slice(from, width).CopyTo(result.AsSpan((int)to * width));
            for (int axis = 0; axis < index.Length && ++index[axis] == dimensions[axis]; axis++) index[axis] = 0;
        }

        return result;
    }
}
