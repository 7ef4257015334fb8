using System;
using System.Collections.Immutable;
using System.CommandLine;
using System.Diagnostics;
using System.Globalization;
using System.IO;
using System.Linq;
using System.Threading;
using RedGen.Cli.Execution;
using RedGen.Cli.Measure;
using RedGen.Cli.Measure.Calibration;
using RedGen.Cli.Measure.Tuning;
using RedGen.Cli.Models;
using RedGen.Cli.Output;
using RedGen.Compiler;
using RedGen.Compiler.Diagnostics;
using RedGen.Compiler.Graphs;
using RedGen.Compiler.Options;
using RedGen.Compiler.Plan.Costs;
using RedGen.Compiler.Red;
using RedGen.Compiler.Red.Planning;
using Spectre.Console;

namespace RedGen.Cli.Commands;

/// <summary><c>redgen tune</c>: searches the reduction's budget and writes the plan file that builds use.</summary>
internal sealed class TuneCommand : ModelCommand
{
    private readonly Option<string> _output;
    private readonly Option<bool> _calibrate;
    private readonly Option<KernelTuning> _kernels;
    private readonly Option<double> _seconds;
    private readonly SampleFile _file = new();

    /// <summary>Makes the command.</summary>
    public TuneCommand(ToolConsole console)
        : base(console, "tune", "Searches how far each layer's weights can be reduced inside the tolerance, and writes the plan file that builds use.", takesPlan: false, needsModel: false)
    {
        _output = Add(new Option<string>("--output", "-o") { Description = "The file to write. Default: the model's name with .redgen.json, beside it; with --calibrate redgen-costs.json.", HelpName = "file" });
        _calibrate = Add(new Option<bool>("--calibrate") { Description = "Measure this machine's kernels, without a model, and write a table of their costs." });
        _kernels = Add(new Option<KernelTuning>("--kernels") { Description = "Whether to measure, on this machine, which kernel is the fastest for each step, and to write that into the plan too: beside the reduction (measure), or alone (only).", HelpName = "none|measure|only" });
        _seconds = Add(new Option<double>("--seconds") { Description = "How long to measure kernels; with --calibrate, all that is to be measured is measured once at least.", DefaultValueFactory = static _ => 20 });
        Add(_file.Mean);
        Add(_file.Deviation);
    }

    /// <summary>What is done about kernels.</summary>
    private enum KernelTuning
    {
        None,
        Measure,
        Only,
    }

    /// <inheritdoc/>
    protected override int Run(ParseResult parsed, string path, CompilerOptions options)
    {
        if (parsed.GetValue(_calibrate)) throw new ToolException("--calibrate measures the machine, not a model: leave the model out");
        if (parsed.GetValue(_kernels) == KernelTuning.Only) return TuneKernels(parsed, path, options);
        if (options.Hashing == Hashing.None) throw new ToolException("the weights are not reduced, so there is nothing to search: add --hashing adaptive, or --kernels only");
        using var interruption = new Interruption(Console.Cancellation);
        CancellationToken token = interruption.Token;
        ModelSource source = Open(parsed, path, options);
        (options, Tensor? samples) = ReadSamples(parsed, path, source, options);
        long started = Stopwatch.GetTimestamp();
        var found = new DiagnosticBag();
        string text = Search(path, source, options, samples, found, token);
        double seconds = Stopwatch.GetElapsedTime(started).TotalSeconds;

        // What the file says is what a build makes of it.
        CompilationResult result = ModelCompiler.Compile(source with { PlanText = text }, options with { WeightResource = "weights" }, token);
        Console.Print(path, [.. result.Diagnostics.Where(static d => d.Severity != Severity.Info).Except(found.ToImmutable())]);
        if (!result.Success) throw new ToolException("the model was not compiled");
        string file = parsed.GetValue(_output) ?? PlanChoice.PathBeside(path);
        TunedKernels? kernels = null;
        if (parsed.GetValue(_kernels) == KernelTuning.Measure)
        {
            kernels = Measure(parsed, path, source with { PlanText = text }, options);
            text = PlanFile.WithKernels(text, source.Sha256, kernels?.Selection);
        }

        WholeFile.Write(file, text);
        TuneReport.Write(Console, file, result.Plan!.Reduction, kernels, seconds);
        return 0;
    }

    /// <inheritdoc/>
    protected override int RunWithoutModel(ParseResult parsed)
    {
        if (!parsed.GetValue(_calibrate)) return base.RunWithoutModel(parsed);
        var calibrator = new Calibrator(Console, Seconds(parsed));
        CostTable table = ProgressLine.Run(Console.Error, calibrator.Run);
        string file = parsed.GetValue(_output) ?? "redgen-costs.json";
        WholeFile.Write(file, table.Write());
        CalibrationReport.Write(Console, table, calibrator.Layers, file);
        return 0;
    }

    /// <summary>The reduction in the file stays as it is.</summary>
    private int TuneKernels(ParseResult parsed, string path, CompilerOptions options)
    {
        string file = parsed.GetValue(_output) ?? PlanChoice.PathBeside(path);
        string beside = File.Exists(file) ? file : PlanChoice.PathBeside(path);
        ModelSource source = ModelProgram.Open(path, options, File.Exists(beside) ? beside : PlanChoice.None, Console);
        TunedKernels? kernels = Measure(parsed, path, source, options);
        // A plan with nothing in it would be one of a reduction that fits no options.
        bool isNothing = kernels?.Selection is null && source.PlanText is null;
        if (!isNothing) WholeFile.Write(file, PlanFile.WithKernels(source.PlanText, source.Sha256, kernels?.Selection));
        TuneReport.Write(Console, isNothing ? null : file, null, kernels, null);
        return 0;
    }

    private TunedKernels? Measure(ParseResult parsed, string path, ModelSource source, CompilerOptions options)
    {
        var data = BenchInputs.Read(path, source);
        CompilerOptions pinned = data.Pin(options, note => Console.Error.WriteLine("redgen: " + note));
        var tuner = new KernelTuner(path, source, pinned, data, Console, Seconds(parsed));
        return ProgressLine.Run(Console.Error, tuner.Run);
    }

    private double Seconds(ParseResult parsed) => Math.Clamp(parsed.GetValue(_seconds), 0.1, 3600);

    /// <summary>Searches until it is done, or until Ctrl-C: then nothing is written.</summary>
    private string Search(string path, ModelSource source, CompilerOptions options, Tensor? samples, DiagnosticBag diagnostics, CancellationToken token)
    {
        HashingPlan? plan = ProgressLine.Run(Console.Error, report =>
            Tuner.Run(source, options, samples, progress => report(progress.Stage, progress.Done), diagnostics, token));
        token.ThrowIfCancellationRequested();
        Console.Print(path, [.. diagnostics.ToImmutable().Where(static d => d.Severity != Severity.Info)]);
        if (plan is null) throw new ToolException("the model was not read");
        return PlanFile.Write(plan, source.Sha256, PlanFile.Fingerprint(options, source.SamplesSha256));
    }

    /// <summary>The samples as one array of floats, samples first, each in the shape of the model's input; and the options with open dimensions as they have them.</summary>
    private (CompilerOptions Options, Tensor? Samples) ReadSamples(ParseResult parsed, string path, ModelSource source, CompilerOptions options)
    {
        if (options.Samples.Length == 0)
        {
            if (parsed.GetValue(_file.Mean) is not null || parsed.GetValue(_file.Deviation) is not null) throw new ToolException("--mean and --std are for samples: add --samples x.npy");
            return (options, null);
        }

        SampleSet samples = _file.Read(parsed, options.Samples);
        if (samples.Count == 0) throw new ToolException(options.Samples + " holds no samples");
        Graph? graph = InputPins.GraphOf(source);
        ImmutableArray<Value> stated = graph?.Inputs ?? [];
        if (graph is not null && stated.Length != 1) throw new ToolException("samples serve models with one input; this one has " + stated.Length.ToString(CultureInfo.InvariantCulture) + ": search without --samples");
        options = InputPins.Apply(options, graph, [.. stated.Select(v => v.Type is TensorType { Shape: { } s } ? samples.ShapeFor(s.Rank) : null)]);
        CompilationResult original = ModelCompiler.Compile(source, options with { Hashing = Hashing.None, WeightResource = "weights" });
        if (!original.Success)
        {
            Console.Print(path, original.Diagnostics);
            throw new ToolException("the model was not compiled");
        }

        Graph plain = original.Plan!.Graph;
        return (options, samples.ToTensor(new Value(plain.Inputs[0].Name, plain.TypeOf(plain.Inputs[0].Name))));
    }
}
