using System;
using System.Buffers.Binary;
using System.Globalization;
using System.IO;
using System.Linq;
using System.Text;
using System.Text.RegularExpressions;

namespace ImageClassifierExample;

/// <summary>8-bit RGB images, one plane a channel: a NumPy array [count, 3, height, width], or one binary PPM picture.</summary>
internal sealed class ImageBatch
{
    // What the network was trained with: the mean and standard deviation of ImageNet's channels.
    private static readonly float[] Mean = [0.485f, 0.456f, 0.406f];
    private static readonly float[] Deviation = [0.229f, 0.224f, 0.225f];

    private readonly byte[] _planes;

    private ImageBatch(byte[] planes, int count)
    {
        _planes = planes;
        Count = count;
    }

    /// <summary>How many images there are.</summary>
    public int Count { get; }

    /// <summary>The values of one image.</summary>
    public int PixelsPerImage => _planes.Length / Count;

    /// <summary>Reads images.</summary>
    /// <exception cref="InvalidDataException">The file is neither form.</exception>
    public static ImageBatch Read(string path)
    {
        byte[] file = File.ReadAllBytes(path);
        if (file.Length > 10 && file[0] == 0x93 && file.AsSpan(1, 5).SequenceEqual("NUMPY"u8)) return FromNpy(file, path);
        if (file.Length > 2 && file[0] == 'P' && file[1] == '6') return FromPpm(file, path);
        throw new InvalidDataException(path + " is neither a .npy array nor a binary PPM picture.");
    }

    /// <summary>Writes image <paramref name="index"/> as the network expects it: (value / 255 − mean) / deviation.</summary>
    public void Normalise(int index, Span<float> output)
    {
        ReadOnlySpan<byte> image = _planes.AsSpan(index * PixelsPerImage, PixelsPerImage);
        int plane = PixelsPerImage / 3;
        for (int i = 0; i < image.Length; i++) output[i] = ((image[i] / 255f) - Mean[i / plane]) / Deviation[i / plane];
    }

    private static ImageBatch FromNpy(byte[] file, string path)
    {
        int headerLength = BinaryPrimitives.ReadUInt16LittleEndian(file.AsSpan(8));
        string header = Encoding.ASCII.GetString(file, 10, headerLength);
        Match shape = Regex.Match(header, @"'shape': \((\d+), 3, \d+, \d+\)");
        if (!header.Contains("'|u1'", StringComparison.Ordinal) || !shape.Success)
            throw new InvalidDataException(path + " is no array of bytes of shape (count, 3, height, width).");
        return new ImageBatch(file[(10 + headerLength)..], int.Parse(shape.Groups[1].Value, CultureInfo.InvariantCulture));
    }

    private static ImageBatch FromPpm(byte[] file, string path)
    {
        Match header = Regex.Match(Encoding.Latin1.GetString(file, 0, Math.Min(file.Length, 200)), @"^P6\s+(?:#.*\n)*(\d+)\s+(\d+)\s+255\s");
        if (!header.Success) throw new InvalidDataException(path + " is no PPM picture of 8 bits a channel.");
        int pixels = int.Parse(header.Groups[1].Value, CultureInfo.InvariantCulture) * int.Parse(header.Groups[2].Value, CultureInfo.InvariantCulture);
        byte[] planes = [.. Enumerable.Range(0, 3 * pixels).Select(i => file[header.Length + (3 * (i % pixels)) + (i / pixels)])];
        return new ImageBatch(planes, 1);
    }
}
