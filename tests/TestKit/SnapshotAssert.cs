using System;
using System.IO;
using System.Runtime.CompilerServices;
using System.Text;
using System.Text.RegularExpressions;
using DiffPlex;
using DiffPlex.DiffBuilder;
using DiffPlex.DiffBuilder.Model;
using Xunit;

namespace RedGen.TestKit;

/// <summary>
/// Compares text with a file beside the test, in Verify's conventions: <c>Class.Method#Hint.verified.cs</c> is the agreed text,
/// <c>*.received.*</c> what came instead. With REDGEN_ACCEPT=1 what came is agreed.
/// </summary>
public static partial class SnapshotAssert
{
    private const int ShownLines = 60;

    /// <summary>Asserts that a text equals its snapshot.</summary>
    /// <param name="text">The text; its RedGen version is written as %VERSION%.</param>
    /// <param name="hint">Tells the texts of one test apart; empty when there is one.</param>
    /// <param name="extension">The file's extension.</param>
    /// <param name="file">Filled in by the compiler: the test class is named as its file.</param>
    /// <param name="method">Filled in by the compiler.</param>
    public static void Match(
        string text, string hint = "", string extension = "cs", [CallerFilePath] string file = "", [CallerMemberName] string method = "")
    {
        string source = Repository.SourcePath(file);
        string stem = Path.GetFileNameWithoutExtension(source) + "." + method + (hint.Length == 0 ? "" : "#" + hint);
        string verified = Path.Combine(Path.GetDirectoryName(source)!, stem + ".verified." + extension);
        string received = Path.Combine(Path.GetDirectoryName(source)!, stem + ".received." + extension);
        string actual = Scrub(text);
        string? expected = File.Exists(verified) ? File.ReadAllText(verified).Replace("\r\n", "\n", StringComparison.Ordinal) : null;
        File.Delete(received);
        if (actual == expected) return;

        if (Environment.GetEnvironmentVariable("REDGEN_ACCEPT") == "1")
        {
            File.WriteAllText(verified, actual);
            return;
        }

        File.WriteAllText(received, actual);
        Assert.Fail(expected is null
            ? $"there is no snapshot {verified}; look at {received}, then run with REDGEN_ACCEPT=1"
            : $"{verified} differs (+ is what came; accept with REDGEN_ACCEPT=1):\n{Difference(expected, actual)}");
    }

    private static string Scrub(string text)
        => VersionPattern().Replace(text.Replace("\r\n", "\n", StringComparison.Ordinal), "$1%VERSION%").TrimEnd('\n') + "\n";

    private static string Difference(string expected, string actual)
    {
        var text = new StringBuilder();
        int shown = 0;
        foreach (DiffPiece line in new InlineDiffBuilder(new Differ()).BuildDiffModel(expected, actual).Lines)
        {
            if (line.Type == ChangeType.Unchanged) continue;
            if (++shown > ShownLines) return text.Append('…').ToString();
            text.Append(line.Type == ChangeType.Inserted ? "+ " : "- ").Append(line.Text).Append('\n');
        }

        return text.ToString();
    }

    [GeneratedRegex("""(GeneratedCode(?:Attribute)?\("RedGen", "|RedGen )\d+\.\d+\.\d+[-+.\w]*""")]
    private static partial Regex VersionPattern();
}
