using System;
using System.Collections.Generic;
using System.Globalization;
using System.Linq;
using RedGen.Cli.Output;
using RedGen.Compiler.Plan.Costs;
using Spectre.Console;

namespace RedGen.Cli.Measure.Calibration;

/// <summary>What a calibration found, for people and as JSON.</summary>
internal static class CalibrationReport
{
    /// <summary>Writes both.</summary>
    /// <param name="console">Where to.</param>
    /// <param name="costs">The table.</param>
    /// <param name="layers">What it was fitted to.</param>
    /// <param name="file">Where the table was written.</param>
    public static void Write(ToolConsole console, CostTable costs, IReadOnlyList<MeasuredLayer> layers, string file)
    {
        Table table = Tables.Create(1, "kernel", "layers", "ns a call", "ns a 1000 MACs", "ns a KB", "ns a 1000 transforms", "ns a far KB", "typical error");
        foreach ((string kernel, KernelCost cost) in costs.Kernels)
        {
            MeasuredLayer[] own = LayersOf(costs, kernel, layers);
            table.Add(kernel, Tables.Number(own.Length), Text(cost.Nanoseconds), Text(cost.NanosecondsPerKilomac), Text(cost.NanosecondsPerKilobyte), Text(cost.NanosecondsPerKilotransform), Text(cost.NanosecondsPerFarKilobyte), Error(cost, own).ToString("P0", CultureInfo.InvariantCulture));
        }

        table.Write(console.Text);
        console.WriteLine(costs.Machine + ", peak of a core " + Text(costs.GigaflopsPerSecond) + " GFLOP/s, 1,024 bytes from memory " + Text(costs.NanosecondsPerMemoryKilobyte) + " ns");
        console.WriteLine(file);
        console.WriteJson(new
        {
            costs = file,
            machine = costs.Machine,
            peakGigaflopsPerSecond = costs.GigaflopsPerSecond,
            nanosecondsPerMemoryKilobyte = costs.NanosecondsPerMemoryKilobyte,
            kernels = costs.Kernels.Select(k => new
            {
                kernel = k.Key,
                layers = LayersOf(costs, k.Key, layers).Length,
                nanoseconds = k.Value.Nanoseconds,
                nanosecondsPerKilomac = k.Value.NanosecondsPerKilomac,
                nanosecondsPerKilobyte = k.Value.NanosecondsPerKilobyte,
                nanosecondsPerKilotransform = k.Value.NanosecondsPerKilotransform,
                nanosecondsPerFarKilobyte = k.Value.NanosecondsPerFarKilobyte,
                typicalError = Error(k.Value, LayersOf(costs, k.Key, layers)),
            }),
            diagnostics = console.Diagnostics,
        });
    }

    /// <summary>The layers that a row estimates; of a family's row, which may estimate none of them, those of the family.</summary>
    private static MeasuredLayer[] LayersOf(CostTable costs, string kernel, IReadOnlyList<MeasuredLayer> layers)
    {
        MeasuredLayer[] own = [.. layers.Where(l => ReferenceEquals(costs.CostOf(l.Kernel), costs.Kernels[kernel]))];
        return own.Length > 0 ? own : [.. layers.Where(l => l.Kernel.StartsWith(kernel + ".", StringComparison.Ordinal))];
    }

    /// <summary>The root of the mean squared relative error.</summary>
    private static double Error(KernelCost cost, MeasuredLayer[] layers)
        => Math.Sqrt(layers.Average(l => Math.Pow((cost.Microseconds(l.Work) / l.Microseconds) - 1, 2)));

    private static string Text(double value) => value.ToString("G3", CultureInfo.InvariantCulture);
}
