using System.IO;
using System.Linq;
using System.Text.Json;
using RedGen.Compiler.Graphs;
using RedGen.TestKit;
using Xunit;

namespace RedGen.Cli.Tests;

public sealed class TestVerbTests
{
    private static readonly (Tensor, Tensor) Good = (Tensor.Of([-1f, 2f], 1, 2), Tensor.Of([0f, 2f], 1, 2));
    private static readonly (Tensor, Tensor) Wrong = (Tensor.Of([-1f, 2f], 1, 2), Tensor.Of([0f, 2.5f], 1, 2));

    [Theory]
    [InlineData]
    [InlineData("--reference")]
    [InlineData("--runtime", "source")]
    [InlineData("--optimise", "false")]
    public void Tells_right_from_wrong_from_unsupported(params string[] options)
    {
        using var folder = new TemporaryFolder();
        Samples.WriteCase(folder, "a/right", Samples.Relu(1), Good, Good);
        Samples.WriteCase(folder, "b/wrong", Samples.Relu(1), Good, Wrong);
        Samples.WriteCase(folder, "c/unknown", Samples.Unknown(), Good);
        ToolRun run = ToolRun.Of(["test", folder.FullPath, .. options]);
        Assert.Equal(1, run.ExitCode);
        Assert.Equal("PASS a/right (max error 0)", run.Lines[0]);
        Assert.StartsWith("FAIL b/wrong (max error 0.2): data set 1: output 'y' differs in 1 of 2 elements", run.Lines[1]);
        Assert.StartsWith("UNSUPPORTED c/unknown: RG0007: ", run.Lines[2]);
        Assert.Equal("1 passed, 1 failed, 1 skipped", run.Lines[3]);
    }

    [Fact]
    public void The_runtime_as_source_may_walk_spans()
    {
        using var folder = new TemporaryFolder();
        OnnxModelWriter model = new OnnxModelWriter().Opset(17).Input("x", ElementType.Float32, 1, 2).Node("DynamicQuantizeLinear", "x", "q,s,z").Output("z");
        Samples.WriteCase(folder, "walked", model, (Tensor.Of([-1f, 4f], 1, 2), new Tensor(ElementType.UInt8, [], new byte[] { 51 })));
        ToolRun run = ToolRun.Of("test", folder.FullPath, "--runtime", "source");
        Assert.Equal("PASS walked (max error 0)", run.Lines[0]);
    }

    [Fact]
    public void Json_has_the_names_of_the_contract()
    {
        using var folder = new TemporaryFolder();
        Samples.WriteCase(folder, "right", Samples.Relu(1), Good);
        Samples.WriteCase(folder, "unknown", Samples.Unknown(), Good);
        ToolRun run = ToolRun.Of("test", folder.FullPath, "--json");
        Assert.Equal(0, run.ExitCode);
        Assert.Equal((1, 0, 1), (run.Json.GetProperty("passed").GetInt32(), run.Json.GetProperty("failed").GetInt32(), run.Json.GetProperty("skipped").GetInt32()));
        JsonElement first = run.Json.GetProperty("cases")[0];
        Assert.Equal(("right", "PASS"), (first.GetProperty("name").GetString(), first.GetProperty("outcome").GetString()));
        Assert.Equal(0, first.GetProperty("maxError").GetDouble());
        Assert.Equal(JsonValueKind.Null, first.GetProperty("reason").ValueKind);
        Assert.Equal(JsonValueKind.Null, run.Json.GetProperty("cases")[1].GetProperty("maxError").ValueKind);
    }

    [Fact]
    public void Open_dimensions_come_from_each_set_of_data()
    {
        using var folder = new TemporaryFolder();
        (Tensor, Tensor) wide = (Tensor.Of([-1f, 2f, 3f, -4f, 5f, 6f], 3, 2), Tensor.Of([0f, 2f, 3f, 0f, 5f, 6f], 3, 2));
        Samples.WriteCase(folder, "open", Samples.Relu("rows"), Good, wide, Good);
        ToolRun run = ToolRun.Of("test", folder.FullPath);
        Assert.Equal("1 passed, 0 failed, 0 skipped", run.Lines[^1]);
    }

    [Fact]
    public void Dimensions_of_the_user_win_over_the_data()
    {
        using var folder = new TemporaryFolder();
        Samples.WriteCase(folder, "open", Samples.Relu("rows"), Good);
        Assert.Equal(0, ToolRun.Of("test", folder.FullPath, "--dims", "rows=1").ExitCode);
        ToolRun two = ToolRun.Of("test", folder.FullPath, "--dims", "rows=2");
        Assert.Contains("the model takes float32 2×2", two.Lines[0]);
        Assert.Equal(1, two.ExitCode);
        ToolRun unknown = ToolRun.Of("test", folder.FullPath, "--dims", "columns=2");
        Assert.StartsWith("FAIL open: RG0017", unknown.Lines[0]);
    }

    [Fact]
    public void Arrays_hold_samples_of_a_fixed_shape()
    {
        using var folder = new TemporaryFolder();
        folder.Write("m/model.onnx", Samples.Relu("a").ToBytes());
        folder.Write("m/meta.json", """{ "fixed_shape": [2, 2] }""");
        Samples.WriteArray(folder, "m/inputs.npy", Tensor.Of([-1f, 2f, 3f, -4f, 5f, 6f, 7f, 8f], 2, 4));
        Samples.WriteArray(folder, "m/expected.npy", Tensor.Of([0f, 2f, 3f, 0f, 5f, 6f, 7f, 8f], 2, 4));
        ToolRun run = ToolRun.Of("test", Path.Combine(folder.FullPath, "m"));
        Assert.Equal("PASS m (max error 0)", run.Lines[0]);
    }

    [Fact]
    public void Digits_pass_by_generated_code_and_by_the_reference()
    {
        using var folder = new TemporaryFolder();
        folder.Write("digits/model.onnx", DigitsAssets.Cnn());
        folder.Write("digits/inputs.npy", File.ReadAllBytes(DigitsAssets.ImagesPath));
        folder.Write("digits/expected.npy", File.ReadAllBytes(DigitsAssets.CnnExpectedPath));
        Assert.Equal(0, ToolRun.Of("test", folder.FullPath).ExitCode);
        Assert.Equal(0, ToolRun.Of("test", folder.FullPath, "--reference").ExitCode);
    }

    [Fact]
    public void Tolerances_are_the_users()
    {
        using var folder = new TemporaryFolder();
        Samples.WriteCase(folder, "wrong", Samples.Relu(1), Wrong);
        Assert.Equal(1, ToolRun.Of("test", folder.FullPath).ExitCode);
        Assert.Equal(0, ToolRun.Of("test", folder.FullPath, "--rtol", "0.2").ExitCode);
        Assert.Equal(0, ToolRun.Of("test", folder.FullPath, "--rtol", "0", "--atol", "0.5").ExitCode);
        foreach (string bad in new[] { "-1", "NaN", "∞", "loose" })
            Assert.Contains("--atol takes a number from 0", ToolRun.Of("test", folder.FullPath, "--atol", bad).Error, System.StringComparison.Ordinal);
    }

    [Fact]
    public void Arrays_may_differ_by_what_float32_cannot_promise()
    {
        using var folder = new TemporaryFolder();
        folder.Write("m/model.onnx", Samples.Relu(1).ToBytes());
        Samples.WriteArray(folder, "m/inputs.npy", Tensor.Of([0.00001f, 2f], 1, 2));
        Samples.WriteArray(folder, "m/expected.npy", Tensor.Of([0.00009f, 2f], 1, 2));
        Assert.Equal(0, ToolRun.Of("test", folder.FullPath).ExitCode);
        Assert.Equal(1, ToolRun.Of("test", folder.FullPath, "--atol", "1e-6").ExitCode);
    }

    [Fact]
    public void Scalars_written_as_one_element_are_scalars()
    {
        using var folder = new TemporaryFolder();
        OnnxModelWriter scalar = new OnnxModelWriter().Input("x", ElementType.Float32).Node("Relu", "x", "y").Output("y", ElementType.Float32);
        Samples.WriteCase(folder, "m", scalar, (Tensor.Of([2f], 1), Tensor.Of([2f], 1)));
        Assert.Equal(0, ToolRun.Of("test", folder.FullPath).ExitCode);
        Assert.Equal(0, ToolRun.Of("test", folder.FullPath, "--reference").ExitCode);
    }

    [Fact]
    public void Data_of_another_type_or_shape_fail()
    {
        using var folder = new TemporaryFolder();
        Samples.WriteCase(folder, "a", Samples.Relu(1), (Tensor.Of([1L, 2L], 1, 2), Good.Item2));
        Samples.WriteCase(folder, "b", Samples.Relu(1), (Good.Item1, Tensor.Of([0f, 2f], 2)));
        Samples.WriteCase(folder, "c", Samples.Relu(1), (Good.Item1, Tensor.Of([0L, 2L], 1, 2)));
        ToolRun run = ToolRun.Of("test", folder.FullPath);
        Assert.Contains("input 'x' is int64 1×2 in the data", run.Lines[0]);
        Assert.Contains("has shape 1×2, expected 2", run.Lines[1]);
        Assert.Contains("is float32, expected int64", run.Lines[2]);
        Assert.Equal("0 passed, 3 failed, 0 skipped", run.Lines[3]);
    }

    [Fact]
    public void A_model_without_data_is_named_and_nothing_to_test_fails()
    {
        using var folder = new TemporaryFolder();
        folder.Write("bare/model.onnx", Samples.Relu(1).ToBytes());
        ToolRun run = ToolRun.Of("test", folder.FullPath);
        Assert.Equal(1, run.ExitCode);
        Assert.Contains("holds a model without test data", run.Error);
        Assert.Equal(1, ToolRun.Of("test", Path.Combine(folder.FullPath, "nowhere")).ExitCode);
    }

    [Fact]
    public void Truncated_data_fail_and_truncated_models_are_reported()
    {
        using var folder = new TemporaryFolder();
        Samples.WriteCase(folder, "data", Samples.Relu(1), Good);
        folder.Write("data/test_data_set_0/input_0.pb", OnnxTensors.ToFile(Good.Item1)[..^3]);
        Samples.WriteCase(folder, "model", Samples.Relu(1), Good);
        folder.Write("model/model.onnx", Samples.Relu(1).ToBytes()[..^3]);
        ToolRun run = ToolRun.Of("test", folder.FullPath);
        Assert.StartsWith("FAIL data: input_0.pb", run.Lines[0]);
        Assert.StartsWith("UNSUPPORTED model: RG0004", run.Lines[1]);
    }

    [Fact]
    public void Many_cases_run_in_batches_in_the_order_of_their_names()
    {
        using var folder = new TemporaryFolder();
        for (int i = 0; i < 150; i++) Samples.WriteCase(folder, $"case{i:D3}", Samples.Relu(1), i % 10 == 3 ? Wrong : Good);
        ToolRun run = ToolRun.Of("test", folder.FullPath);
        Assert.Equal("135 passed, 15 failed, 0 skipped", run.Lines[^1]);
        Assert.Equal(run.Lines.SkipLast(1).Select(static l => l.Split(' ')[1]), Enumerable.Range(0, 150).Select(static i => $"case{i:D3}"));
    }
}
