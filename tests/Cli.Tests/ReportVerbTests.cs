using System;
using System.IO;
using System.Linq;
using System.Text.Json;
using System.Xml.Linq;
using RedGen.Compiler.Graphs;
using RedGen.TestKit;
using Xunit;

namespace RedGen.Cli.Tests;

public sealed class ReportVerbTests
{
    private static ToolRun Report(params string[] args) => ToolRun.Of(["report", DigitsAssets.MlpPath, "--hashing", "adaptive", .. args]);

    [Fact]
    public void The_reductions_error_is_bounded_and_shown_by_a_run_of_both_codes()
    {
        ToolRun run = Report("--json", "--input-range", "0..0.5", "--error-nodes", "3");
        Assert.Equal(0, run.ExitCode);
        JsonElement error = run.Json.GetProperty("reductionError");
        double bound = error.GetProperty("bound").GetDouble(), found = error.GetProperty("found").GetDouble();
        Assert.InRange(found, 1e-6, bound);
        Assert.Equal(bound, run.Json.GetProperty("certifiedError").GetDouble());
        Assert.Equal(64, error.GetProperty("input").GetArrayLength());
        double[] Outputs(string name) => [.. error.GetProperty("outputs").GetProperty(name).EnumerateArray().Select(static v => (double)v.GetSingle())];
        Assert.Equal(found, Outputs("original").Zip(Outputs("reduced"), static (a, b) => Math.Abs(a - b)).Max());
        Assert.Contains("| output, reduced |", Report("--input-range", "0..0.5", "--error-nodes", "1").Output, StringComparison.Ordinal);
        Assert.Equal(1, ToolRun.Of("report", DigitsAssets.MlpPath, "--hashing", "none", "--error-nodes", "1").ExitCode);
    }

    [Fact]
    public void Json_is_one_object_with_the_contracts_names()
    {
        ToolRun run = Report("--json");
        Assert.Equal(0, run.ExitCode);
        JsonElement json = run.Json;
        Assert.Equal(
            ["file", "sha256", "className", "output", "hashing", "isTuned", "tolerance", "measuredError", "measuredOn", "estimatedError", "certifiedError", "parameters", "weights", "outputsMerged",
                "multiplicationsBefore", "multiplicationsAfter", "multiplicationsRemoved", "additionsBefore", "additionsAfter", "valuesPerColumnRatio", "weightBytesBefore", "weightBytesAfter",
                "weightBytesRatio", "scratchBytesBefore", "scratchBytesAfter", "scratchBytesBound", "scratchRatio", "estimatedMicroseconds", "costsOf", "layers", "certificate", "reductionError", "radii", "diagnostics"],
            json.EnumerateObject().Select(static p => p.Name));
        Assert.Equal(("digits-mlp.onnx", "Adaptive"), (json.GetProperty("file").GetString(), json.GetProperty("hashing").GetString()));
        Assert.Equal((2410, 2368, 2368), (json.GetProperty("parameters").GetInt64(), json.GetProperty("weights").GetInt64(), json.GetProperty("multiplicationsBefore").GetInt64()));
        JsonElement layer = json.GetProperty("layers")[0];
        Assert.Equal(
            ["name", "node", "operator", "summary", "kernel", "estimatedMicroseconds", "lowering", "reason", "inputs", "outputs", "multiplicationsBefore", "multiplicationsAfter", "additionsBefore", "additionsAfter",
                "bytesBefore", "bytesAfter", "bytesEmitted", "weights"],
            layer.EnumerateObject().Select(static p => p.Name));
        JsonElement weights = layer.GetProperty("weights");
        Assert.Equal(
            ["name", "count", "distinctBefore", "distinctAfter", "isHashed", "codebook", "fineCodebook", "scales", "sqnrDecibels", "errorShare", "outputsMerged", "valuesPerColumn", "histogram"],
            weights.EnumerateObject().Select(static p => p.Name));
        Assert.Equal(2048, weights.GetProperty("count").GetInt32());
        Assert.Equal(2048, weights.GetProperty("histogram").GetProperty("counts").EnumerateArray().Sum(static c => c.GetInt32()));
        int fine = weights.GetProperty("fineCodebook").GetArrayLength();
        Assert.Equal(weights.GetProperty("distinctAfter").GetInt32(), weights.GetProperty("codebook").GetArrayLength() * Math.Max(1, fine));
    }

    [Fact]
    public void Bytes_of_a_hashed_layer_are_indices_codebook_and_scales()
    {
        JsonElement layer = Report("--json", "--merging", "none").Json.GetProperty("layers")[0];
        JsonElement weights = layer.GetProperty("weights");
        Assert.True(weights.GetProperty("isHashed").GetBoolean());
        Assert.Equal(2048 * 4, layer.GetProperty("bytesBefore").GetInt64());
        int fine = weights.GetProperty("fineCodebook").GetArrayLength();
        Assert.Equal(2, fine); // of two values seven digits fit a byte
        int bytes = 2048 + (4 * weights.GetProperty("codebook").GetArrayLength()) + ((2048 + 6) / 7) + (4 * fine) + (4 * weights.GetProperty("scales").GetInt32());
        Assert.Equal(bytes, layer.GetProperty("bytesAfter").GetInt64());
    }

    [Theory]
    [InlineData("r.html", "<!DOCTYPE html>")]
    [InlineData("r.md", "# digits-mlp.onnx")]
    [InlineData("r.json", "{")]
    public void The_extension_chooses_the_form(string name, string start)
    {
        using var folder = new TemporaryFolder();
        string file = Path.Combine(folder.FullPath, "below", name);
        ToolRun run = Report("-o", file);
        Assert.Equal((0, file), (run.ExitCode, Assert.Single(run.Lines)));
        byte[] first = File.ReadAllBytes(file);
        Assert.StartsWith(start, File.ReadAllText(file));
        Assert.Equal(0, Report("-o", file).ExitCode);
        Assert.Equal(first, File.ReadAllBytes(file));
        Assert.DoesNotContain((byte)'\r', first);
    }

    [Fact]
    public void With_json_a_file_is_written_beside_the_object()
    {
        using var folder = new TemporaryFolder();
        string file = Path.Combine(folder.FullPath, "r.html");
        ToolRun run = Report("-o", file, "--json");
        Assert.Equal((0, file), (run.ExitCode, run.Json.GetProperty("output").GetString()));
        Assert.StartsWith("<!DOCTYPE html>", File.ReadAllText(file));
    }

    [Fact]
    public void Without_a_file_it_is_Markdown_unless_told()
    {
        Assert.Contains("| multiplications | 2,368 |", Report().Output);
        Assert.StartsWith("<!DOCTYPE html>", Report("--format", "html").Output);
        Assert.Equal(JsonValueKind.Object, Report("--format", "json").Json.ValueKind);
    }

    [Fact]
    public void The_html_is_one_well_formed_file_that_loads_nothing()
    {
        using var folder = new TemporaryFolder();
        string file = Path.Combine(folder.FullPath, "r.html");
        ToolRun run = ToolRun.Of("report", Repository.PathOf("examples", "Digits", "digits.onnx"), "--hashing", "adaptive", "-o", file, "--json");
        string text = File.ReadAllText(file);
        XElement html = XDocument.Parse(text).Root!;
        Assert.Equal("html", html.Name.LocalName);
        string[] loading = ["script", "link", "img", "iframe", "object", "embed", "image", "use"];
        Assert.DoesNotContain(html.Descendants(), e => loading.Contains(e.Name.LocalName));
        Assert.DoesNotContain(html.Descendants().Attributes(), static a => a.Name == "src" || (a.Name == "href" && !a.Value.StartsWith('#')));
        Assert.DoesNotContain("url(", text);
        Assert.DoesNotContain("@import", text);
        // Every drawing says what it shows, and every link has its target.
        Assert.All(html.Descendants("svg"), static s => Assert.NotEmpty(s.Attribute("aria-label")!.Value));
        string[] targets = [.. html.Descendants().Attributes("id").Select(static a => a.Value)];
        Assert.Equal(targets.Distinct(), targets);
        Assert.All(html.Descendants("a"), a => Assert.Contains(a.Attribute("href")!.Value[1..], targets));
        Assert.Equal(3, html.Descendants("details").Count());
        int hashed = run.Json.GetProperty("layers").EnumerateArray().Count(static l => l.GetProperty("weights") is { ValueKind: JsonValueKind.Object } w && w.GetProperty("isHashed").GetBoolean());
        Assert.NotEqual(0, hashed);
        Assert.Equal(hashed, html.Descendants("path").Count(static p => p.Attribute("class")?.Value == "t"));
        // Only void elements of HTML and shapes of SVG close themselves.
        string[] empty = ["meta", "rect", "path"];
        Assert.All(html.Descendants().Where(static e => e.IsEmpty), e => Assert.Contains(e.Name.LocalName, empty));
    }

    [Fact]
    public void Hostile_names_stay_text()
    {
        const string Name = "<script>alert(1)</script>&\"'|`*_[x](y)\u0001\u202E\uD800\n# x";
        using var folder = new TemporaryFolder();
        string model = folder.Write("m.onnx", new OnnxModelWriter().Input("x", ElementType.Float32, 1, 2).Initializer("]]><b>w", [1f, 2f, 3f, 4.5f], 2, 2)
            .Node("MatMul", "x,]]><b>w", "y", n => n.Name(Name)).Output("y", ElementType.Float32, 1, 2).ToBytes());
        ToolRun html = ToolRun.Of("report", model, "--hashing", "adaptive", "--format", "html");
        Assert.Equal(0, html.ExitCode);
        Assert.DoesNotContain("<script", html.Output);
        Assert.DoesNotContain("<b>", html.Output);
        string[] codes = [.. XDocument.Parse(html.Output).Descendants("code").Select(static c => c.Value)];
        Assert.Contains(codes, static c => c.StartsWith("<script>alert(1)</script>&\"'|`*_[x](y)\uFFFD\uFFFD", System.StringComparison.Ordinal));
        Assert.Contains("]]><b>w", codes);
        ToolRun markdown = ToolRun.Of("report", model, "--hashing", "adaptive", "--format", "markdown");
        Assert.Contains(@"\<script\>alert(1)\</script\>\&""'\|\`\*\_\[x\](y)", markdown.Output);
        Assert.DoesNotContain(markdown.Lines, static l => l.StartsWith("# x", System.StringComparison.Ordinal));
        ToolRun json = ToolRun.Of("report", model, "--hashing", "adaptive", "--json");
        Assert.Equal("MatMul1", json.Json.GetProperty("layers")[0].GetProperty("name").GetString());
    }

    [Fact]
    public void A_model_without_a_reduction_or_layers_has_a_report_too()
    {
        using var folder = new TemporaryFolder();
        string model = folder.Write("m.onnx", Samples.Relu(1).ToBytes());
        foreach (string hashing in new[] { "none", "adaptive" })
        {
            ToolRun run = ToolRun.Of("report", model, "--hashing", hashing, "--format", "html");
            Assert.Equal((0, ""), (run.ExitCode, run.Error));
            Assert.Contains("no layer with constant weights", XDocument.Parse(run.Output).Root!.Value);
        }

        JsonElement json = ToolRun.Of("report", DigitsAssets.MlpPath, "--hashing", "none", "--json").Json;
        Assert.Equal((0, 1), (json.GetProperty("multiplicationsRemoved").GetDouble(), json.GetProperty("weightBytesRatio").GetDouble()));
        Assert.All(json.GetProperty("layers").EnumerateArray(), static l => Assert.Equal(JsonValueKind.Null, l.GetProperty("weights").GetProperty("sqnrDecibels").ValueKind));
    }

    [Fact]
    public void What_cannot_be_written_is_said()
    {
        Assert.Contains("does not end with .html, .md or .json", Report("-o", "r.pdf").Error);
        ToolRun both = Report("--format", "html", "--json");
        Assert.Equal(1, both.ExitCode);
        Assert.Contains("standard output is JSON", both.Json.GetProperty("error").GetString());
        Assert.Equal(1, Report("--format", "pdf").ExitCode);
        using var folder = new TemporaryFolder();
        ToolRun unknown = ToolRun.Of("report", folder.Write("m.onnx", Samples.Unknown().ToBytes()), "--json");
        Assert.Equal(1, unknown.ExitCode);
        Assert.Equal("RG0007", unknown.Json.GetProperty("diagnostics")[0].GetProperty("id").GetString());
    }

    [SharedFact("models/imagenet-mobilenet-v2-1.0-224-dequantised")]
    public void A_large_model_has_a_file_of_moderate_size()
    {
        using var folder = new TemporaryFolder();
        string file = Path.Combine(folder.FullPath, "r.html");
        string model = Path.Combine(SharedData.Root, "models", "imagenet-mobilenet-v2-1.0-224-dequantised", "model.onnx");
        Assert.Equal(0, ToolRun.Of("report", model, "--hashing", "adaptive", "-o", file).ExitCode);
        Assert.InRange(new FileInfo(file).Length, 100_000, 2_000_000);
        Assert.Equal(53, XDocument.Load(file).Descendants("details").Count());
    }
}
