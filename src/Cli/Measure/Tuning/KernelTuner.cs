using System;
using System.Collections.Generic;
using System.Collections.Immutable;
using System.Diagnostics;
using System.Linq;
using RedGen.Cli.Execution;
using RedGen.Cli.Measure.Calibration;
using RedGen.Cli.Models;
using RedGen.Cli.Output;
using RedGen.Compiler;
using RedGen.Compiler.Options;
using RedGen.Compiler.Plan;
using RedGen.Compiler.Plan.Choices;

namespace RedGen.Cli.Measure.Tuning;

/// <summary>A step's kernels as they were measured.</summary>
/// <param name="Node">The node that the step is named after.</param>
/// <param name="Before">The kernel by the table of costs.</param>
/// <param name="Kernel">The kernel chosen.</param>
/// <param name="Microseconds">Each kernel's shortest time.</param>
internal sealed record TunedStep(string Node, string Before, string Kernel, ImmutableDictionary<string, double> Microseconds);

/// <summary>What measuring kernels gave.</summary>
/// <param name="Selection">The kernels for the plan file; null where the compiler's own are as fast.</param>
/// <param name="Steps">All steps that have more than one kernel.</param>
/// <param name="MicrosecondsBefore">A run with the kernels by the table of costs.</param>
/// <param name="MicrosecondsAfter">A run with the kernels measured.</param>
internal sealed record TunedKernels(KernelSelection? Selection, ImmutableArray<TunedStep> Steps, double MicrosecondsBefore, double MicrosecondsAfter);

/// <summary>
/// Measures the kernels of each step that has more than one, inside whole runs, and lets the planner weigh the times with the conversions between
/// layouts. What it chooses must win as a whole network, or nothing is chosen.
/// </summary>
internal sealed class KernelTuner(string path, ModelSource source, CompilerOptions options, BenchInputs data, ToolConsole console, double seconds)
{
    /// <summary>How much faster the whole network must be.</summary>
    private const double Gain = 0.99;

    /// <summary>The share of the time that the comparison of whole networks takes.</summary>
    private const double ComparisonShare = 0.3;

    private readonly long _start = Stopwatch.GetTimestamp();

    /// <summary>One kernel for each step: the one at a place among its own, or its last.</summary>
    public static ImmutableDictionary<string, string> Variant(ImmutableArray<StepCandidates> steps, int place)
        => steps.ToImmutableDictionary(static s => s.Node, s => s.Kernels[Math.Min(place, s.Kernels.Length - 1)], StringComparer.Ordinal);

    /// <summary>Measures; null where no step has more than one kernel.</summary>
    /// <param name="progress">Takes what is being measured, and the share that is done.</param>
    public TunedKernels? Run(Action<string, double> progress)
    {
        ImmutableArray<StepCandidates> steps = Listed(options with { Kernels = ImmutableDictionary<string, string>.Empty });
        if (steps.IsEmpty) return null;
        int variants = steps.Max(static s => s.Kernels.Length);
        var times = steps.ToDictionary(static s => s.Node, static _ => new Dictionary<string, double>(StringComparer.Ordinal), StringComparer.Ordinal);
        for (int i = 0; i < variants; i++)
        {
            console.Cancellation.ThrowIfCancellationRequested();
            progress("measuring kernels", (double)i / (variants + 1));
            // What was not measured when the time is up is not chosen.
            if (i > 0 && Stopwatch.GetElapsedTime(_start).TotalSeconds > seconds) break;
            MeasureLayers(Variant(steps, i), times, (1 - ComparisonShare) * seconds / variants);
        }

        progress("comparing whole runs", (double)variants / (variants + 1));
        return Compare(steps, times.ToImmutableDictionary(static t => t.Key, static t => t.Value.ToImmutableDictionary(StringComparer.Ordinal), StringComparer.Ordinal));
    }

    private TunedKernels Compare(ImmutableArray<StepCandidates> steps, ImmutableDictionary<string, ImmutableDictionary<string, double>> times)
    {
        CompilerOptions untuned = options with { Kernels = ImmutableDictionary<string, string>.Empty };
        var chosen = Listed(untuned with { KernelTimes = times }).ToDictionary(static s => s.Node, static s => s.Chosen, StringComparer.Ordinal);
        ImmutableArray<TunedStep> tuned = [.. steps.Where(s => chosen.TryGetValue(s.Node, out string? kernel) && times[s.Node].ContainsKey(kernel)).Select(s => new TunedStep(s.Node, s.Chosen, chosen[s.Node], times[s.Node]))];
        var kernels = tuned.ToImmutableDictionary(static t => t.Node, static t => t.Kernel, StringComparer.Ordinal);
        if (tuned.All(static t => t.Before == t.Kernel)) return new TunedKernels(null, tuned, double.NaN, double.NaN);
        using ModelProgram before = Load(untuned), after = Load(options with { Kernels = kernels });
        Action[] runs = [RunOf(before), RunOf(after)];
        foreach (Action run in runs) Stopwatches.WarmUp(run);
        Times[] whole = Stopwatches.Measure(runs, ComparisonShare * seconds);
        KernelSelection? selection = whole[1].Min >= Gain * whole[0].Min ? null
            : new KernelSelection(KernelSelection.Fingerprint(options), Calibrator.Machine, [.. tuned.Select(static t => new KernelChoice(t.Node, t.Kernel, Math.Round(t.Microseconds[t.Kernel], 3)))]);
        return new TunedKernels(selection, tuned, whole[0].Min, whole[1].Min);
    }

    private void MeasureLayers(ImmutableDictionary<string, string> kernels, Dictionary<string, Dictionary<string, double>> times, double time)
    {
        using ModelProgram program = Load(options with { Kernels = kernels }, hasClock: true);
        LayerTimes measured = LayerTimes.Measure(program, data.Make(program), Math.Max(0.05, time), CostChoice.OfMachine);
        ExecutionPlan plan = program.Result.Plan!;
        foreach ((int index, LayerTime layer) in LayerClock.Layers(plan).Zip(measured.Layers))
        {
            foreach (string node in plan.Root.Steps[index].Nodes.Select(static n => n.Name))
            {
                if (!kernels.TryGetValue(node, out string? kernel)) continue;
                times[node][kernel] = times[node].TryGetValue(kernel, out double known) ? Math.Min(known, layer.Times.Min) : layer.Times.Min;
            }
        }
    }

    private ImmutableArray<StepCandidates> Listed(CompilerOptions asked)
    {
        CompilationResult result = ModelCompiler.Compile(source, asked with { ListsKernels = true, WeightResource = "weights" }, console.Cancellation);
        if (result.Success) return result.Plan!.Candidates;
        console.Print(path, result.Diagnostics);
        throw new ToolException("the model was not compiled");
    }

    private ModelProgram Load(CompilerOptions asked, bool hasClock = false) => ModelProgram.Load(path, source, asked, console, hasClock);

    private Action RunOf(ModelProgram program)
    {
        byte[][] inputs = data.Make(program), outputs = program.NewOutputs();
        return () => program.Predict(inputs, outputs);
    }
}
