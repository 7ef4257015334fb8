using System;
using System.Collections.Immutable;
using System.CommandLine;
using System.Globalization;
using System.IO;
using System.Linq;
using RedGen.Cli.Execution;
using RedGen.Cli.Measure;
using RedGen.Cli.Models;
using RedGen.Cli.Output;
using RedGen.Cli.Testing;
using RedGen.Compiler;
using RedGen.Compiler.Graphs;
using RedGen.Compiler.Options;
using Spectre.Console;

namespace RedGen.Cli.Commands;

/// <summary><c>redgen bench</c>: how fast the generated code is, alone and beside ONNX Runtime.</summary>
internal sealed class BenchCommand : ModelCommand
{
    private const int AllocationCalls = 100;

    private readonly Option<string> _ort;
    private readonly Option<bool> _layers;
    private readonly Option<double> _seconds;
    private readonly Option<int> _batch;
    private readonly Option<int> _threads;

    /// <summary>Makes the command.</summary>
    public BenchCommand(ToolConsole console)
        : base(console, "bench", "Measures latency, throughput, first call and allocation, beside ONNX Runtime where asked.")
    {
        _ort = Add(new Option<string>("--ort") { Description = "Measure ONNX Runtime too: the path of libonnxruntime.so.", HelpName = "path" });
        _layers = Add(new Option<bool>("--layers") { Description = "Show each layer's kernel, time, GFLOP/s and share of the machine's peak." });
        _seconds = Add(new Option<double>("--seconds") { Description = "How long to measure.", DefaultValueFactory = static _ => 3 });
        _batch = Add(new Option<int>("--batch") { Description = "Measure PredictBatch too, with so many runs in a call.", HelpName = "runs" });
        _threads = Add(new Option<int>("--threads") { Description = "How many threads PredictBatch may use, beside one.", HelpName = "threads", DefaultValueFactory = static _ => 1 });
    }

    /// <inheritdoc/>
    protected override int Run(ParseResult parsed, string path, CompilerOptions options)
    {
        string? library = parsed.GetValue(_ort);
        if (library is not null && !File.Exists(library)) throw new ToolException("there is no file '" + library + "'");
        ModelSource source = Open(parsed, path, options);
        var data = BenchInputs.Read(path, source);
        options = data.Pin(options, note => Console.Error.WriteLine("redgen: " + note));
        using ModelProgram program = ModelProgram.Load(path, source, options, Console);
        byte[][] inputs = data.Make(program);
        byte[][] outputs = program.NewOutputs();
        FirstCalls first = FirstCalls.Measure(program, inputs, outputs);
        if (library is not null && outputs.Length > program.Outputs.Length) throw new ToolException("a model with outputs whose shape is known at run time only is not measured against ONNX Runtime");
        using OrtSession? ort = library is null ? null : new OrtSession(library, Path.GetFullPath(path));
        byte[][] ortOutputs = program.NewOutputs();
        ort?.Bind(OrtTensors(program.Inputs, inputs), OrtTensors(program.Outputs, ortOutputs));

        Action own = () => program.Predict(inputs, outputs);
        Action[] contenders = ort is null ? [own] : [own, ort.Run];
        foreach (Action contender in contenders) Stopwatches.WarmUp(contender);
        long allocated = AllocatedBytes(own);
        Times[] times = Stopwatches.Measure(contenders, Math.Clamp(parsed.GetValue(_seconds), 0.01, 3600));
        double? difference = ort is null ? null : Difference(program, outputs, ortOutputs);
        LayerTimes? layers = parsed.GetValue(_layers) ? Layers(parsed, path, source, options, inputs) : null;
        Report(program, times, first, allocated, difference, ort?.RuntimeVersion, layers, Batch(parsed, path, program, inputs));
        return 0;
    }

    /// <summary>PredictBatch on one thread and on several, and ONNX Runtime with as many threads inside its operators.</summary>
    private BatchTimes? Batch(ParseResult parsed, string path, ModelProgram program, byte[][] inputs)
    {
        if (parsed.GetValue(_batch) is not (> 0 and int runs)) return null;
        int threads = Math.Max(1, parsed.GetValue(_threads));
        using OrtSession? ort = threads > 1 && parsed.GetValue(_ort) is { } library ? new OrtSession(library, Path.GetFullPath(path), threads) : null;
        ort?.Bind(OrtTensors(program.Inputs, inputs), OrtTensors(program.Outputs, program.NewOutputs()));
        return BatchTimes.Measure(program, inputs, runs, threads, Math.Clamp(parsed.GetValue(_seconds), 0.01, 3600), ort is null ? null : ort.Run);
    }

    /// <summary>Measured in a program of their own: the clock between the layers costs time.</summary>
    private LayerTimes Layers(ParseResult parsed, string path, ModelSource source, CompilerOptions options, byte[][] inputs)
    {
        using ModelProgram clocked = ModelProgram.Load(path, source, options, Console, hasClock: true);
        return LayerTimes.Measure(clocked, inputs, Math.Clamp(parsed.GetValue(_seconds), 0.01, 3600), CostChoice.Of(options, source));
    }

    /// <summary>The numbers of element types are ONNX's here as there.</summary>
    private static OrtTensor[] OrtTensors(ImmutableArray<Value> values, byte[][] data)
        => [.. values.Select((v, i) => new OrtTensor(v.Name, (int)((TensorType)v.Type!).ElementType, [.. ((TensorType)v.Type!).Shape!.ToArray().Select(static l => (long)l)], data[i]))];

    private static long AllocatedBytes(Action call)
    {
        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int i = 0; i < AllocationCalls; i++) call();
        return (GC.GetAllocatedBytesForCurrentThread() - before) / AllocationCalls;
    }

    private static double Difference(ModelProgram program, byte[][] own, byte[][] other)
    {
        double worst = 0;
        ImmutableArray<Tensor> ours = GeneratedModel.TensorsOf(program.Outputs, own), theirs = GeneratedModel.TensorsOf(program.Outputs, other);
        for (int i = 0; i < ours.Length; i++)
        {
            worst = Math.Max(worst, OutputComparer.Compare("", ours[i], theirs[i], new Tolerance(0, 0), isFlat: false, isRandom: false).MaxError);
        }

        return worst;
    }

    /// <summary>Whether a largest difference is one of two float32 runtimes. A reduction's is larger, and so is a step of quantised outputs.</summary>
    private static bool Agrees(double difference) => difference <= Tolerance.Model.Relative;

    private void Report(ModelProgram program, Times[] times, FirstCalls first, long allocated, double? difference, string? ortVersion, LayerTimes? layers, BatchTimes? batch)
    {
        Times own = times[0];
        Times? ort = times.Length > 1 ? times[1] : null;
        Table table = Tables.Create(1, "", "min µs", "median µs", "calls/s");
        table.Add("RedGen", Text(own.Min), Text(own.Median), Text(1e6 / own.Median));
        if (ort is not null)
        {
            table.Add("ONNX Runtime " + ortVersion, Text(ort.Min), Text(ort.Median), Text(1e6 / ort.Median));
            table.Add("ratio", Text(ort.Min / own.Min), Text(ort.Median / own.Median), "");
        }

        if (batch is not null) table.Add("batch of " + Text(batch.Count) + ", a run", Text(batch.One.Min / batch.Count), Text(batch.One.Median / batch.Count), Text(1e6 * batch.Count / batch.One.Median));
        if (batch?.Many is { } many) table.Add("on " + Text(batch.Threads) + " threads", Text(many.Min / batch.Count), Text(many.Median / batch.Count), Text(1e6 * batch.Count / many.Median));
        if (batch?.Ort is { } wide) table.Add("ONNX Runtime on " + Text(batch.Threads) + " threads", Text(wide.Min), Text(wide.Median), Text(1e6 / wide.Median));
        table.Write(Console.Text);
        Console.WriteLine("first call " + Text(first.Cold) + " µs, or " + Text(first.Warm) + " µs behind Warmup of " + Text(first.Warmup) + " µs; " + allocated.ToString(CultureInfo.InvariantCulture) + " bytes allocated a call, "
            + Text(program.Result.Plan!.MultiplyAdds / own.Min / 1000) + " GMAC/s"
            + (difference is { } d ? ", largest difference " + d.ToString("G3", CultureInfo.InvariantCulture) + (Agrees(d) ? "" : ": THE OUTPUTS DIFFER") : ""));
        layers?.ToTable().Write(Console.Text);
        if (layers is not null) Console.WriteLine("peak of a core: " + Text(layers.PeakGigaflops) + " GFLOP/s");
        Console.WriteJson(new
        {
            redgenMinMicroseconds = own.Min,
            redgenMedianMicroseconds = own.Median,
            throughputPerSecond = 1e6 / own.Median,
            ortMinMicroseconds = ort?.Min,
            ortMedianMicroseconds = ort?.Median,
            ratio = ort?.Min / own.Min,
            ratioMedian = ort?.Median / own.Median,
            firstCallMicroseconds = first.Cold,
            warmupMicroseconds = first.Warmup,
            firstCallAfterWarmupMicroseconds = first.Warm,
            allocatedBytesPerCall = allocated,
            measurements = own.Samples,
            macs = program.Result.Plan.MultiplyAdds,
            maxDifference = difference is { } found && double.IsFinite(found) ? difference : null,
            agrees = difference is { } distance ? Agrees(distance) : (bool?)null,
            ortVersion,
            batch = batch is null ? null : new
            {
                runs = batch.Count,
                threads = batch.Threads,
                minMicroseconds = batch.One.Min,
                medianMicroseconds = batch.One.Median,
                threadsMinMicroseconds = batch.Many?.Min,
                threadsMedianMicroseconds = batch.Many?.Median,
                scaling = batch.Scaling,
                ortThreadsMinMicroseconds = batch.Ort?.Min,
                ortThreadsMedianMicroseconds = batch.Ort?.Median,
            },
            layers = layers?.ToJson(),
            peakGigaflopsPerSecond = layers?.PeakGigaflops,
            diagnostics = Console.Diagnostics,
        });
    }

    private static string Text(double value) => value.ToString(value < 100 ? "G3" : "F0", CultureInfo.InvariantCulture);
}
