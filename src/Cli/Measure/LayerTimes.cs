using System;
using System.Collections.Generic;
using System.Collections.Immutable;
using System.Diagnostics;
using System.Globalization;
using System.Linq;
using RedGen.Cli.Execution;
using RedGen.Cli.Output;
using RedGen.Compiler.Plan;
using RedGen.Compiler.Plan.Costs;
using Spectre.Console;

namespace RedGen.Cli.Measure;

/// <summary>One layer's time beside what it computes.</summary>
/// <param name="Name">The step's name.</param>
/// <param name="Summary">What it computes.</param>
/// <param name="Kernel">The kernel.</param>
/// <param name="Macs">Multiply-adds of a run.</param>
/// <param name="Times">Microseconds, the clock's own time taken off.</param>
/// <param name="Estimate">Microseconds by a table of costs; null where it has no row for the kernel.</param>
internal sealed record LayerTime(string Name, string Summary, string Kernel, long Macs, Times Times, double? Estimate)
{
    /// <summary>Floating-point operations a nanosecond, a multiply-add counted as two.</summary>
    public double Gigaflops => Times.Min <= 0 ? 0 : 2 * Macs / Times.Min / 1000;
}

/// <summary>The time of every layer, measured inside whole runs: each layer finds the caches as the one before left them.</summary>
/// <param name="Layers">In the order in which they run.</param>
/// <param name="PeakGigaflops">What a core computes at most, measured in the same process.</param>
internal sealed record LayerTimes(ImmutableArray<LayerTime> Layers, double PeakGigaflops)
{
    private const int FewestRuns = 50;
    private const int MostRuns = 100_000;

    /// <summary>Measures a model that was loaded with a clock.</summary>
    /// <param name="program">The model.</param>
    /// <param name="inputs">Its inputs.</param>
    /// <param name="seconds">How long.</param>
    /// <param name="costs">What is estimated by.</param>
    /// <param name="isWarm">Whether it has run so often that all of it is compiled.</param>
    public static LayerTimes Measure(ModelProgram program, byte[][] inputs, double seconds, CostTable costs, bool isWarm = false)
    {
        byte[][] outputs = program.NewOutputs();
        long[] ticks = program.LayerTicks;
        if (!isWarm) Stopwatches.WarmUp(() => program.Predict(inputs, outputs));
        List<double>[] samples = [.. ticks.Select(static _ => new List<double>())];
        double clock = ClockMicroseconds();
        long start = Stopwatch.GetTimestamp();
        for (int run = 0; run < FewestRuns || (run < MostRuns && Stopwatch.GetElapsedTime(start).TotalSeconds < seconds); run++)
        {
            program.Predict(inputs, outputs);
            for (int i = 0; i < ticks.Length; i++) samples[i].Add(Math.Max(0, (ticks[i] * 1e6 / Stopwatch.Frequency) - clock));
        }

        ExecutionPlan plan = program.Result.Plan!;
        return new LayerTimes([.. LayerClock.Layers(plan).Select((index, i) => Time(plan, index, Times.Of(samples[i]), costs))], MachinePeak.GigaflopsPerSecond());
    }

    private static LayerTime Time(ExecutionPlan plan, int index, Times times, CostTable costs)
    {
        Step step = plan.Root.Steps[index];
        return new LayerTime(plan.StepNames[index], step.Summary, step.Kernel, step.MultiplyAdds, times, costs.Microseconds(plan, step));
    }

    /// <summary>The table for people.</summary>
    public Table ToTable()
    {
        double all = Layers.Sum(static l => l.Times.Median);
        Table table = Tables.Create(3, "layer", "what", "kernel", "about µs", "min µs", "median µs", "share", "GFLOP/s", "of peak");
        foreach (LayerTime layer in Layers)
        {
            table.Add(
                layer.Name, layer.Summary, layer.Kernel, layer.Estimate is { } estimate ? Text(estimate) : "", Text(layer.Times.Min), Text(layer.Times.Median), Percent(layer.Times.Median / all),
                layer.Macs == 0 ? "" : Text(layer.Gigaflops), layer.Macs == 0 ? "" : Percent(layer.Gigaflops / PeakGigaflops));
        }

        table.Add("all", "", "", Text(Layers.Sum(static l => l.Estimate ?? 0)), Text(Layers.Sum(static l => l.Times.Min)), Text(all), "", "", "");
        return table;
    }

    /// <summary>The layers for JSON.</summary>
    public IEnumerable<object> ToJson() => Layers.Select(l => new
    {
        name = l.Name,
        summary = l.Summary,
        kernel = l.Kernel,
        macs = l.Macs,
        estimatedMicroseconds = l.Estimate,
        minMicroseconds = l.Times.Min,
        medianMicroseconds = l.Times.Median,
        gigaflopsPerSecond = l.Gigaflops,
        shareOfPeak = l.Gigaflops / PeakGigaflops,
    });

    /// <summary>What the clock itself takes between two marks.</summary>
    private static double ClockMicroseconds()
    {
        double best = double.MaxValue;
        for (int i = 0; i < 1000; i++)
        {
            long first = Stopwatch.GetTimestamp();
            long second = Stopwatch.GetTimestamp();
            best = Math.Min(best, (second - first) * 1e6 / Stopwatch.Frequency);
        }

        return best;
    }

    private static string Text(double value) => value.ToString(value < 100 ? "F2" : "F0", CultureInfo.InvariantCulture);

    private static string Percent(double value) => double.IsFinite(value) ? (100 * value).ToString("F0", CultureInfo.InvariantCulture) + " %" : "";
}
