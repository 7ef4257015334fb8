using System;
using System.Collections.Generic;
using System.Collections.Immutable;
using System.Diagnostics;
using System.Linq;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using RedGen.Cli.Execution;
using RedGen.Cli.Measure.Tuning;
using RedGen.Cli.Output;
using RedGen.Compiler;
using RedGen.Compiler.Options;
using RedGen.Compiler.Plan;
using RedGen.Compiler.Plan.Choices;
using RedGen.Compiler.Plan.Costs;

namespace RedGen.Cli.Measure.Calibration;

/// <summary>Measures this machine's kernels over layers of many sizes, all of them again until the time is up, and fits a table of costs.</summary>
internal sealed class Calibrator(ToolConsole console, double seconds)
{
    /// <summary>Fewer layers of a kernel would fit anything.</summary>
    private const int FewestLayers = 2;

    private const int Rounds = 5;

    private const double SecondsPerRound = 0.1;

    private readonly Dictionary<(string Kernel, StepWork Work), double> _times = [];

    /// <summary>The layers measured by <see cref="Run"/>, each with the shortest of its times: the machine may have had other things to do.</summary>
    public ImmutableArray<MeasuredLayer> Layers { get; private set; } = [];

    /// <summary>What all chains of layers are called, and how they are made.</summary>
    private static ImmutableArray<(string Name, Func<LayerChain> Make)> Chains { get; } =
    [
        ("residual", static () => new LayerChain(1, 3, 32, 32).Conv(16, 3).Conv(16, 3).Conv(32, 3, 2).Conv(32, 3).Conv(64, 3, 2).Conv(64, 3).Conv(64, 3).GlobalPool().Flatten().Dense(10, "")),
        ("wide", static () => new LayerChain(1, 3, 64, 64).Conv(32, 7, 2).Pool("MaxPool", 2, 2).Conv(64, 3).Conv(128, 3).Conv(128, 3, 2).Conv(256, 3).Conv(256, 1).GlobalPool().Flatten().Dense(100, "")),
        ("few channels", static () => new LayerChain(1, 1, 28, 28).Conv(4, 3).Conv(8, 3).Pool("MaxPool", 2, 2).Conv(12, 5).Conv(20, 3).Pool("AveragePool", 2, 2).Conv(24, 3).Flatten().Dense(10, "Sigmoid")),
        ("depthwise", static () => new LayerChain(1, 3, 96, 96).Conv(16, 3, 2).Conv(16, 3, 1, true).Conv(32, 1).Conv(32, 3, 2, true).Conv(64, 1).Conv(64, 3, 1, true).Conv(128, 1).Conv(128, 5, 2, true).Conv(256, 1).Conv(256, 3, 1, true).Conv(64, 1).GlobalPool()),
        ("heavy", static () => new LayerChain(1, 128, 28, 28).Conv(128, 3).Conv(256, 3, 2).Conv(256, 3).Conv(512, 3, 2).Conv(512, 3).Conv(512, 1).GlobalPool()),
        ("small", static () => new LayerChain(1, 1, 12, 12).Conv(16, 3).Conv(16, 1).Conv(16, 3, 2).Conv(16, 3).Conv(24, 3, 2).Conv(32, 3).Conv(48, 1).Pool("MaxPool", 3, 3).Flatten().Dense(10, "")),
        ("small, few channels", static () => new LayerChain(1, 3, 10, 10).Conv(8, 3).Conv(8, 3).Conv(12, 5).Pool("AveragePool", 2, 2).Conv(20, 3).Conv(40, 1).Flatten().Dense(16)),
        ("small, depthwise", static () => new LayerChain(1, 8, 12, 12).Conv(16, 1).Conv(16, 3, 1, true).Conv(24, 1).Conv(24, 3, 2, true).Conv(48, 1).Conv(48, 3, 1, true).Conv(64, 1).Conv(64, 5, 1, true).GlobalPool()),
        ("small, lines", static () => new LayerChain(1, 16, 1, 64).Line(16, 3).Line(32, 3).Line(48, 3).LinePool("MaxPool", 2).Line(32, 5).Line(48, 1).Line(64, 3).GlobalPool()),
        ("small, columns", static () => new LayerChain(1, 1, 24, 16).Column(12, 5).Column(20, 5).Column(12, 3).Column(32, 5).Column(24, 3).Column(6, 3).Flatten().Dense(24)),
        ("small, dense", static () => new LayerChain(1, 128).Dense(64).Dense(50).Dense(50).Dense(24).Dense(400).Dense(6).Dense(16, "Tanh").Dense(300, "Sigmoid").Dense(4, "")),
        ("lines", static () => new LayerChain(1, 24, 1, 480).Line(32, 3).Line(48, 5).Line(48, 3).Line(64, 5).Line(20, 3).Line(10, 5)),
        ("columns", static () => new LayerChain(1, 16, 48, 24).Column(32, 3).Column(48, 5).Column(24, 3).Column(64, 5).Column(20, 3).Column(10, 5)),
        ("bands", static () => new LayerChain(1, 16, 112, 112).Conv(96, 1).Conv(96, 3, 2, true).Conv(24, 1).Conv(144, 1).Conv(144, 3, 1, true).Conv(32, 1).Conv(192, 1).Conv(192, 3, 1, true).Conv(16, 1).GlobalPool()),
        ("planes", static () => new LayerChain(1, 8, 40, 40).Conv(8, 3).Conv(16, 5).Pool("MaxPool", 3, 2).Conv(24, 3).Conv(48, 3).Pool("AveragePool", 3, 1).Conv(32, 1).Conv(32, 3, 1, true)),
        ("pixels", static () => new LayerChain(1, 8, 56, 56).Conv(48, 1).Conv(24, 1).Conv(96, 1).Conv(16, 1).Conv(128, 1).GlobalPool()),
        ("dense", static () => new LayerChain(1, 784).Dense(256).Dense(256).Dense(64).Dense(32).Dense(1024).Dense(640).Dense(128).Dense(8).Dense(640).Dense(10, "")),
        ("rows", static () => new LayerChain(1, 64, 64).Dense(128).LayerNorm().Dense(64, "Tanh").Function("Softmax").Dense(256).Function("Sigmoid").Dense(32).Transpose(0, 2, 1).Dense(64).Function("Exp")),
        ("elements", static () => new LayerChain(1, 64, 32, 32).Function("Sigmoid").Pool("MaxPool", 2, 2).Function("Tanh").Transpose(0, 2, 3, 1).Function("Erf").Function("Softmax").LayerNorm()),
    ];

    /// <summary>Measures and fits.</summary>
    /// <param name="progress">Takes the name of the chain being measured, and the share that is done.</param>
    public CostTable Run(Action<string, double> progress)
    {
        long start = Stopwatch.GetTimestamp();
        do MeasureAll(progress);
        while (Stopwatch.GetElapsedTime(start).TotalSeconds < seconds);
        Layers = [.. _times.Select(static t => new MeasuredLayer(t.Key.Kernel, t.Key.Work, t.Value))];
        // A family stands for those of its kernels that no chain has; a family of all there is stands for nothing.
        string[] kernels = [.. Layers.Select(static l => l.Kernel).Distinct()];
        IEnumerable<string> families = kernels.Where(static k => k.Contains('.')).Select(static k => k[..k.LastIndexOf('.')]).Where(static k => k.Contains('.')).Distinct().Except(kernels);
        return new CostTable(Machine, Math.Round(MachinePeak.GigaflopsPerSecond(), 1), kernels.Concat(families)
            .Select(name => (Name: name, Layers: Layers.Where(l => l.Kernel == name || (!kernels.Contains(name) && l.Kernel.StartsWith(name + ".", StringComparison.Ordinal))).ToArray()))
            .Where(static r => r.Layers.Length >= FewestLayers).ToImmutableSortedDictionary(static r => r.Name, static r => CostFit.Fit(r.Layers), StringComparer.Ordinal))
        {
            NanosecondsPerMemoryKilobyte = Math.Round(MachineMemory.NanosecondsPerKilobyte(), 1),
        };
    }

    private void MeasureAll(Action<string, double> progress)
    {
        for (int i = 0; i < Chains.Length; i++)
        {
            console.Cancellation.ThrowIfCancellationRequested();
            progress(Chains[i].Name, (double)i / Chains.Length);
            ModelSource source = Chains[i].Make().ToModel(Chains[i].Name);
            Measure(Chains[i].Name, source, [.. Variants(source), .. Hashed.Contains(Chains[i].Name) ? [new CompilerOptions { Hashing = Hashing.Adaptive }] : Array.Empty<CompilerOptions>()]);
        }
    }

    /// <summary>The chain as the compiler plans it, over planes, and with each further kernel that its layers can have.</summary>
    private static IEnumerable<CompilerOptions> Variants(ModelSource source)
    {
        var plain = new CompilerOptions { Hashing = Hashing.None };
        yield return plain;
        yield return plain with { Layouts = LayoutMode.Plain };
        ImmutableArray<StepCandidates> steps = ModelCompiler.Compile(source, plain with { ListsKernels = true }).Plan!.Candidates;
        for (int i = 0; i < steps.Select(static s => s.Kernels.Length).DefaultIfEmpty(0).Max(); i++)
            yield return plain with { Kernels = KernelTuner.Variant(steps, i) };
    }

    /// <summary>The chains whose layers are measured with hashed weights too: dense ones, which may read them as they are.</summary>
    private static ImmutableArray<string> Hashed { get; } = ["dense", "rows"];

    /// <summary>This machine in words.</summary>
    internal static string Machine => RuntimeInformation.ProcessArchitecture.ToString().ToLowerInvariant() + ", vectors of "
        + (Vector512.IsHardwareAccelerated ? "512" : Vector256.IsHardwareAccelerated ? "256" : "128") + " bits, " + RuntimeInformation.FrameworkDescription;

    /// <summary>In turns, so that what else the machine does for a while hits no variant alone.</summary>
    private void Measure(string name, ModelSource source, ImmutableArray<CompilerOptions> variants)
    {
        var programs = new List<ModelProgram>();
        try
        {
            foreach (CompilerOptions options in variants) programs.Add(ModelProgram.Load(name, source, options, console, hasClock: true));
            byte[][][] inputs = [.. programs.Select(static p => p.NewInputs())];
            for (int round = 0; round < Rounds; round++)
            {
                console.Cancellation.ThrowIfCancellationRequested();
                for (int i = 0; i < programs.Count; i++) Take(programs[i], LayerTimes.Measure(programs[i], inputs[i], SecondsPerRound, CostTable.X64, isWarm: round > 0));
            }
        }
        finally
        {
            foreach (ModelProgram program in programs) program.Dispose();
        }
    }

    private void Take(ModelProgram program, LayerTimes times)
    {
        ExecutionPlan plan = program.Result.Plan!;
        foreach ((int step, LayerTime layer) in LayerClock.Layers(plan).Zip(times.Layers))
        {
            (string Kernel, StepWork Work) key = (layer.Kernel, StepWork.Of(plan, plan.Root.Steps[step]));
            // The costs of a kernel are those of its own work; memory is measured apart.
            if (key.Work.MemoryBytes > 0) continue;
            if (layer.Times.Min > 0) _times[key] = _times.TryGetValue(key, out double known) ? Math.Min(known, layer.Times.Min) : layer.Times.Min;
        }
    }
}
