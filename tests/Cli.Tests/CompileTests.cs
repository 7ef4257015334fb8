using System.Collections.Generic;
using System.IO;
using System.Linq;
using RedGen.TestKit;
using Xunit;

namespace RedGen.Cli.Tests;

public sealed class CompileTests
{
    [Fact]
    public void Writes_what_a_project_can_compile()
    {
        using var folder = new TemporaryFolder();
        string model = folder.Write("digits.onnx", DigitsAssets.Mlp());
        ToolRun run = ToolRun.Of("compile", model, "-o", Path.Combine(folder.FullPath, "out"), "--namespace", "My.App", "--accessibility", "Public");
        Assert.Equal((0, ""), (run.ExitCode, run.Error));
        Assert.All(run.Lines, static file => Assert.True(File.Exists(file)));
        Assert.Contains("public static partial class Digits", File.ReadAllText(run.Lines[0]));
        using GeneratedAssembly assembly = GeneratedAssembly.Compile(Read(run.Lines));
        Assert.NotNull(assembly.Assembly.GetType("My.App.Digits"));
    }

    [Fact]
    public void Self_contained_code_needs_no_reference()
    {
        using var folder = new TemporaryFolder();
        string model = folder.Write("digits.onnx", DigitsAssets.Cnn());
        ToolRun run = ToolRun.Of("compile", model, "-o", folder.FullPath, "--self-contained");
        Assert.Equal(0, run.ExitCode);
        Assert.Contains(run.Lines, static f => Path.GetFileName(f).StartsWith("RedGen.Runtime.", System.StringComparison.Ordinal));
        using GeneratedAssembly assembly = GeneratedAssembly.Compile(Read(run.Lines), new ConsumerSettings { HasRuntime = false });
        Assert.NotNull(assembly.Assembly.GetType("Digits"));
    }

    [Fact]
    public void Timings_name_the_stages()
    {
        using var folder = new TemporaryFolder();
        string model = folder.Write("digits.onnx", DigitsAssets.Mlp());
        ToolRun run = ToolRun.Of("compile", model, "-o", folder.FullPath, "--timings", "--json");
        foreach (string stage in new[] { "Import", "Normalise", "Plan", "Emit", "total" }) Assert.Contains(stage, run.Error);
        Assert.True(run.Json.GetProperty("timings").GetProperty("emit").GetDouble() >= 0);
        Assert.True(run.Json.GetProperty("peakBytes").GetProperty("emit").GetInt64() >= run.Json.GetProperty("peakBytes").GetProperty("import").GetInt64());
    }

    [Fact]
    public void Weights_go_to_a_blob_where_asked()
    {
        using var folder = new TemporaryFolder();
        string model = folder.Write("digits.onnx", DigitsAssets.Mlp());
        string blob = Path.Combine(folder.FullPath, "digits.bin");
        ToolRun run = ToolRun.Of("compile", model, "-o", folder.FullPath, "--weights", "resource", "--weights-blob", blob, "--weight-resource", "Digits.Blob", "--hashing", "none", "--json");
        Assert.Equal(0, run.ExitCode);
        Assert.True(new FileInfo(blob).Length > 2410 * 4);
        Assert.Equal("Digits.Blob", run.Json.GetProperty("weightResource").GetString());
        Assert.Contains("LogicalName=\"Digits.Blob\"", run.Error);
        Assert.Contains(run.Json.GetProperty("files").EnumerateArray(), static f => File.ReadAllText(f.GetString()!).Contains("\"Digits.Blob\""));
    }

    [Fact]
    public void What_is_not_supported_is_reported_with_its_node()
    {
        using var folder = new TemporaryFolder();
        string model = folder.Write("m.onnx", Samples.Unknown().ToBytes());
        ToolRun run = ToolRun.Of("compile", model, "-o", folder.FullPath);
        Assert.Equal(1, run.ExitCode);
        Assert.Contains(model + ": error RG0007: ", run.Error);
        Assert.Contains("Frobnicate", run.Error);
        Assert.Equal("", run.Output);
    }

    private static IEnumerable<KeyValuePair<string, string>> Read(IEnumerable<string> files)
        => files.Select(static f => KeyValuePair.Create(Path.GetFileName(f), File.ReadAllText(f)));
}
