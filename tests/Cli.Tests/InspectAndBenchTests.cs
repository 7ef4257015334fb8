using System;
using System.Linq;
using System.Text.Json;
using RedGen.TestKit;
using Xunit;

namespace RedGen.Cli.Tests;

/// <summary>A fact that needs ONNX Runtime's library; skipped with the reason where the machine has none.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class OrtFactAttribute : FactAttribute
{
    public OrtFactAttribute()
    {
        if (Library is null) Skip = "Set REDGEN_ORT to the path of libonnxruntime.so (npm package onnxruntime-node).";
    }

    internal static string? Library { get; } = Environment.GetEnvironmentVariable("REDGEN_ORT") is { Length: > 0 } path ? path : null;
}

public sealed class InspectAndBenchTests
{
    [Fact]
    public void Inspect_shows_what_the_model_holds()
    {
        ToolRun run = ToolRun.Of("inspect", DigitsAssets.MlpPath);
        Assert.Equal((0, ""), (run.ExitCode, run.Error));
        Assert.Contains("input       input: float32 1×64", run.Lines);
        Assert.Contains("parameters  2,410", run.Lines);
        Assert.Contains("Gemm 64 → 32, then Relu", run.Output);
    }

    [Fact]
    public void Inspect_writes_json()
    {
        JsonElement json = ToolRun.Of("inspect", DigitsAssets.MlpPath, "--json").Json;
        Assert.Equal(13, json.GetProperty("opset").GetInt32());
        Assert.Equal(2410, json.GetProperty("parameters").GetInt64());
        Assert.Equal(2368, json.GetProperty("macs").GetInt64());
        Assert.Equal(2368, json.GetProperty("layers").EnumerateArray().Sum(static l => l.GetProperty("macs").GetInt64()));
        Assert.Equal("input", json.GetProperty("inputs")[0].GetProperty("name").GetString());
        Assert.True(json.GetProperty("compiles").GetBoolean());
    }

    [Fact]
    public void Inspect_shows_models_that_do_not_compile()
    {
        using var folder = new TemporaryFolder();
        string model = folder.Write("m.onnx", Samples.Unknown().ToBytes());
        ToolRun run = ToolRun.Of("inspect", model, "--json");
        Assert.Equal(0, run.ExitCode);
        Assert.Contains("error RG0007", run.Error);
        Assert.False(run.Json.GetProperty("compiles").GetBoolean());
        Assert.Equal("Frobnicate", run.Json.GetProperty("layers")[0].GetProperty("operation").GetString());
    }

    [Fact]
    public void Bench_measures_and_finds_no_allocation()
    {
        ToolRun run = ToolRun.Of("bench", DigitsAssets.MlpPath, "--seconds", "0.05", "--json");
        Assert.Equal((0, ""), (run.ExitCode, run.Error));
        Assert.True(run.Json.GetProperty("redgenMinMicroseconds").GetDouble() > 0);
        Assert.True(run.Json.GetProperty("redgenMedianMicroseconds").GetDouble() >= run.Json.GetProperty("redgenMinMicroseconds").GetDouble());
        Assert.True(run.Json.GetProperty("firstCallMicroseconds").GetDouble() > 0);
        Assert.Equal(0, run.Json.GetProperty("allocatedBytesPerCall").GetInt64());
        Assert.Equal(JsonValueKind.Null, run.Json.GetProperty("ratio").ValueKind);
    }

    [Fact]
    public void Bench_shows_every_layer()
    {
        ToolRun run = ToolRun.Of("bench", DigitsAssets.MlpPath, "--layers", "--hashing", "none", "--seconds", "0.05", "--json");
        Assert.Equal((0, ""), (run.ExitCode, run.Error));
        double peak = run.Json.GetProperty("peakGigaflopsPerSecond").GetDouble();
        JsonElement[] layers = [.. run.Json.GetProperty("layers").EnumerateArray()];
        Assert.Equal([64 * 32, 32 * 10], layers.Select(static l => l.GetProperty("macs").GetInt64()));
        Assert.All(layers, layer =>
        {
            Assert.InRange(layer.GetProperty("minMicroseconds").GetDouble(), 0, layer.GetProperty("medianMicroseconds").GetDouble());
            Assert.Equal(layer.GetProperty("gigaflopsPerSecond").GetDouble() / peak, layer.GetProperty("shareOfPeak").GetDouble(), 9);
        });
        Assert.Contains("of peak", ToolRun.Of("bench", DigitsAssets.MlpPath, "--layers", "--seconds", "0.05").Output);
    }

    [Fact]
    public void Bench_measures_batches_and_the_first_call()
    {
        ToolRun run = ToolRun.Of("bench", DigitsAssets.MlpPath, "--seconds", "0.05", "--batch", "300", "--threads", "2", "--json");
        Assert.Equal((0, ""), (run.ExitCode, run.Error));
        JsonElement batch = run.Json.GetProperty("batch");
        Assert.Equal((300, 2), (batch.GetProperty("runs").GetInt32(), batch.GetProperty("threads").GetInt32()));
        Assert.Equal(batch.GetProperty("minMicroseconds").GetDouble() / batch.GetProperty("threadsMinMicroseconds").GetDouble(), batch.GetProperty("scaling").GetDouble(), 6);
        Assert.True(run.Json.GetProperty("warmupMicroseconds").GetDouble() > run.Json.GetProperty("firstCallAfterWarmupMicroseconds").GetDouble());
        Assert.Equal(JsonValueKind.Null, ToolRun.Of("bench", DigitsAssets.MlpPath, "--seconds", "0.05", "--json").Json.GetProperty("batch").ValueKind);
    }

    [OrtFact]
    public void Bench_measures_beside_onnx_runtime()
    {
        ToolRun run = ToolRun.Of("bench", DigitsAssets.MlpPath, "--seconds", "0.05", "--ort", OrtFactAttribute.Library!, "--json");
        Assert.Equal((0, ""), (run.ExitCode, run.Error));
        double ratio = run.Json.GetProperty("ortMinMicroseconds").GetDouble() / run.Json.GetProperty("redgenMinMicroseconds").GetDouble();
        Assert.Equal(ratio, run.Json.GetProperty("ratio").GetDouble(), 6);
        Assert.InRange(run.Json.GetProperty("maxDifference").GetDouble(), 0, 1e-5);
        Assert.True(run.Json.GetProperty("agrees").GetBoolean());
    }

    [Fact]
    public void Bench_says_what_it_cannot_do()
    {
        Assert.Contains("there is no file 'nowhere.so'", ToolRun.Of("bench", DigitsAssets.MlpPath, "--ort", "nowhere.so").Error);
        ToolRun run = ToolRun.Of("bench", DigitsAssets.MlpPath, "--ort", DigitsAssets.MlpPath, "--json");
        Assert.Equal(1, run.ExitCode);
        Assert.Contains("cannot be loaded", run.Json.GetProperty("error").GetString());
    }
}
