using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Text;
using RedGen.Compiler.Emit;
using RedGen.Compiler.Kernels.Linear;
using RedGen.TestKit;
using Xunit;

namespace RedGen.Compiler.Tests.Red;

/// <summary>Indices as literals: what is written, saved and read back are the same bytes, and the text is short.</summary>
public sealed class ByteTextTests
{
    [Fact]
    public void Every_byte_survives_a_saved_file_and_the_compiler()
    {
        // All pairs, so that no escape swallows what follows it; then more than one literal holds.
        byte[] pairs = [.. Enumerable.Range(0, 128).SelectMany(a => Enumerable.Range(0, 128).SelectMany(b => new[] { (byte)a, (byte)b }))];
        byte[] many = [.. Enumerable.Range(0, (2 << 20) + 5).Select(i => (byte)(i * 7919L % 128))];
        string folder = Path.Combine(Path.GetTempPath(), Path.GetRandomFileName());
        Directory.CreateDirectory(folder);
        try
        {
            string file = Path.Combine(folder, "Weights.g.cs");
            File.WriteAllText(file, "using System; static class Codes { " + Method("Pairs", pairs) + Method("Many", many) + Method("None", []) + " }", new UTF8Encoding(false));
            string text = File.ReadAllText(file);
            // Nothing that an editor or a conversion of line endings would change.
            Assert.DoesNotContain(text, c => c is not (>= ' ' and <= '~' or '\n'));
            using var assembly = GeneratedAssembly.Compile([new KeyValuePair<string, string>(file, text)]);
            Assert.Equal(pairs, assembly.Method<Func<byte[]>>("Codes", "Pairs")());
            Assert.Equal(many, assembly.Method<Func<byte[]>>("Codes", "Many")());
            Assert.Empty(assembly.Method<Func<byte[]>>("Codes", "None")());
            Assert.All(text.Split('\n'), line => Assert.InRange(line.Length, 0, 4_000_000));
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    [Fact]
    public void Width_is_what_a_byte_takes()
    {
        for (int code = 0; code < 128; code++) Assert.Equal(code + ": " + ByteText.Width(code), code + ": " + (ByteText.Of([(byte)code]).Length - "\"\"u8".Length));
    }

    [Fact]
    public void Codes_need_no_escape_while_they_fit_between_them()
    {
        for (int values = 1; values <= 57; values++)
        {
            byte[] indices = [.. Enumerable.Range(0, 10 * values).Select(i => (byte)(i % values))];
            int first = HashedConstants.FirstCode(indices, values);
            Assert.Equal(indices.Length, indices.Sum(i => ByteText.Width(first + i)));
            if (values <= 44) Assert.Equal('0', first);
        }
    }

    [Fact]
    public void Frequent_indices_of_a_large_codebook_are_single_characters()
    {
        // Weights are bell-shaped: the middle of 127 levels is frequent, the ends are rare.
        var random = new Random(5);
        byte[] indices = [.. Enumerable.Range(0, 100_000).Select(_ => (byte)Math.Clamp(Math.Round(63 + (16 * Normal(random))), 0, 126))];
        int first = HashedConstants.FirstCode(indices, 127);
        double offset = indices.Average(i => ByteText.Width(first + i));

        // The best of all assignments gives the most frequent index the shortest character.
        int[] widths = [.. Enumerable.Range(0, 128).Select(ByteText.Width).Order()];
        double best = indices.GroupBy(i => i).OrderByDescending(g => g.Count()).Select((g, k) => (double)g.Count() * widths[k]).Sum() / indices.Length;
        Assert.InRange(offset, best, best + 0.16);
    }

    private static double Normal(Random random) => Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble());

    private static string Method(string name, byte[] bytes)
        => "public static byte[] " + name + "() { ReadOnlySpan<byte> codes = " + (bytes.Length == 0 ? "default" : ByteText.Of(bytes)) + "; return codes.ToArray(); }\n";
}
