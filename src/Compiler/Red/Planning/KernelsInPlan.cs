using System.Collections.Generic;
using System.Linq;
using Google.Protobuf;
using RedGen.Compiler.Plan.Choices;
using RedGen.Compiler.Red.Planning.Proto;

namespace RedGen.Compiler.Red.Planning;

/// <summary>The measured kernels in a plan file.</summary>
internal static class KernelsInPlan
{
    /// <summary>The file's text with other kernels than it had.</summary>
    public static string Add(ReductionPlanProto message, KernelSelection? kernels)
    {
        message.Kernels = kernels is null ? null : new KernelsProto { Options = kernels.Options, Machine = kernels.Machine };
        foreach (KernelChoice choice in kernels?.Choices ?? [])
            message.Kernels!.Steps.Add(new KernelProto { Node = choice.Node, Kernel = choice.Kernel, Microseconds = choice.Microseconds });
        return new JsonFormatter(JsonFormatter.Settings.Default.WithIndentation("  ")).Format(message).Replace("\r\n", "\n") + "\n";
    }

    /// <summary>Whether the file holds kernels and no reduction.</summary>
    public static bool IsAll(ReductionPlanProto message) => message.Kernels is not null && message.Options.Length == 0 && message.Layers.Count == 0;

    /// <summary>The kernels, and why they cannot be used.</summary>
    public static KernelSelection Read(ReductionPlanProto message, string modelSha256, string fingerprint, out string problem)
    {
        KernelsProto kernels = message.Kernels;
        var nodes = new HashSet<string>(System.StringComparer.Ordinal);
        problem = message.Model != modelSha256 ? "they are for another model"
            : kernels.Options != fingerprint ? "they were measured with other options (" + kernels.Options + ")"
            : kernels.Steps.FirstOrDefault(s => !nodes.Add(s.Node)) is { } twice ? "'" + twice.Node + "' has two"
            : "";
        return new KernelSelection(kernels.Options, kernels.Machine, [.. kernels.Steps.Select(static s => new KernelChoice(s.Node, s.Kernel, s.Microseconds))]);
    }
}
