using System;
using System.Collections.Generic;
using System.Collections.Immutable;
using System.Linq;
using RedGen.Compiler.Diagnostics;
using RedGen.Compiler.Kernels;
using RedGen.Compiler.Options;
using RedGen.Compiler.Red.Planning;

namespace RedGen.Compiler.Plan.Choices;

/// <summary>The kernels that a plan has to take, by node; everything else is chosen by the table of costs.</summary>
internal sealed class KernelChoices
{
    private readonly ImmutableDictionary<string, string> _kernels;

    private KernelChoices(ImmutableDictionary<string, string> kernels) => _kernels = kernels;

    /// <summary>No kernel is given.</summary>
    public static KernelChoices None { get; } = new(ImmutableDictionary<string, string>.Empty);

    /// <summary>Those of the options, where they hold some; else those of the model's plan file, where they fit.</summary>
    public static KernelChoices Read(CompilerOptions options, ModelSource source, DiagnosticBag diagnostics)
    {
        if (options.Kernels is { } given) return new KernelChoices(given);
        // What was measured here says nothing about other machines.
        if (options.IsScalar) return None;
        if (source.PlanText is not { } text || PlanFile.ReadKernels(text, source.Sha256, KernelSelection.Fingerprint(options), out string problem) is not { } selection) return None;
        if (problem.Length == 0) return new KernelChoices(selection.Choices.ToImmutableDictionary(static c => c.Node, static c => c.Kernel, StringComparer.Ordinal));
        diagnostics.Add(DiagnosticCatalog.StaleKernels.With("are not used", problem));
        return None;
    }

    /// <summary>The kernel that a group has to take; null: any.</summary>
    public string? Of(NodeGroup group) => _kernels.TryGetValue(group.Marked.Name, out string? kernel) ? kernel : null;

    /// <summary>Without those that name no group, or a kernel that does not serve it: a diagnostic says so.</summary>
    public KernelChoices Checked(IEnumerable<NodeGroup> groups, KernelContext context, DiagnosticBag diagnostics)
    {
        if (_kernels.IsEmpty) return this;
        var named = groups.ToDictionary(static g => g.Marked.Name, StringComparer.Ordinal);
        ImmutableDictionary<string, string> kept = _kernels;
        foreach ((string node, string kernel) in _kernels.OrderBy(static k => k.Key, StringComparer.Ordinal).Select(static k => (k.Key, k.Value)))
        {
            if (named.TryGetValue(node, out NodeGroup? group) && KernelCandidates.Serves(group, context, kernel)) continue;
            string problem = group is null ? "no step of this model is named after it" : "kernel '" + kernel + "' does not serve it";
            diagnostics.Add(DiagnosticCatalog.StaleKernels.With("are not used for '" + node + "'", problem));
            kept = kept.Remove(node);
        }

        return new KernelChoices(kept);
    }
}
