using System.IO;
using System.Linq;
using System.Text.Json;
using RedGen.Cli.Measure;
using RedGen.Compiler.Graphs;
using RedGen.TestKit;
using Xunit;

namespace RedGen.Cli.Tests;

public sealed class EvalTests
{
    [Fact]
    public void Digits_agree_with_what_is_expected()
    {
        ToolRun run = ToolRun.Of("eval", DigitsAssets.MlpPath, "--inputs", DigitsAssets.ImagesPath, "--expected", DigitsAssets.MlpExpectedPath, "--hashing", "none", "--json");
        Assert.Equal(0, run.ExitCode);
        Assert.Equal(450, run.Json.GetProperty("samples").GetInt32());
        Assert.Equal(1, run.Json.GetProperty("agreement").GetDouble());
        Assert.InRange(run.Json.GetProperty("maxError").GetDouble(), 1e-12, 1e-4);
        Assert.InRange(run.Json.GetProperty("meanError").GetDouble(), 1e-12, 1e-5);
        Assert.Equal(0, run.Json.GetProperty("multiplicationsRemoved").GetDouble());
        Assert.Equal(2410, run.Json.GetProperty("parameters").GetInt64());
        Assert.InRange(run.Json.GetProperty("weightBytesRatio").GetDouble(), 1, 1.2);
    }

    [Fact]
    public void The_figures_of_a_reduction_are_consistent()
    {
        string labels = Path.Combine(Path.GetDirectoryName(DigitsAssets.ImagesPath)!, "labels.txt");
        using var folder = new TemporaryFolder();
        string model = folder.Write("m.onnx", DigitsAssets.Cnn());
        ToolRun run = ToolRun.Of("eval", model, "--inputs", DigitsAssets.ImagesPath, "--labels", labels, "--hashing", "adaptive", "--json");
        Assert.Equal((0, ""), (run.ExitCode, run.Error));
        double Of(string name) => run.Json.GetProperty(name).GetDouble();

        // 16·1·9 + 16, 32·16·9 + 32 and 10·128 + 10 weights and biases once the normalisations are folded.
        Assert.Equal(6090, Of("parameters"));
        Assert.Equal(Of("weightBytes") / (4 * 6090), Of("weightBytesRatio"), 1e-12);
        Assert.Equal(Of("accuracyOriginal") - Of("accuracyReduced"), Of("accuracyLost"), 1e-12);
        Assert.InRange(Of("multiplicationsRemoved"), 0, 1);
        Assert.InRange(Of("relativeError"), 1e-6, 0.5);

        // Taking a mean away never makes a sum of squares larger.
        Assert.True(Of("relativeErrorCentred") >= Of("relativeError"));
        JsonElement papers = run.Json.GetProperty("papersCount");
        if (papers.ValueKind != JsonValueKind.Null) Assert.InRange(papers.GetDouble(), 1e-4, 1);
    }

    [Fact]
    public void Relative_errors_are_those_of_the_formulas()
    {
        var original = new Predictions([[1, 10], [3, 10]]);
        var reduced = new Predictions([[2, 10], [3, 12]]);
        (double? plain, double? centred) = reduced.RelativeErrorAgainst(original);
        Assert.Equal(System.Math.Sqrt(5.0 / 210), plain!.Value, 1e-12);
        Assert.Equal(System.Math.Sqrt(5.0 / 2), centred!.Value, 1e-12);
        Assert.Equal((0, 0), original.RelativeErrorAgainst(original));
        Assert.Equal((null, null), new Predictions([[1]]).RelativeErrorAgainst(new Predictions([[0]])));
    }

    [Theory]
    [InlineData("--weights", "InPlace")]
    [InlineData("--weights", "expand")]
    [InlineData("--tolerance", "0.2")]
    [InlineData("--merging", "none")]
    [InlineData("--lowering", "fewest")]
    [InlineData("--hashing", "kdemean")]
    [InlineData("--input-range", "0..1")]
    public void Options_of_the_reduction_pass_through(string option, string value)
    {
        string[] options = option == "--hashing" ? [option, value] : ["--hashing", "adaptive", option, value];
        ToolRun run = ToolRun.Of(["eval", DigitsAssets.MlpPath, "--inputs", DigitsAssets.ImagesPath, "--json", .. options]);
        Assert.Equal((0, ""), (run.ExitCode, run.Error));
        Assert.InRange(run.Json.GetProperty("relativeError").GetDouble(), 1e-6, 1);
    }

    [Fact]
    public void Labels_give_accuracies()
    {
        using var folder = new TemporaryFolder();
        string model = folder.Write("m.onnx", Samples.Relu(1).ToBytes());
        string x = Samples.WriteArray(folder, "x.npy", Tensor.Of([1f, 2f, 3f, 1f, 1f, 2f, 2f, 1f], 4, 2));
        string y = folder.Write("y.txt", "1\n0\n0\n0\n");
        ToolRun run = ToolRun.Of("eval", model, "--inputs", x, "--labels", y, "--json");
        Assert.Equal(0.75, run.Json.GetProperty("accuracyOriginal").GetDouble());
        Assert.Equal(0.75, run.Json.GetProperty("accuracyReduced").GetDouble());
        Assert.Equal(0, run.Json.GetProperty("maxError").GetDouble());
        string few = folder.Write("few.txt", "1\n0\n");
        Assert.Contains("2 labels for 4 samples", ToolRun.Of("eval", model, "--inputs", x, "--labels", few).Error);
    }

    [Fact]
    public void An_error_beyond_the_limit_ends_with_a_code()
    {
        using var folder = new TemporaryFolder();
        string model = folder.Write("m.onnx", Samples.Relu(1).ToBytes());
        string x = Samples.WriteArray(folder, "x.npy", Tensor.Of([1f, 2f], 1, 2));
        string near = Samples.WriteArray(folder, "near.npy", Tensor.Of([1.00005f, 2f], 1, 2));
        string far = Samples.WriteArray(folder, "far.npy", Tensor.Of([1.001f, 2f], 1, 2));
        Assert.Equal(0, ToolRun.Of("eval", model, "--inputs", x, "--expected", near, "--hashing", "none").ExitCode);
        ToolRun run = ToolRun.Of("eval", model, "--inputs", x, "--expected", far, "--hashing", "none");
        Assert.Equal(1, run.ExitCode);
        Assert.Contains("largest error", run.Error);
    }

    [Fact]
    public void Bytes_become_floats_channel_by_channel()
    {
        using var folder = new TemporaryFolder();
        OnnxModelWriter identity = new OnnxModelWriter().Input("x", ElementType.Float32, 1, 2, 1, 2).Node("Relu", "x", "y").Output("y", ElementType.Float32, 1, 2, 1, 2);
        string model = folder.Write("m.onnx", identity.ToBytes());
        string x = Samples.WriteArray(folder, "x.npy", Samples.Bytes([0, 51, 255, 102], 1, 2, 1, 2));
        string raw = Samples.WriteArray(folder, "raw.npy", Tensor.Of([0f, 51f, 255f, 102f], 1, 4));
        string scaled = Samples.WriteArray(folder, "scaled.npy", Tensor.Of([0f, 0.2f, 1.5f, 0f], 1, 4));
        Assert.Equal(0, ToolRun.Of("eval", model, "--inputs", x, "--expected", raw).ExitCode);
        Assert.Equal(0, ToolRun.Of("eval", model, "--inputs", x, "--expected", scaled, "--mean", "0,0.4", "--std", "1,0.4").ExitCode);
        Assert.Contains("3 channels", ToolRun.Of("eval", model, "--inputs", x, "--mean", "0,0,0").Error);
        Assert.Contains("is no number", ToolRun.Of("eval", model, "--inputs", x, "--std", "x").Error);
        Assert.Contains("are for samples of uint8", ToolRun.Of("eval", model, "--inputs", raw, "--std", "1").Error);
    }

    [Fact]
    public void Samples_that_do_not_fit_are_refused()
    {
        using var folder = new TemporaryFolder();
        string model = folder.Write("m.onnx", Samples.Relu(1).ToBytes());
        string wide = Samples.WriteArray(folder, "x.npy", Tensor.Of([1f, 2f, 3f], 1, 3));
        Assert.Contains("a sample has the shape 3", ToolRun.Of("eval", model, "--inputs", wide).Error);
        Assert.Contains("nowhere.npy", ToolRun.Of("eval", model, "--inputs", Path.Combine(folder.FullPath, "nowhere.npy")).Error);
    }

    [Fact]
    public void Samples_with_the_axes_of_the_input_in_another_order_are_refused()
    {
        using var folder = new TemporaryFolder();
        string model = folder.Write("m.onnx", new OnnxModelWriter().Input("x", ElementType.Float32, 1, 3, 2, 4).Node("Relu", "x", "y").Output("y").ToBytes());
        int Eval(params int[] shape) => ToolRun.Of("eval", model, "--inputs", Samples.WriteArray(folder, "x.npy", Tensor.Of(new float[24], shape))).ExitCode;
        Assert.Equal(1, Eval(1, 2, 4, 3));
        Assert.Equal(0, Eval(1, 3, 2, 4));
        Assert.Equal(0, Eval(1, 1, 3, 2, 4));
        Assert.Equal(0, Eval(1, 24));
        Assert.Equal(0, Eval(1, 3, 8));
    }

    [Fact]
    public void Mean_and_deviation_are_not_ignored_for_a_model_of_bytes()
    {
        using var folder = new TemporaryFolder();
        string model = folder.Write("m.onnx", new OnnxModelWriter().Input("x", ElementType.UInt8, 1, 4).Node("Cast", "x", "y", n => n.Int("to", 1)).Output("y").ToBytes());
        string x = Samples.WriteArray(folder, "x.npy", Samples.Bytes([0, 51, 255, 102], 1, 4));
        Assert.Equal(0, ToolRun.Of("eval", model, "--inputs", x).ExitCode);
        Assert.Contains("models that take float32", ToolRun.Of("eval", model, "--inputs", x, "--mean", "0.5").Error);
    }

    [Fact]
    public void Text_lists_every_measure()
    {
        ToolRun run = ToolRun.Of("eval", DigitsAssets.MlpPath, "--inputs", DigitsAssets.ImagesPath);
        foreach (string name in new[] { "samples", "agreement", "maxError", "meanError", "relativeError", "weightBytesRatio" }) Assert.Contains(run.Lines, l => l.StartsWith(name + " ", System.StringComparison.Ordinal));
        Assert.Equal(0, run.ExitCode);
        Assert.DoesNotContain('\u001b', run.Output.AsEnumerable());
    }
}
