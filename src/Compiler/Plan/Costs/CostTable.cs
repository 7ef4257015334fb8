using System;
using System.Collections.Immutable;
using System.IO;
using System.Linq;
using Google.Protobuf;
using RedGen.Compiler.Plan.Costs.Proto;

namespace RedGen.Compiler.Plan.Costs;

/// <summary>
/// What every kernel takes on one machine. A table fitted to measurements, not a model of a processor: good for saying which of two
/// kernels is faster for a layer, and about how long a layer takes.
/// </summary>
/// <param name="Machine">What it was measured on, in words.</param>
/// <param name="GigaflopsPerSecond">Multiply-adds in registers, counted as two.</param>
/// <param name="Kernels">The costs by the kernel's name, as <see cref="Step.Kernel"/> gives it.</param>
public sealed record CostTable(string Machine, double GigaflopsPerSecond, ImmutableSortedDictionary<string, KernelCost> Kernels)
{
    private const int Format = 2;
    private const int LongestText = 1 << 20;

    /// <summary>The share of the shorter one of computing and reading memory that the longer one does not hide.</summary>
    private const double Exposed = 0.3;

    private static readonly Lazy<CostTable> X64Table = new(static () => Load("x64"));
    private static readonly Lazy<CostTable> X64NarrowTable = new(static () => Load("x64-256"));
    private static readonly Lazy<CostTable> Arm64Table = new(static () => Load("arm64"));

    /// <summary>Nanoseconds of 1,024 bytes that are read from memory; 0 where it is not known: as long as by the table of x64.</summary>
    public double NanosecondsPerMemoryKilobyte { get; init; }

    /// <summary>Of x64 machines with vectors of 512 bits.</summary>
    public static CostTable X64 => X64Table.Value;

    /// <summary>Of x64 machines with vectors of 256 bits.</summary>
    public static CostTable X64Narrow => X64NarrowTable.Value;

    /// <summary>Of 64-bit Arm machines.</summary>
    public static CostTable Arm64 => Arm64Table.Value;

    /// <summary>About how long a step takes, in microseconds; null where its kernel has no row.</summary>
    /// <param name="plan">The plan that the step stands in.</param>
    /// <param name="step">The step.</param>
    public double? Microseconds(ExecutionPlan plan, Step step)
        => step.IsView ? 0 : CostOf(step.Kernel) is { } cost ? Whole(cost, StepWork.Of(plan, step), 1) : null;

    /// <summary>
    /// How long a kernel takes for so much work, in microseconds. What this table has no row for takes as many of the machine's operations as by the table
    /// of x64; what neither has is null.
    /// </summary>
    /// <param name="kernel">The kernel's name.</param>
    /// <param name="work">The work.</param>
    public double? Microseconds(string kernel, StepWork work)
        => CostOf(kernel) is { } own ? Whole(own, work, 1)
            : X64.CostOf(kernel) is { } cost && GigaflopsPerSecond > 0 ? Whole(cost, work, X64.GigaflopsPerSecond / GigaflopsPerSecond) : null;

    /// <summary>The row of a kernel: that of its whole name, or of the longest beginning that ends before a dot.</summary>
    public KernelCost? CostOf(string kernel)
    {
        for (string name = kernel; ; name = name.Substring(0, name.LastIndexOf('.')))
        {
            if (Kernels.TryGetValue(name, out KernelCost? cost)) return cost;
            if (name.LastIndexOf('.') < 0) return null;
        }
    }

    /// <summary>The table as JSON, lines ended by a line feed.</summary>
    public string Write()
    {
        var message = new CostTableProto { Format = Format, Machine = Machine, GigaflopsPerSecond = GigaflopsPerSecond, NanosecondsPerMemoryKilobyte = NanosecondsPerMemoryKilobyte };
        foreach ((string name, KernelCost cost) in Kernels.Select(static k => (k.Key, k.Value)))
        {
            message.Kernels[name] = new KernelCostProto
            {
                Nanoseconds = cost.Nanoseconds,
                NanosecondsPerKilomac = cost.NanosecondsPerKilomac,
                NanosecondsPerKilobyte = cost.NanosecondsPerKilobyte,
                NanosecondsPerKilotransform = cost.NanosecondsPerKilotransform,
                NanosecondsPerFarKilobyte = cost.NanosecondsPerFarKilobyte,
            };
        }

        return new JsonFormatter(JsonFormatter.Settings.Default.WithIndentation("  ")).Format(message).Replace("\r\n", "\n") + "\n";
    }

    /// <summary>Reads a table.</summary>
    /// <param name="text">The JSON.</param>
    /// <param name="problem">Why there is none; empty where there is one.</param>
    public static CostTable? Read(string text, out string problem)
    {
        try
        {
            if (text.Length > LongestText) throw new FormatException("it is too long for a table");
            CostTableProto message = JsonParser.Default.Parse<CostTableProto>(text);
            if (message.Format != Format) throw new FormatException("its format is not this version's");
            problem = "";
            return new CostTable(message.Machine, message.GigaflopsPerSecond, message.Kernels.ToImmutableSortedDictionary(static k => k.Key, static k => Row(k.Key, k.Value), StringComparer.Ordinal))
            {
                NanosecondsPerMemoryKilobyte = IsTime(message.NanosecondsPerMemoryKilobyte) ? message.NanosecondsPerMemoryKilobyte : throw new FormatException("the cost of memory is no time"),
            };
        }
        catch (Exception exception) when (exception is InvalidProtocolBufferException or InvalidJsonException or FormatException)
        {
            problem = "it is not the JSON of a table of costs: " + exception.Message;
            return null;
        }
    }

    /// <summary>Computing, which is so many times as slow as by the row, beside reading what comes from memory.</summary>
    private double Whole(KernelCost cost, StepWork work, double scale)
    {
        double computing = scale * cost.Microseconds(work);
        double memory = (NanosecondsPerMemoryKilobyte > 0 ? NanosecondsPerMemoryKilobyte : X64.NanosecondsPerMemoryKilobyte) * work.MemoryBytes / 1024 / 1000;
        return Math.Max(computing, memory) + (Exposed * Math.Min(computing, memory));
    }

    private static KernelCost Row(string name, KernelCostProto cost)
    {
        double[] figures = [cost.Nanoseconds, cost.NanosecondsPerKilomac, cost.NanosecondsPerKilobyte, cost.NanosecondsPerKilotransform, cost.NanosecondsPerFarKilobyte];
        if (!figures.All(IsTime)) throw new FormatException("the costs of '" + name + "' are no times");
        return new KernelCost(figures[0], figures[1], figures[2]) { NanosecondsPerKilotransform = figures[3], NanosecondsPerFarKilobyte = figures[4] };
    }

    private static bool IsTime(double figure) => figure >= 0 && figure <= 1e12;

    private static CostTable Load(string name)
    {
        using Stream stream = typeof(CostTable).Assembly.GetManifestResourceStream("Costs/" + name + ".json")!;
        using var reader = new StreamReader(stream);
        return Read(reader.ReadToEnd(), out string problem) ?? throw new InvalidOperationException(problem);
    }
}
