using System;
using System.Collections.Generic;
using System.Collections.Immutable;
using System.Linq;
using RedGen.Compiler.Kernels;
using RedGen.Compiler.Kernels.ChannelsLast;
using RedGen.Compiler.Plan.Layouts;

namespace RedGen.Compiler.Plan.Choices;

/// <summary>The kernels of a step that has more than one.</summary>
/// <param name="Node">The node that the step is named after.</param>
/// <param name="Kernels">The names of its kernels, those over channels last before those over planes.</param>
public sealed record StepCandidates(string Node, ImmutableArray<string> Kernels)
{
    /// <summary>The one that the plan took.</summary>
    public required string Chosen { get; init; }
}

/// <summary>Finds the kernels that can compute a group.</summary>
internal static class KernelCandidates
{
    /// <summary>Kernels that expect no vectors: for large layers they are never worth a measurement.</summary>
    private const string Loops = ".Loops";

    private const long MostLoopWork = 100_000;

    /// <summary>All of them by name, once each; those without a name of their own are left out.</summary>
    public static ImmutableArray<string> Of(NodeGroup group, KernelContext context)
        => [.. Offers(group, context).Select(static o => o.Offer.Kernel).Where(static k => k.Length > 0).Concat(OverPlanes(group, context).Select(static s => s.Kernel)).Distinct()];

    /// <summary>Whether a kernel of that name can compute a group.</summary>
    public static bool Serves(NodeGroup group, KernelContext context, string kernel)
        => Offers(group, context).Any(o => o.Offer.Kernel == kernel) || OverPlanes(group, context).Any(s => s.Kernel == kernel);

    /// <summary>What kernels offer for a group channels last.</summary>
    public static IEnumerable<LayoutChoice> Offers(NodeGroup group, KernelContext context)
    {
        if (!LayoutPlanner.IsPossible(context.Options) || group.Nodes.Any(context.IsOpen)) return [];
        return ChannelsLastTable.For(group.Head.Operator.QualifiedName).SelectMany(k => k.Offers(group, context).Select(o => new LayoutChoice(o, k)));
    }

    /// <summary>The steps that compute a group over planes, the preferred one first.</summary>
    public static IEnumerable<Step> OverPlanes(NodeGroup group, KernelContext context)
    {
        if (group.Nodes.Any(context.IsOpen)) return [];
        return KernelTable.For(group.Marked.Operator.QualifiedName, context.Options).SelectMany(k => k.Alternatives(group, context))
            .Where((s, i) => i == 0 || !s.Kernel.EndsWith(Loops, StringComparison.Ordinal) || s.MultiplyAdds < MostLoopWork);
    }

    /// <summary>For each group of a plan that has more than one kernel: which, and the one taken.</summary>
    public static ImmutableArray<StepCandidates> List(ImmutableArray<NodeGroup> groups, KernelContext context, LayoutPlan layouts, ImmutableArray<Step> steps)
    {
        var taken = steps.Where(static s => !s.Nodes.IsEmpty).GroupBy(static s => new NodeGroup(s.Nodes).Marked.Name, StringComparer.Ordinal).ToDictionary(static g => g.Key, static g => g.First(), StringComparer.Ordinal);
        ImmutableArray<StepCandidates>.Builder all = ImmutableArray.CreateBuilder<StepCandidates>();
        for (int i = 0; i < groups.Length; i++)
        {
            string node = groups[i].Marked.Name;
            if (!taken.TryGetValue(node, out Step? step) || step.IsView) continue;
            string chosen = layouts.Choice(i) is { Offer.Kernel: { Length: > 0 } kernel } ? kernel : step.Kernel;
            ImmutableArray<string> kernels = Of(groups[i], context);
            if (kernels.Length > 1 && kernels.Contains(chosen)) all.Add(new StepCandidates(node, kernels) { Chosen = chosen });
        }

        return all.ToImmutable();
    }
}
