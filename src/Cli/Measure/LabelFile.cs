using System;
using System.Globalization;
using System.IO;
using System.Linq;
using RedGen.Cli.Output;
using RedGen.Compiler.Graphs;

namespace RedGen.Cli.Measure;

/// <summary>Reads the classes of samples: an .npy file of integers, or a text with one a line.</summary>
internal static class LabelFile
{
    /// <summary>Reads a file.</summary>
    /// <param name="file">The file.</param>
    /// <param name="samples">The number of samples.</param>
    /// <exception cref="ToolException">It cannot be read, or has another number of labels.</exception>
    public static int[] Read(string file, int samples)
    {
        int[] labels = file.EndsWith(".npy", StringComparison.OrdinalIgnoreCase) ? Integers(file) : Lines(file);
        return labels.Length == samples ? labels : throw new ToolException(FormattableString.Invariant($"{file} has {labels.Length} labels for {samples} samples"));
    }

    private static int[] Integers(string file)
    {
        Tensor array = SampleFile.ReadArray(file);
        return array.ElementType switch
        {
            ElementType.Int64 => [.. array.AsSpan<long>().ToArray().Select(static v => (int)Math.Clamp(v, int.MinValue, int.MaxValue))],
            ElementType.Int32 => array.AsSpan<int>().ToArray(),
            ElementType.UInt8 => [.. array.AsSpan<byte>().ToArray().Select(static b => (int)b)],
            _ => throw new ToolException(file + " holds " + array.ElementType.Name() + ": labels are int64, int32 or uint8"),
        };
    }

    private static int[] Lines(string file)
    {
        string[] lines = [.. File.ReadAllLines(file).Select(static l => l.Trim()).Where(static l => l.Length > 0)];
        var labels = new int[lines.Length];
        for (int i = 0; i < lines.Length; i++)
            if (!int.TryParse(lines[i], NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out labels[i])) throw new ToolException(file + ": '" + lines[i] + "' is no label");
        return labels;
    }
}
