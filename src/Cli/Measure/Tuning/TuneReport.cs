using System;
using System.Globalization;
using System.Linq;
using RedGen.Cli.Output;
using RedGen.Compiler.Red;
using Spectre.Console;

namespace RedGen.Cli.Measure.Tuning;

/// <summary>What <c>redgen tune</c> found, for people and as JSON.</summary>
internal static class TuneReport
{
    /// <summary>Writes both.</summary>
    /// <param name="console">Where to.</param>
    /// <param name="file">The plan file; null: none was written.</param>
    /// <param name="reduction">The reduction; null where it was not searched.</param>
    /// <param name="kernels">The kernels; null where none were measured, or where no step has more than one.</param>
    /// <param name="seconds">How long the search took; null where there was none.</param>
    public static void Write(ToolConsole console, string? file, ModelReduction? reduction, TunedKernels? kernels, double? seconds)
    {
        if (reduction is not null) WriteReduction(console, reduction, seconds!.Value);
        if (kernels is not null) WriteKernels(console, kernels);
        else if (reduction is null) console.WriteLine("no step has more than one kernel");
        if (file is not null) console.WriteLine(file);
        console.WriteJson(new
        {
            plan = file,
            layers = reduction?.Layers.Select(static l => new
            {
                node = l.Node,
                weights = l.Count,
                values = l.DistinctAfter,
                fineValues = l.Matrix?.Fine?.Values.Length ?? 0,
                sqnrDecibels = Finite(l.SqnrDecibels),
                errorShare = l.ErrorShare,
            }),
            measuredError = reduction is null ? null : Finite(reduction.MeasuredError),
            tolerance = reduction?.Tolerance,
            seconds,
            kernels = kernels?.Steps.Select(static s => new { node = s.Node, before = s.Before, kernel = s.Kernel, microseconds = s.Microseconds }),
            microsecondsBefore = kernels is null ? null : Finite(kernels.MicrosecondsBefore),
            microsecondsAfter = kernels is null ? null : Finite(kernels.MicrosecondsAfter),
            kernelsAreWritten = kernels?.Selection is not null,
            diagnostics = console.Diagnostics,
        });
    }

    private static void WriteReduction(ToolConsole console, ModelReduction reduction, double seconds)
    {
        Table table = Tables.Create(1, "layer", "weights", "values", "SQNR dB", "error share");
        foreach (LayerReduction layer in reduction.Layers)
            table.Add(layer.Node, Tables.Number(layer.Count), layer.Matrix is null ? "–" : Tables.Number(layer.DistinctAfter), Text(Finite(layer.SqnrDecibels), "F1"), Text(layer.ErrorShare, "P1"));
        table.Write(console.Text);
        console.WriteLine(FormattableString.Invariant($"measured error {Text(Finite(reduction.MeasuredError), "P2")}, tolerance {Text(reduction.Tolerance, "P2")}, {seconds:F1} s"));
    }

    private static void WriteKernels(ToolConsole console, TunedKernels kernels)
    {
        Table table = Tables.Create(3, "step", "by the table", "chosen", "µs", "others");
        foreach (TunedStep step in kernels.Steps)
        {
            string others = string.Join(", ", step.Microseconds.Where(m => m.Key != step.Kernel).OrderBy(static m => m.Value).Select(static m => m.Key + " " + Text(m.Value, "F2")));
            table.Add(step.Node, step.Before, step.Kernel == step.Before ? "" : step.Kernel, Text(step.Microseconds[step.Kernel], "F2"), others);
        }

        table.Write(console.Text);
        console.WriteLine(double.IsNaN(kernels.MicrosecondsAfter) ? "the kernels by the table of costs are the fastest"
            : $"a run {Text(kernels.MicrosecondsBefore, "F2")} µs by the table of costs, {Text(kernels.MicrosecondsAfter, "F2")} µs as measured" + (kernels.Selection is null ? ": left as it was" : ""));
    }

    private static string Text(double? value, string format) => value?.ToString(format, CultureInfo.InvariantCulture) ?? "–";

    /// <summary>JSON has neither infinity nor NaN.</summary>
    private static double? Finite(double value) => double.IsFinite(value) ? value : null;
}
