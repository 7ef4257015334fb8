using System;
using System.Collections.Generic;
using System.Globalization;
using System.IO;
using System.IO.Compression;
using System.Linq;
using System.Threading.Tasks;
using RedGen.TestKit;
using Xunit;

namespace RedGen.Package.Tests;

/// <summary>The packed package in projects that know nothing of this repository.</summary>
[Collection(PackedFeedCollection.Name)]
public sealed class PackageTests(PackedFeed feed)
{
    [Fact]
    public async Task Net8_with_the_strictest_settings_predicts_and_so_does_a_library_of_netstandard()
    {
        Dictionary<string, float[][]> answers = await RunAsync("Net8", "net8.0");

        Assert.Equal(["linked", "odd", "portable", "x/digits", "y/digits"], answers.Keys.Order(StringComparer.Ordinal));
        Assert.All(answers.Values, AssertExpected);
    }

    [Fact]
    public async Task Net10_with_kernels_as_source_predicts_without_a_reference()
    {
        Dictionary<string, float[][]> answers = await RunAsync("Net10", "net10.0");

        Assert.Equal(["attribute", "external"], answers.Keys.Order(StringComparer.Ordinal));
        Assert.All(answers.Values, AssertExpected);
        Assert.False(File.Exists(Path.Combine(feed.Root, "Net10", "bin", "Debug", "net10.0", "RedGen.Runtime.dll")));
        Assert.True(File.Exists(Path.Combine(feed.Root, "Net8", "bin", "Debug", "net8.0", "RedGen.Runtime.dll")));
    }

    [Fact]
    public async Task A_touched_model_is_not_compiled_and_changed_external_data_is()
    {
        string project = Path.Combine(feed.Root, "Net10");
        string assembly = Path.Combine(project, "obj", "Debug", "net10.0", "Net10.dll");
        DateTime built = File.GetLastWriteTimeUtc(assembly);
        File.SetLastWriteTimeUtc(Path.Combine(project, "digits.onnx"), DateTime.UtcNow.AddMinutes(1));
        await DotNet.RunAsync(project, "build", "--no-restore", "-v", "q");
        Assert.Equal(built, File.GetLastWriteTimeUtc(assembly));

        string data = Path.Combine(project, "external", "weights.bin");
        byte[] bytes = File.ReadAllBytes(data);
        bytes[1] ^= 0x40;
        File.WriteAllBytes(data, bytes);
        await DotNet.RunAsync(project, "build", "--no-restore", "-v", "q");
        Assert.NotEqual(built, File.GetLastWriteTimeUtc(assembly));

        // Put back, for the tests that run after this one.
        bytes[1] ^= 0x40;
        File.WriteAllBytes(data, bytes);
        await DotNet.RunAsync(project, "build", "--no-restore", "-v", "q");
    }

    [Fact]
    public async Task Errors_name_the_model()
    {
        (int code, string output) = await DotNet.TryAsync(Path.Combine(feed.Root, "Broken"), "build", "-v", "q");

        Assert.NotEqual(0, code);
        Assert.Contains("broken.onnx(1,1): error RG0003: ", output, StringComparison.Ordinal);
        Assert.Contains("missing.onnx(1,1): error RG0001: ", output, StringComparison.Ordinal);
        Assert.Contains("option.onnx(1,1): error RG0017: RedGenWeights='Tape'", output, StringComparison.Ordinal);
        Assert.DoesNotContain("CS2015", output, StringComparison.Ordinal);
    }

    [Fact]
    public void The_generated_code_does_not_tell_where_it_was_built()
    {
        string[] files = [.. Directory.EnumerateFiles(feed.Root, "*.g.cs", SearchOption.AllDirectories).Where(static f => f.Contains("RedGenGenerator", StringComparison.Ordinal))];

        Assert.NotEmpty(files);
        Assert.All(files, f => Assert.DoesNotContain(feed.Root, File.ReadAllText(f), StringComparison.Ordinal));
    }

    [Fact]
    public void The_package_holds_what_a_build_needs()
    {
        using ZipArchive package = ZipFile.OpenRead(Path.Combine(feed.Feed, "RedGen." + feed.Version + ".nupkg"));
        HashSet<string> files = [.. package.Entries.Select(static e => e.FullName)];

        string[] needed =
        [
            "analyzers/dotnet/cs/RedGen.Generator.dll", "analyzers/dotnet/cs/RedGen.Compiler.dll", "analyzers/dotnet/cs/Google.Protobuf.dll",
            "analyzers/dotnet/cs/RedGen.Analyzer.dll", "analyzers/dotnet/cs/RedGen.Analyzer.CodeFixes.dll",
            "build/RedGen.props", "build/RedGen.targets", "buildTransitive/RedGen.props", "buildTransitive/RedGen.targets",
            "lib/net8.0/RedGen.Runtime.dll", "lib/netstandard2.0/RedGen.Runtime.dll", "tools/net10.0/any/redgen.dll",
            "tools/net10.0/any/redgen.runtimeconfig.json", "README.md", "docs/diagnostics/RG0001.md",
        ];
        Assert.All(needed, n => Assert.Contains(n, files));
        Assert.DoesNotContain(files, static f => f.EndsWith(".pdb", StringComparison.Ordinal));
    }

    [Fact]
    public async Task The_tool_is_installed_and_starts()
    {
        string tools = Path.Combine(feed.Root, "tools");
        await DotNet.RunAsync(feed.Root, "tool", "install", "RedGen.Tool", "--tool-path", tools, "--version", feed.Version, "--add-source", feed.Feed);

        string library = Directory.EnumerateFiles(tools, "redgen.dll", SearchOption.AllDirectories).Single();
        Assert.Contains("0.1.0", await DotNet.RunAsync(feed.Root, "exec", library, "--version"), StringComparison.Ordinal);
    }

    private async Task<Dictionary<string, float[][]>> RunAsync(string project, string framework)
    {
        string library = Path.Combine(feed.Root, project, "bin", "Debug", framework, project + ".dll");
        string output = await DotNet.RunAsync(feed.Root, "exec", library, Path.Combine(feed.Root, "images.bin"));
        string[][] lines = [.. output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(static l => l.Trim().Split(' '))];
        Assert.DoesNotContain(lines, static l => l[0] == "references" && l[1].Contains("RedGen", StringComparison.Ordinal));
        return lines.Where(static l => l[0] != "references").GroupBy(static l => l[0]).ToDictionary(
            static g => g.Key,
            static g => g.Select(static l => l.Skip(1).Select(static v => float.Parse(v, CultureInfo.InvariantCulture)).ToArray()).ToArray());
    }

    private static void AssertExpected(float[][] answers)
    {
        float[][] expected = DigitsAssets.MlpExpected();
        Assert.Equal(50, answers.Length);
        for (int i = 0; i < answers.Length; i++)
        {
            for (int c = 0; c < expected[i].Length; c++)
                Assert.InRange(Math.Abs(answers[i][c] - expected[i][c]), 0, 1e-4 * Math.Max(1, Math.Abs(expected[i][c])));
        }
    }
}
