using System;
using System.Collections.Generic;
using System.Diagnostics;
using System.Globalization;
using System.IO;
using System.Text.Json;

namespace RedGen.Bench.Compare;

/// <summary>Measures a model by <c>redgen bench</c> in a process of its own, so that every model begins with nothing compiled.</summary>
internal static class JitRun
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(5);

    /// <summary>Runs that a call spreads over several threads.</summary>
    private const int BatchRuns = 32;

    /// <summary>Measures.</summary>
    public static ModelTimes Measure(ComparedModel model, Comparison comparison, int threads)
    {
        string[] arguments =
        [
            typeof(Cli.Measure.OrtSession).Assembly.Location, "bench", model.Path, "--json", "--ort", comparison.Ort, "--hashing", comparison.Hashing,
            "--seconds", comparison.Seconds.ToString(CultureInfo.InvariantCulture), .. threads > 1 ? ["--batch", BatchRuns.ToString(CultureInfo.InvariantCulture), "--threads", threads.ToString(CultureInfo.InvariantCulture)] : Array.Empty<string>(),
        ];
        return Read(new ModelTimes(model.Name, CodeForm.Jit, threads, null), Run("dotnet", arguments, out string errors), errors);
    }

    /// <summary>On several threads: RedGen spreads a batch over them, ONNX Runtime its operators; a run of either.</summary>
    private static ModelTimes OnThreads(ModelTimes times, JsonElement batch)
    {
        double runs = batch.GetProperty("runs").GetDouble();
        return times with
        {
            RedGenMin = batch.GetProperty("threadsMinMicroseconds").GetDouble() / runs,
            RedGenMedian = batch.GetProperty("threadsMedianMicroseconds").GetDouble() / runs,
            OrtMin = batch.GetProperty("ortThreadsMinMicroseconds").GetDouble(),
            OrtMedian = batch.GetProperty("ortThreadsMedianMicroseconds").GetDouble(),
        };
    }

    /// <summary>Reads what a run printed.</summary>
    public static ModelTimes Read(ModelTimes times, string output, string errors)
    {
        try
        {
            JsonElement json = JsonDocument.Parse(output).RootElement;
            if (json.TryGetProperty("error", out JsonElement error)) return times with { Problem = error.GetString() };
            double Number(string name) => json.GetProperty(name) is { ValueKind: JsonValueKind.Number } value ? value.GetDouble() : double.MaxValue;
            ModelTimes read = times with
            {
                RedGenMin = Number("redgenMinMicroseconds"),
                RedGenMedian = Number("redgenMedianMicroseconds"),
                OrtMin = Number("ortMinMicroseconds"),
                OrtMedian = Number("ortMedianMicroseconds"),
                FirstCall = Number("firstCallMicroseconds"),
                MaxDifference = Number("maxDifference"),
            };
            return times.Form == CodeForm.Jit && times.Threads > 1 ? OnThreads(read, json.GetProperty("batch")) : read;
        }
        catch (Exception unreadable) when (unreadable is JsonException or KeyNotFoundException)
        {
            return times with { Problem = errors.Length > 0 ? errors.Trim() : "no figures: " + output.Trim() };
        }
    }

    /// <summary>Runs a program and gives what it writes.</summary>
    public static string Run(string program, IEnumerable<string> arguments, out string errors, string? folder = null)
    {
        using Process process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true, WorkingDirectory = folder ?? "" })
            ?? throw new IOException(program + " cannot be started");
        System.Threading.Tasks.Task<string> text = process.StandardOutput.ReadToEndAsync();
        System.Threading.Tasks.Task<string> problems = process.StandardError.ReadToEndAsync();
        if (!process.WaitForExit(Patience)) process.Kill(entireProcessTree: true);
        (string result, errors) = (text.GetAwaiter().GetResult(), problems.GetAwaiter().GetResult());
        return result;
    }
}
