using System.Text.Json;
using RedGen.TestKit;
using Xunit;

namespace RedGen.Cli.Tests;

public sealed class ToolTests
{
    [Fact]
    public void Version_is_one_line()
    {
        ToolRun run = ToolRun.Of("--version");
        Assert.Equal(0, run.ExitCode);
        Assert.Matches(@"^\d+\.\d+\.\d+$", Assert.Single(run.Lines));
    }

    [Fact]
    public void Help_lists_the_verbs()
    {
        ToolRun run = ToolRun.Of("--help");
        Assert.Equal(0, run.ExitCode);
        foreach (string verb in new[] { "inspect", "compile", "test", "run", "eval", "tune", "bench", "report" }) Assert.Contains("  " + verb + " ", run.Output);
    }

    [Theory]
    [InlineData("frobnicate")]
    [InlineData("compile")]
    [InlineData("inspect", "m.onnx", "--frobnicate")]
    [InlineData("test")]
    public void Misuse_ends_with_a_line_and_a_code(params string[] args)
    {
        ToolRun run = ToolRun.Of(args);
        Assert.Equal(1, run.ExitCode);
        Assert.StartsWith("redgen: error: ", run.Error);
        Assert.Contains("--help", run.Error);
        Assert.Equal("", run.Output);
    }

    [Fact]
    public void Misuse_in_json_mode_is_one_object()
    {
        ToolRun run = ToolRun.Of("inspect", "--json", "--frobnicate");
        Assert.Equal(1, run.ExitCode);
        Assert.Equal(JsonValueKind.String, run.Json.GetProperty("error").ValueKind);
    }

    [Theory]
    [InlineData("inspect")]
    [InlineData("bench")]
    [InlineData("report")]
    public void A_missing_model_is_a_diagnostic(string verb)
    {
        ToolRun run = ToolRun.Of(verb, "nowhere.onnx");
        Assert.Equal(1, run.ExitCode);
        Assert.StartsWith("nowhere.onnx: error RG0001: ", run.Error);
        Assert.DoesNotContain("   at ", run.Error);
    }

    [Fact]
    public void A_file_that_is_no_model_is_a_diagnostic()
    {
        using var folder = new TemporaryFolder();
        string path = folder.Write("m.onnx", "version https://git-lfs.github.com/spec/v1");
        ToolRun run = ToolRun.Of("compile", path, "-o", folder.FullPath, "--json");
        Assert.Equal(1, run.ExitCode);
        Assert.Contains(path + ": error RG0003: ", run.Error);
        Assert.Equal("RG0003", run.Json.GetProperty("diagnostics")[0].GetProperty("id").GetString());
    }

    [Theory]
    [InlineData("--hashing", "frob")]
    [InlineData("--profile", "Desktop")]
    [InlineData("--dims", "batch=none")]
    [InlineData("--optimise", "perhaps")]
    [InlineData("--tolerance", "2")]
    [InlineData("--state", "h")]
    public void An_option_that_cannot_be_used_is_RG0017(string option, string value)
    {
        ToolRun run = ToolRun.Of("inspect", "m.onnx", option, value);
        Assert.Equal(1, run.ExitCode);
        Assert.Contains($"error RG0017: {option}='{value}'", run.Error);
    }

    [Fact]
    public void Dimensions_of_a_project_need_not_be_in_every_model()
    {
        using var folder = new TemporaryFolder();
        string model = folder.Write("m.onnx", DigitsAssets.Mlp());
        Assert.Contains("RG0017", ToolRun.Of("inspect", model, "--dims", "seq=3").Error);
        Assert.Equal("", ToolRun.Of("inspect", model, "--dims", "seq=3", "--dims-are-shared").Error);
    }

    [Fact]
    public void All_problems_come_at_once()
    {
        ToolRun run = ToolRun.Of("inspect", "m.onnx", "--hashing", "frob", "--profile", "Desktop");
        Assert.Contains("--hashing=", run.Error);
        Assert.Contains("--profile=", run.Error);
    }

    [Fact]
    public void Every_verb_takes_hashing_none()
    {
        foreach (string verb in new[] { "inspect", "compile", "run", "eval", "bench", "report" })
            Assert.Contains("RG0001", ToolRun.Of([verb, "nowhere.onnx", "--hashing", "none", .. Needed(verb)]).Error);
    }

    private static string[] Needed(string verb) => verb switch
    {
        "compile" => ["-o", "x"],
        "run" => ["-o", "x"],
        "eval" => ["--inputs", "x.npy"],
        _ => [],
    };
}
