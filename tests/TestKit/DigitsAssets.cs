using System;
using System.Buffers.Binary;
using System.IO;
using System.Linq;

namespace RedGen.TestKit;

/// <summary>
/// Our own digit classifiers with their 450 test images and what ONNX Runtime makes of them. The convolutional one and the images
/// are those of examples/Digits.
/// </summary>
public static class DigitsAssets
{
    /// <summary>Values of one image.</summary>
    public const int ImageLength = 64;

    /// <summary>Values of one answer.</summary>
    public const int LogitsLength = 10;

    /// <summary>The file of <see cref="Mlp"/>.</summary>
    public static string MlpPath => Repository.PathOf("tests", "Assets", "digits-mlp.onnx");

    /// <summary>The file of <see cref="MlpExpected"/>.</summary>
    public static string MlpExpectedPath => Repository.PathOf("tests", "Assets", "digits-mlp-expected.npy");

    /// <summary>The file of ONNX Runtime's answers of <see cref="Cnn"/>.</summary>
    public static string CnnExpectedPath => Example("data", "expected.npy");

    /// <summary>The file of <see cref="Images"/>, which has the shape of the convolutional model's input.</summary>
    public static string ImagesPath => Example("data", "images.npy");

    /// <summary>A model of 64-32-10 neurons: input <c>1x64</c>, output <c>logits</c>.</summary>
    public static byte[] Mlp() => File.ReadAllBytes(MlpPath);

    /// <summary>A convolutional model with batch normalisation: input <c>1x1x8x8</c>, output <c>logits</c>.</summary>
    public static byte[] Cnn() => File.ReadAllBytes(Example("digits.onnx"));

    /// <summary>The images, one row each.</summary>
    public static float[][] Images() => Rows(ImagesPath, ImageLength);

    /// <summary>ONNX Runtime's answers of <see cref="Mlp"/>.</summary>
    public static float[][] MlpExpected() => Rows(MlpExpectedPath, LogitsLength);

    /// <summary>The largest error of any answer, relative to max(1, |expected|).</summary>
    public static double LargestError(float[][] expected, Func<float[], float[]> predict)
    {
        float[][] images = Images();
        return expected.Select((row, i) => row.Zip(predict(images[i]), static (e, a) => Math.Abs(e - a) / Math.Max(1.0, Math.Abs(e))).Max()).Max();
    }

    private static string Example(params string[] parts) => Repository.PathOf(["examples", "Digits", .. parts]);

    /// <summary>NumPy's format, version 1: ten bytes, a header of the length in the last two, little-endian floats.</summary>
    private static float[][] Rows(string path, int length)
    {
        ReadOnlySpan<byte> bytes = File.ReadAllBytes(path);
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
