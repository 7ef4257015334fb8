using System;
using System.Buffers.Binary;
using System.IO;
using System.Linq;

namespace RedGen.TestKit;

/// <summary>Our own digit classifiers with their 450 test images and what ONNX Runtime makes of them.</summary>
public static class DigitsAssets
{
    /// <summary>Values of one image.</summary>
    public const int ImageLength = 64;

    /// <summary>Values of one answer.</summary>
    public const int LogitsLength = 10;

    /// <summary>A model of 64-32-10 neurons: input <c>1x64</c>, output <c>logits</c>.</summary>
    public static byte[] Mlp() => Read("mlp.onnx");

    /// <summary>A convolutional model with batch normalisation: input <c>1x1x8x8</c>, output <c>logits</c>.</summary>
    public static byte[] Cnn() => Read("cnn.onnx");

    /// <summary>The images, one row each.</summary>
    public static float[][] Images() => Rows("inputs.npy", ImageLength);

    /// <summary>ONNX Runtime's answers of <see cref="Mlp"/>.</summary>
    public static float[][] MlpExpected() => Rows("mlp-expected.npy", LogitsLength);

    /// <summary>ONNX Runtime's answers of <see cref="Cnn"/>.</summary>
    public static float[][] CnnExpected() => Rows("cnn-expected.npy", LogitsLength);

    /// <summary>The largest error of any answer, relative to max(1, |expected|).</summary>
    public static double LargestError(float[][] expected, Func<float[], float[]> predict)
    {
        float[][] images = Images();
        return expected.Select((row, i) => row.Zip(predict(images[i]), static (e, a) => Math.Abs(e - a) / Math.Max(1.0, Math.Abs(e))).Max()).Max();
    }

    private static byte[] Read(string name) => File.ReadAllBytes(Repository.PathOf("tests", "Assets", "Digits", name));

    /// <summary>NumPy's format, version 1: ten bytes, a header of the length in the last two, little-endian floats.</summary>
    private static float[][] Rows(string name, int length)
    {
        ReadOnlySpan<byte> bytes = Read(name);
        ReadOnlySpan<byte> data = bytes[(10 + BinaryPrimitives.ReadUInt16LittleEndian(bytes[8..]))..];
        var rows = new float[data.Length / (4 * length)][];
        for (int r = 0; r < rows.Length; r++)
        {
            rows[r] = new float[length];
            for (int i = 0; i < length; i++) rows[r][i] = BinaryPrimitives.ReadSingleLittleEndian(data[(4 * ((r * length) + i))..]);
        }

        return rows;
    }
}
