using System;
using System.IO;
using System.Linq;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using System.Threading;
using RedGen.Cli.Measure;
using RedGen.Compiler.Graphs;
using RedGen.TestKit;
using Xunit;

namespace RedGen.Cli.Tests;

/// <summary><c>redgen tune</c>, and what other verbs make of its file.</summary>
public sealed partial class TuneTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly string _model;
    private readonly string _plan;

    public TuneTests()
    {
        _model = _folder.Write("m.onnx", DigitsAssets.Mlp());
        _plan = Path.Combine(_folder.FullPath, "m.redgen.json");
    }

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void A_model_is_asked_for_unless_the_machine_is_measured()
    {
        Assert.Contains("a model is missing", ToolRun.Of("tune").Error);
        Assert.Contains("leave the model out", ToolRun.Of("tune", DigitsAssets.MlpPath, "--calibrate").Error);
    }

    [Fact]
    public void The_plan_is_written_beside_the_model_and_every_verb_uses_it()
    {
        Assert.False(Eval("--hashing", "adaptive").Json.GetProperty("isTuned").GetBoolean());
        ToolRun run = ToolRun.Of("tune", _model, "--hashing", "adaptive", "--json");
        Assert.Equal(0, run.ExitCode);
        Assert.Equal(_plan, run.Json.GetProperty("plan").GetString());
        Assert.Equal([2048, 320], run.Json.GetProperty("layers").EnumerateArray().Select(static l => l.GetProperty("weights").GetInt32()));
        foreach (JsonElement layer in run.Json.GetProperty("layers").EnumerateArray())
        {
            Assert.NotEqual("", layer.GetProperty("node").GetString());
            int fine = layer.GetProperty("fineValues").GetInt32();
            // Together 127 values; the zero is in both codebooks.
            Assert.InRange((layer.GetProperty("values").GetInt32() / Math.Max(1, fine)) + Math.Max(0, fine - 1), 1, 127);
            Assert.InRange(layer.GetProperty("sqnrDecibels").GetDouble(), 5, 100);
            Assert.InRange(layer.GetProperty("errorShare").GetDouble(), 0, 1);
        }

        Assert.InRange(run.Json.GetProperty("tolerance").GetDouble(), 1e-6, 1);
        Assert.True(run.Json.GetProperty("seconds").GetDouble() > 0);
        Assert.True(Eval("--hashing", "adaptive").Json.GetProperty("isTuned").GetBoolean());

        // A plan that no verb can use makes each of them say so.
        File.WriteAllText(_plan, "{}");
        string o = Path.Combine(_folder.FullPath, "out");
        string x = Samples.WriteArray(_folder, "x.npy", Tensor.Of(new float[64], 1, 64));
        string[][] verbs = [["compile", _model, "-o", o], ["run", _model, "--input", x, "-o", o], ["inspect", _model], ["bench", _model, "--seconds", "0.01"]];
        foreach (string[] verb in verbs)
        {
            ToolRun used = ToolRun.Of([.. verb, "--hashing", "adaptive"]);
            Assert.Equal(0, used.ExitCode);
            Assert.Contains("RG0025", used.Error);
        }
    }

    [Fact]
    public void The_same_search_writes_the_same_bytes()
    {
        string a = Path.Combine(_folder.FullPath, "a.json"), b = Path.Combine(_folder.FullPath, "deep", "b.json");
        Assert.Equal(0, ToolRun.Of("tune", _model, "--hashing", "adaptive", "-o", a).ExitCode);
        Assert.Equal(0, ToolRun.Of("tune", _model, "--hashing", "adaptive", "-o", b).ExitCode);
        Assert.Equal(File.ReadAllBytes(a), File.ReadAllBytes(b));
        Assert.False(File.Exists(_plan));
        Assert.DoesNotContain('\r', File.ReadAllText(a).AsEnumerable());
        Assert.Equal(["deep"], Directory.GetDirectories(_folder.FullPath).Select(Path.GetFileName));
        Assert.Equal(["a.json", "m.onnx"], Directory.GetFiles(_folder.FullPath).Select(Path.GetFileName).Order());
    }

    [Fact]
    public void Text_has_a_row_a_layer_and_progress_goes_to_standard_error()
    {
        ToolRun run = ToolRun.Of("tune", _model, "--hashing", "adaptive");
        Assert.Contains(run.Lines, static l => l.Contains("2,048", StringComparison.Ordinal));
        Assert.Contains(run.Lines, static l => l.StartsWith("measured error", StringComparison.Ordinal) && l.Contains("tolerance", StringComparison.Ordinal) && l.EndsWith(" s", StringComparison.Ordinal));
        Assert.Equal(_plan, run.Lines[^1]);
        Assert.Matches(ProgressPattern(), run.Error);
        Assert.DoesNotContain('\u001b', (run.Output + run.Error).AsEnumerable());
    }

    [Fact]
    public void Without_a_reduction_there_is_nothing_to_search()
    {
        ToolRun run = ToolRun.Of("tune", _model, "--hashing", "none");
        Assert.Equal(1, run.ExitCode);
        Assert.Contains("add --hashing adaptive", run.Error);
        Assert.False(File.Exists(_plan));
    }

    [Fact]
    public void A_cancelled_search_leaves_what_was_there()
    {
        using var cancelled = new CancellationTokenSource();
        cancelled.Cancel();
        int Tune()
        {
            using var output = new StringWriter();
            using var error = new StringWriter();
            int code = Program.Run(["tune", _model, "--hashing", "adaptive"], output, error, cancelled.Token);
            Assert.Equal("", output.ToString());
            Assert.Contains("cancelled", error.ToString());
            return code;
        }

        Assert.Equal(1, Tune());
        Assert.Equal(["m.onnx"], Directory.GetFiles(_folder.FullPath).Select(Path.GetFileName));
        File.WriteAllText(_plan, "kept");
        Assert.Equal(1, Tune());
        Assert.Equal("kept", File.ReadAllText(_plan));
    }

    [Fact]
    public void A_plan_of_other_options_is_not_used_unless_the_samples_alone_are_not_named()
    {
        string x = Samples.WriteArray(_folder, "x.npy", Tensor.Of(Enumerable.Range(0, 320).Select(static i => i % 7 / 7f).ToArray(), 5, 64));
        string y = Samples.WriteArray(_folder, "y.npy", Tensor.Of(new float[64], 1, 64));
        Assert.Equal(0, ToolRun.Of("tune", _model, "--hashing", "adaptive", "--samples", x).ExitCode);
        bool IsTuned(params string[] options) => Eval(options.Contains("--hashing") ? options : ["--hashing", "adaptive", .. options]).Json.GetProperty("isTuned").GetBoolean();
        Assert.True(IsTuned());
        Assert.True(IsTuned("--samples", x));
        Assert.True(IsTuned("--lowering", "scalar", "--weights", "literal"));
        Assert.False(IsTuned("--samples", y));
        Assert.False(IsTuned("--tolerance", "0.25"));
        Assert.False(IsTuned("--hashing", "kde"));
        Assert.False(IsTuned("--optimise", "false"));
        Assert.False(IsTuned("--plan", "none"));
        ToolRun missing = Eval("--hashing", "adaptive", "--samples", Path.Combine(_folder.FullPath, "no.npy"));
        Assert.Equal(1, missing.ExitCode);
        Assert.Contains("there is no file", missing.Error);
    }

    [Fact]
    public void Another_plan_can_be_named()
    {
        string elsewhere = Path.Combine(_folder.FullPath, "p.json");
        Assert.Equal(0, ToolRun.Of("tune", _model, "--hashing", "adaptive", "--tolerance", "0.2", "-o", elsewhere).ExitCode);
        Assert.True(Eval("--hashing", "adaptive", "--tolerance", "0.2", "--plan", elsewhere).Json.GetProperty("isTuned").GetBoolean());
        Assert.Contains("there is no file", Eval("--hashing", "adaptive", "--plan", elsewhere + "x").Error);
    }

    [Fact]
    public void An_open_batch_is_the_same_for_the_search_and_for_samples()
    {
        string model = _folder.Write("r.onnx", new OnnxModelWriter().Input("x", ElementType.Float32, "n", 8)
            .Initializer("w", Tensor.Of(Enumerable.Range(0, 32).Select(static i => (float)Math.Sin(i)).ToArray(), 8, 4))
            .Node("MatMul", "x, w", "y").Output("y", ElementType.Float32, "n", 4).ToBytes());
        string x = Samples.WriteArray(_folder, "x.npy", Tensor.Of(Enumerable.Range(0, 24).Select(static i => (float)i).ToArray(), 3, 8));
        Assert.Equal(0, ToolRun.Of("tune", model, "--hashing", "adaptive").ExitCode);
        ToolRun run = ToolRun.Of("eval", model, "--inputs", x, "--hashing", "adaptive", "--json");
        Assert.Equal((0, ""), (run.ExitCode, run.Error));
        Assert.True(run.Json.GetProperty("isTuned").GetBoolean());
    }

    [Fact]
    public void Samples_that_do_not_fit_are_refused()
    {
        string wide = Samples.WriteArray(_folder, "wide.npy", Tensor.Of(new float[65], 1, 65));
        string none = Samples.WriteArray(_folder, "none.npy", Samples.Bytes([], 0, 64));
        string text = _folder.Write("text.npy", "not an array");
        string Tune(params string[] options)
        {
            ToolRun run = ToolRun.Of(["tune", _model, "--hashing", "adaptive", .. options]);
            Assert.Equal(1, run.ExitCode);
            Assert.False(File.Exists(_plan));
            return run.Error;
        }

        Assert.Contains("a sample has the shape 65", Tune("--samples", wide));
        Assert.Contains("holds no samples", Tune("--samples", none));
        Assert.Contains("it is not a .npy file", Tune("--samples", text));
        Assert.Contains("there is no file", Tune("--samples", Path.Combine(_folder.FullPath, "no.npy")));
        Assert.Contains("add --samples", Tune("--mean", "0.5"));
    }

    [Fact]
    public void Bytes_become_floats_in_the_shape_of_the_input()
    {
        Tensor bytes = Samples.Bytes([0, 51, 255, 102, 0, 0, 51, 51], 2, 2, 1, 2);
        var samples = new SampleSet(bytes, [0, 0.4f], [1, 0.4f], isNormalised: true);
        Tensor floats = samples.ToTensor(new Value("x", new TensorType(ElementType.Float32, Shape.Of([1, 2, 1, 2]))));
        Assert.Equal([2, 1, 2, 1, 2], floats.Dimensions.AsEnumerable());
        float[] expected = [0, 0.2f, 1.5f, 0, 0, 0, -0.5f, -0.5f];
        Assert.All(expected.Zip(floats.AsSpan<float>().ToArray()), static p => Assert.Equal(p.First, p.Second, 1e-6f));
    }

    /// <summary>Every way in which a plan file can be wrong ends in RG0025, and in the reduction that there is without it.</summary>
    [Theory]
    [InlineData("truncated", "it is not the JSON of a plan")]
    [InlineData("empty", "its format is not this version's")]
    [InlineData("deep", "it is not the JSON of a plan")]
    [InlineData("other model", "it is for another model")]
    [InlineData("other format", "its format is not this version's")]
    [InlineData("wrong shape", "which is no layer of this model with such a shape")]
    [InlineData("wrong name", "which is no layer of this model with such a shape")]
    [InlineData("twice", "which is no layer of this model with such a shape")]
    [InlineData("NaN in the codebook", "A codebook is ascending and finite")]
    [InlineData("NaN in the scales", "There is one finite scale an output")]
    [InlineData("NaN in the bias", "has a bias or an error that is no finite number")]
    [InlineData("infinite weights", "has weights that are infinite")]
    [InlineData("too many values", "A codebook has 1 to 127 values")]
    [InlineData("overflow", "has not outputs × columns indices")]
    [InlineData("bias of another length", "has not one bias an output")]
    public void A_hostile_plan_is_left_with_a_warning(string kind, string problem)
    {
        Assert.Equal(0, ToolRun.Of("tune", _model, "--hashing", "adaptive").ExitCode);
        string good = File.ReadAllText(_plan);
        ToolRun alone = Eval("--hashing", "adaptive", "--plan", "none");
        File.WriteAllText(_plan, Damage(good, kind));

        ToolRun run = Eval("--hashing", "adaptive");

        Assert.Equal(0, run.ExitCode);
        JsonElement warning = run.Json.GetProperty("diagnostics").EnumerateArray().Single();
        Assert.Equal("RG0025", warning.GetProperty("id").GetString());
        Assert.Contains(problem, warning.GetProperty("message").GetString());
        Assert.False(run.Json.GetProperty("isTuned").GetBoolean());
        Assert.Equal(alone.Json.GetProperty("maxErrorReduction").GetDouble(), run.Json.GetProperty("maxErrorReduction").GetDouble());
    }

    [Fact]
    public void A_huge_plan_is_not_read()
    {
        using (FileStream stream = File.Create(_plan)) stream.SetLength(400_000_001);
        long before = GC.GetTotalAllocatedBytes();
        ToolRun run = Eval("--hashing", "adaptive");
        Assert.InRange(GC.GetTotalAllocatedBytes() - before, 0, 390_000_000);
        Assert.Contains("it is too long for a plan", run.Json.GetProperty("diagnostics")[0].GetProperty("message").GetString());
    }

    private ToolRun Eval(params string[] options) => ToolRun.Of(["eval", _model, "--inputs", DigitsAssets.ImagesPath, "--json", .. options]);

    private static string Damage(string plan, string kind)
    {
        JsonObject root = JsonNode.Parse(plan)!.AsObject();
        JsonArray layers = root["layers"]!.AsArray();
        JsonObject layer = layers[0]!.AsObject();
        int outputs = layer["outputs"]!.GetValue<int>(), columns = layer["columns"]!.GetValue<int>();
        switch (kind)
        {
            case "truncated": return plan[..(plan.Length / 2)];
            case "empty": return "{}";
            case "deep": return string.Concat(Enumerable.Repeat("{\"layers\":[", 100_000));
            case "other model": root["model"] = "00"; break;
            case "other format": root["format"] = 2; break;
            case "wrong shape": (layer["outputs"], layer["columns"]) = (columns, outputs); Remove(layer, "scales", "bias"); break;
            case "wrong name": layer["weights"] = "nothing"; break;
            case "twice": layers.Add(layer.DeepClone()); break;
            case "NaN in the codebook": layer["codebook"]![0] = "NaN"; break;
            case "NaN in the scales": layer["scales"] = Array(outputs, "NaN"); break;
            case "NaN in the bias": layer["bias"] = Array(outputs, "NaN"); break;
            case "infinite weights": layer["scales"] = Array(outputs, 1e30); layer["codebook"]![0] = -1e30; break;
            case "too many values": layer["codebook"] = new JsonArray([.. Enumerable.Range(0, 128).Select(static i => (JsonNode)i)]); break;
            case "overflow": (layer["outputs"], layer["columns"]) = (65536, 65537); break;
            case "bias of another length": layer["bias"] = Array(1, 1.0); break;
            default: throw new ArgumentOutOfRangeException(nameof(kind));
        }

        return root.ToJsonString();
    }

    private static JsonArray Array<T>(int length, T value) => new([.. Enumerable.Range(0, length).Select(_ => (JsonNode?)JsonValue.Create(value))]);

    private static void Remove(JsonObject layer, params string[] names)
    {
        foreach (string name in names) layer.Remove(name);
    }

    [GeneratedRegex("^redgen: .+ \\d+ %\\r?$", RegexOptions.Multiline)]
    private static partial Regex ProgressPattern();
}
